"""How a name follows « de » or « à » in French: « du Havre », « de l’Association », « d’Amiens ».

The h that does not elide is, for communes, what INSEE says of each (TNCC 0); for other words, a
list. A structure that bears the name of a commune is most often its town hall: it follows the
commune. Nothing here is certain of a name it has never seen: a writer reads the preview.
"""

from enum import StrEnum
from functools import cache
from pathlib import Path

from crm.composing.french_words import (
    ACRONYMS,
    ASPIRATED,
    DEPARTEMENTS,
    FEMININE,
    MASCULINE,
    NOT_ELIDED,
    PLURAL,
    REGIONS_OF_WATER,
    Article,
)
from crm.core.text import fold

_LONGEST_ACRONYM = 6
_VOWELS = frozenset("aeiou")
_TYPED_ARTICLES = (
    ("les ", Article.PLURAL),
    ("le ", Article.MASCULINE),
    ("la ", Article.FEMININE),
    ("l’", Article.ELIDED),
    ("l'", Article.ELIDED),
)


class Preposition(StrEnum):
    """The words that a name changes, or that change it."""

    OF = "de"
    TO = "à"


class Nature(StrEnum):
    """What a name is the name of: an organisation, a commune, a département, anything else."""

    STRUCTURE = "structure"
    COMMUNE = "commune"
    DEPARTEMENT = "departement"
    OTHER = "other"


_BEFORE = {
    Preposition.OF: {
        Article.NONE: "de ",
        Article.MASCULINE: "du ",
        Article.FEMININE: "de la ",
        Article.PLURAL: "des ",
        Article.ELIDED: "de l’",
    },
    Preposition.TO: {
        Article.NONE: "à ",
        Article.MASCULINE: "au ",
        Article.FEMININE: "à la ",
        Article.PLURAL: "aux ",
        Article.ELIDED: "à l’",
    },
}
_WITHIN = {
    Article.MASCULINE: "dans le ",
    Article.FEMININE: "dans la ",
    Article.PLURAL: "dans les ",
    Article.ELIDED: "dans l’",
}


def after(preposition: Preposition, name: str, nature: Nature = Nature.OTHER) -> str:
    """Return the name with « de » or « à » before it, as a French reader expects.

    >>> after(Preposition.OF, "Le Havre", Nature.COMMUNE)
    'du Havre'
    >>> after(Preposition.OF, "Association Horizons", Nature.STRUCTURE)
    'de l’Association Horizons'
    """
    name = " ".join(name.split())
    if not name:
        return ""
    if nature == Nature.DEPARTEMENT:
        return _after_departement(preposition, name)
    if nature == Nature.STRUCTURE and _names_a_commune(name):
        nature = Nature.COMMUNE
    written, name = _without_article(name, nature)
    article = written or (_article_of(name) if nature == Nature.STRUCTURE else Article.NONE)
    return _joined(preposition, article, name, nature)


def _joined(preposition: Preposition, article: Article, name: str, nature: Nature) -> str:
    if article == Article.NONE and preposition == Preposition.OF and elides(name, nature):
        return f"d’{name}"
    return _BEFORE[preposition][article] + name


def _without_article(name: str, nature: Nature) -> tuple[Article | None, str]:
    """Return the article that a name begins with and melts into what precedes, and the rest.

    « La » and « L’ » melt into nothing: they stay where they are.
    """
    if nature == Nature.OTHER:
        return None, name
    lower = name.lower()
    for typed, article in _TYPED_ARTICLES:
        if lower.startswith(typed) and len(name) > len(typed):
            if article in (Article.MASCULINE, Article.PLURAL):
                return article, name[len(typed) :]
            return None, name
    return None, name


def _article_of(name: str) -> Article:
    """Return the article that a structure's name takes, by its first word."""
    typed = name.split(maxsplit=1)[0]
    if typed in ACRONYMS:
        return ACRONYMS[typed]
    first = fold(name).partition(" ")[0]
    if first in PLURAL:
        return Article.PLURAL
    if first in MASCULINE or first in FEMININE:
        if elides(name, Nature.OTHER):
            return Article.ELIDED
        return Article.MASCULINE if first in MASCULINE else Article.FEMININE
    is_acronym = typed.isupper() and 1 < len(typed) <= _LONGEST_ACRONYM and typed.isalpha()
    if is_acronym and name != name.upper() and first[:1] in _VOWELS:
        return Article.ELIDED
    return Article.NONE


def _after_departement(preposition: Preposition, name: str) -> str:
    key = fold(name)
    article = DEPARTEMENTS.get(key, Article.NONE)
    if preposition == Preposition.TO:
        if article in _WITHIN:
            return _WITHIN[article] + name
        return ("en " if " et " in key or key in REGIONS_OF_WATER else "à ") + name
    return _joined(preposition, article, name, Nature.OTHER)


def elides(name: str, nature: Nature = Nature.OTHER) -> bool:
    """Tell whether « de » loses its e before a name.

    >>> elides("Amiens"), elides("Hem", Nature.COMMUNE), elides("Hazebrouck", Nature.COMMUNE)
    (True, False, True)
    """
    folded = fold(name)
    first = folded.partition(" ")[0]
    if not first or first in NOT_ELIDED:
        return False
    if first[0] == "h":
        if nature == Nature.COMMUNE:
            return folded not in _aspirated_communes()
        return first not in ASPIRATED
    if first[0] == "y":
        return nature == Nature.COMMUNE or first[1:2] not in (*_VOWELS, "")
    return first[0] in _VOWELS


def _names_a_commune(name: str) -> bool:
    """Tell whether a name is a commune's, of those that words alone would make wrong."""
    folded = fold(name)
    return folded in _aspirated_communes() or (" " not in name and folded in _like_words())


def _aspirated_communes() -> frozenset[str]:
    return _listed("aspirated_communes.txt")


def _like_words() -> frozenset[str]:
    """Return the communes that read like other words: « Ville-sur-Illon », « Yerres »."""
    return _listed("communes_like_words.txt")


@cache
def _listed(file_name: str) -> frozenset[str]:
    path = Path(__file__).with_name(file_name)
    return frozenset(path.read_text(encoding="utf-8").split("\n")) - {""}
