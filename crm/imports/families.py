"""Which family a structure is of, by what people write in a column or in its name."""

import re

from crm.contacts.types import Family
from crm.core.text import fold

# Folded words that a column « Type » holds, beside the labels of the network's own lists.
SAID = {
    Family.ASSOCIATION: (
        "asso association associations ong osim fondation loi 1901 comite de jumelage"
    ),
    Family.COLLECTIVITE: (
        "collectivite collectivites commune mairie ville epci departement region intercommunalite"
        " ccas syndicat mixte communaute de communes communaute d agglomeration metropole"
        " collectivite territoriale"
    ),
    Family.ENTREPRISE: "entreprise entreprises societe pme tpe sarl sas scop cooperative",
    Family.UNIVERSITAIRE: (
        "universite universites enseignement superieur grande ecole iut laboratoire"
    ),
    Family.SCOLAIRE: "ecole college lycee cfa mfr etablissement scolaire scolaire",
    Family.JEUNESSE: "mjc centre social mission locale jeunesse education populaire",
    Family.RESEAU: "reseau reseaux federation",
    Family.INSTITUTION: "etat institution administration ministere prefecture operateur public",
}  # fmt: skip
_IN_NAMES = (
    (Family.COLLECTIVITE, r"(?:mairie|commune|ville|hotel de ville|ccas|metropole|departement)\b"),
    (Family.COLLECTIVITE, r"conseil (?:departemental|regional|general|municipal)\b"),
    (Family.COLLECTIVITE, r"(?:region|petr)\b"),
    (Family.COLLECTIVITE, r"communaute (?:de communes|d agglomeration|urbaine)\b"),
    (Family.COLLECTIVITE, r"syndicat (?:mixte|intercommunal)\b"),
    (Family.COLLECTIVITE, r"(?:ca|cc|cu) (?:de|du|des|d|la|le|les|pays)\b"),
    (Family.UNIVERSITAIRE, r"(?:universite|iut|ufr|master|laboratoire|crous|sciences po)\b"),
    (Family.SCOLAIRE, r"(?:lycee|college|ecole|cfa|mfr|maison familiale)\b"),
    (Family.JEUNESSE, r"(?:mjc|centre social|mission locale|service jeunesse)\b"),
    (Family.ASSOCIATION, r"(?:asso|association|amicale|comite|ong|fondation)\b"),
    (Family.ASSOCIATION, r"(?:les amis|collectif|club)\b"),
    (Family.ENTREPRISE, r"(?:sarl|sas|sasu|eurl|scop|scic|societe|entreprise|sa)\b"),
    (Family.INSTITUTION, r"(?:prefecture|ministere|ambassade|consulat|rectorat|agence)\b"),
    (Family.RESEAU, r"(?:reseau|federation)\b"),
)  # fmt: skip
_AT_END = (
    (Family.ENTREPRISE, re.compile(r"\b(?:sarl|sas|sasu|eurl|scop|scic)$")),
)  # fmt: skip
_PATTERNS = tuple((family, re.compile(pattern)) for family, pattern in _IN_NAMES)


def family_said(text: str) -> Family | None:
    """Return the family that a word of a column means; None when it means none."""
    folded = fold(text)
    if not folded:
        return None
    for family, words in SAID.items():
        if f" {folded} " in f" {words} ":
            return family
    return next((family for family, _ in _PATTERNS if family.value == folded), None)


def family_of_name(name: str) -> Family | None:
    """Return the family that a structure's name tells: « Lycée Faidherbe », « SARL Dupont »."""
    folded = fold(name)
    for family, pattern in _PATTERNS:
        if pattern.match(folded):
            return family
    return next((family for family, pattern in _AT_END if pattern.search(folded)), None)
