"""First and last names out of one cell."""

import re
from collections import Counter
from collections.abc import Iterable

from crm.core.errors import N_
from crm.core.text import fold
from crm.imports.cells.capitals import PARTICLES, put_name_capitals
from crm.imports.cells.first_names import FIRST_NAMES
from crm.imports.cells.texts import as_text, clean_text, short_text
from crm.imports.cells.types import Cell, CellError

FullName = tuple[str | None, str]
_TITLES = frozenset(
    """
    m mr mrs ms mm monsieur messieurs mme mmes madame mesdames mlle mademoiselle melle dr docteur
    docteure pr prof professeur professeure me maitre mgr
    """.split()
)
_LONE_TITLES = frozenset(("m", "me", "dr", "pr", "ms"))  # also initials, without their dot
_LONGEST = 200
_LONG_NAME = N_("Ce nom est trop long : 200 caractères au plus.")
_NO_NAME = N_("Ce nom est vide. Écrivez un nom, ou laissez la cellule vide.")
_SEVERAL = N_("Ce nom a plusieurs virgules : écrivez « Nom, Prénom », ou une personne par ligne.")
_NO_LETTER = N_("Un nom a au moins une lettre.")


def parse_full_name(cell: Cell, *, family_first: bool | None = None) -> FullName:
    """Return (first name, last name) with capitals put right; the first name may be None.

    What is in capitals is the last name, and what comes before a comma; a particle begins it. Else
    known first names say where they are, then `family_first`, the habit of the column (see
    `family_comes_first`), and at last the first name is thought to come first.

    >>> parse_full_name("DE LA TOUR Jean-Marie"), parse_full_name("Jean-Marie de La Tour")
    (('Jean-Marie', 'de La Tour'), ('Jean-Marie', 'de La Tour'))
    >>> parse_full_name("Dupont, Jean"), parse_full_name("M. Jean DUPONT")
    (('Jean', 'Dupont'), ('Jean', 'Dupont'))
    >>> parse_full_name("Mme Le Goff Anne"), parse_full_name("DUPONT")
    (('Anne', 'Le Goff'), (None, 'Dupont'))
    """
    text = short_text(cell, _LONG_NAME, _LONGEST)
    if text.count(",") > 1:
        raise CellError(_SEVERAL)
    last, comma, first = text.partition(",")
    if comma:
        given = [word for word in first.split() if not _is_title(word)]
        split = given, _without_titles(last)
        split = split if split[1] else (split[1], split[0])
    else:
        split = _split(_without_titles(text), family_first=family_first)
    first_name, last_name = (" ".join(words) for words in split)
    if not last_name:
        raise CellError(_NO_NAME)
    if not any(letter.isalpha() for letter in last_name):
        raise CellError(_NO_LETTER)
    return put_name_capitals(first_name) or None, put_name_capitals(last_name)


def family_comes_first(cells: Iterable[Cell]) -> bool | None:
    """Return whether a column writes last names first; None when nothing in it says so.

    >>> family_comes_first(["DUPONT Jean", "Martin Anne", "x"])
    True
    """
    votes: Counter[bool] = Counter()
    for cell in cells:
        text = clean_text(as_text(cell)[:_LONGEST])
        words = _without_titles(text.replace(",", " "))
        if len(words) < 2:  # noqa: PLR2004 - one word says nothing
            continue
        found = True if "," in text else _order(words)
        if found is not None:
            votes[found] += 1
    if votes[True] == votes[False]:
        return None
    return votes[True] > votes[False]


def _without_titles(text: str) -> list[str]:
    """Return the words without « M. », « Mme » and the like at either end."""
    words = text.split()
    while len(words) > 1 and _is_title(words[0]):
        words = words[1:]
    while len(words) > 1 and _is_title(words[-1]) and fold(words[-1]) not in _LONE_TITLES - {"m"}:
        words = words[:-1]
    return words


def _is_title(word: str) -> bool:
    return fold(word) in _TITLES and "-" not in word


def _is_capitals(word: str) -> bool:
    letters = [letter for letter in word if letter.isalpha()]
    # « J.-P. » and « J. » are initials of first names.
    return len(letters) > 1 and word.isupper() and not re.fullmatch(r"(?:\w\.-?)+", word)


def _is_particle(word: str) -> bool:
    return word.lower() in PARTICLES


def _is_first_name(word: str) -> bool:
    return all(part in FIRST_NAMES for part in fold(word).split())


def _order(words: list[str]) -> bool | None:
    """Return whether the last name comes first, None when it is not said."""
    capitals = [_is_capitals(word) for word in words]
    if any(capitals) and not all(
        each or _is_particle(word) for each, word in zip(capitals, words, strict=True)
    ):
        return _last_name_span(words, capitals)[0] == 0
    if _is_particle(words[0]):
        return True
    if any(map(_is_particle, words[1:])):
        return False
    begins, ends = _is_first_name(words[0]), _is_first_name(words[-1])
    return None if begins == ends else ends


def _split(words: list[str], *, family_first: bool | None) -> tuple[list[str], list[str]]:
    if all(map(_is_particle, words[:-1])):  # one word, or « Le Goff » alone
        return [], words
    capitals = [_is_capitals(word) for word in words]
    if any(capitals) and not all(
        each or _is_particle(word) for each, word in zip(capitals, words, strict=True)
    ):
        start, end = _last_name_span(words, capitals)
        first = words[:start] + words[end:]
        return (first, words[start:end]) if first else ([], words)
    order = _order(words)
    if order is None:
        order = bool(family_first)
    return _family_first(words) if order else _family_last(words)


def _last_name_span(words: list[str], capitals: list[bool]) -> tuple[int, int]:
    """Return the bounds of the words in capitals, with particles before and between them."""
    start = capitals.index(True)
    end = len(capitals) - capitals[::-1].index(True)
    while start and _is_particle(words[start - 1]):
        start -= 1
    return start, end


def _family_first(words: list[str]) -> tuple[list[str], list[str]]:
    """Split « Le Goff Anne »: particles and a word, or all that is before known first names."""
    start = 0
    while start < len(words) - 2 and _is_particle(words[start]):
        start += 1
    if start:
        return words[start + 1 :], words[: start + 1]
    place = len(words)
    while place > 1 and _is_first_name(words[place - 1]):
        place -= 1
    place = place if place < len(words) else 1
    return words[place:], words[:place]


def _family_last(words: list[str]) -> tuple[list[str], list[str]]:
    """Split « Jean Pierre de La Tour »: at the particle, or after the known first names."""
    for place in range(1, len(words)):
        if _is_particle(words[place]) and place < len(words) - 1:
            return words[:place], words[place:]
    place = 1
    while place < len(words) - 1 and _is_first_name(words[place]):
        place += 1
    return words[:place], words[place:]
