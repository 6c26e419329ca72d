"""What a header is made of, and what can only be data."""

import datetime as dt
import re
from collections.abc import Sequence

from crm.core.text import fold
from crm.reading.types import Cell

# Folded words, in French and in the English of tools, that name columns.
_WORDS = frozenset(
    """
    nom noms prenom prenoms civilite titre sexe genre naissance courriel courriels email emails
    mail mails mel adresse adresses rue voie cp postal code codes ville commune communes pays
    region departement territoire epci insee tel telephone telephones phone portable mobile fixe
    fax siret siren rna waldec organisme organisation organization structure structures association
    collectivite employeur etablissement entreprise societe fonction fonctions poste role qualite
    mandat service date dates debut fin annee exercice heure duree montant montants budget cout
    subvention cotisation euros total objet sujet theme thematique themes type nature categorie
    categories statut etat reference ref numero id identifiant site web url lien commentaire
    commentaires remarque remarques observation observations note notes description libelle
    intitule projet dossier partenaire partenaires beneficiaire beneficiaires participants
    participant inscrit inscrits nombre nb effectif adherent membre membres groupe contact contacts
    referent responsable president name first last company address city zip country duration start
    end time topic user join leave guest attribuant convention decision acteur acteurs lieu
    horodateur signature emargement representant representants depuis sigle acronyme famille resume
    avancement etiquettes charge mission accompagnateur rdv rendez seance compte standard agent
    """.split()
)
_LITTLE = frozenset("de du des la le les l d et ou a au aux en par pour sur un une n".split())
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[a-z]{2,}", re.IGNORECASE)
_NUMBER = re.compile(r"[+-]?[\d\s.,/:()%€-]*\d[\d\s.,/:()%€-]*(?:k?€|euros?)?", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|www\.)\S+", re.IGNORECASE)
_CODE = re.compile(r"W\d[0-9A-Z]\d{7}|FR\d{2}\s?\d{9}")
_LONGEST_SURE = 200  # a longer text is prose
_LONGEST_PLAIN = 60
_YEAR = re.compile(r"(?:19|20)\d\d")


def header_share(texts: Sequence[str]) -> float:
    """Return the share of texts with a word that names columns, counting only short ones."""
    named = sum(bool(_WORDS & set(words)) for text in texts if len(words := _words(text)) <= 12)  # noqa: PLR2004
    return named / len(texts) if texts else 0.0


def _words(text: str) -> list[str]:
    # « nomAttribuant » and « user_email » are two words each.
    spaced = re.sub(r"(?<=[a-zé])(?=[A-Z])", " ", text)
    return [
        word[:-1] if word.endswith("s") and word[:-1] in _WORDS else word
        for word in fold(spaced).split()
        if word not in _LITTLE
    ]


def looks_like_data(cell: Cell) -> bool:
    """Tell whether a cell can only be data: an e-mail, a date, a number other than a year."""
    if isinstance(cell, str):
        text = cell.strip()
        if len(text) > _LONGEST_SURE or _YEAR.fullmatch(text):
            return False
        return bool(
            _EMAIL.search(text)
            or _LINK.match(text)
            or _CODE.fullmatch(text)
            or _NUMBER.fullmatch(text)
        )
    if isinstance(cell, bool | dt.date):
        return True
    return cell is not None and not _YEAR.fullmatch(str(cell))


def shape(cell: Cell) -> str:
    """Return the make of a cell: kind of value, and for a text its capitals and its words."""
    if not isinstance(cell, str):
        return "number" if isinstance(cell, int | float) else type(cell).__name__
    if looks_like_data(cell):
        return "email" if "@" in cell else "number"
    if cell.rstrip().endswith("?"):
        return "question"
    if len(cell) > _LONGEST_PLAIN:
        return "sentence"
    if cell.isupper():
        return "capitals"
    return "title" if cell[:1].isupper() else "lower"
