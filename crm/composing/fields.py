"""Fields that differ from one reader to the next, as people type them: {prénom | Madame, Monsieur}.

A name in braces, « de » or « à » before it where French wants it, and after a bar what to say when
there is nothing. Nothing is evaluated: a name is on the list, or it is an error. Pure.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from functools import lru_cache

from crm.composing.elision import Nature, Preposition, after
from crm.composing.types import MergeField, Values
from crm.core.errors import N_
from crm.core.text import fold

_PIECE = re.compile(r"\{\{|\}\}|\{([^{}\n]*)\}|\{")
_PREPOSITIONS = {
    "de": Preposition.OF, "d": Preposition.OF, "du": Preposition.OF, "des": Preposition.OF,
    "a": Preposition.TO, "au": Preposition.TO, "aux": Preposition.TO,
}  # fmt: skip
_NATURES = {
    "structure": Nature.STRUCTURE,
    "commune": Nature.COMMUNE,
    "departement": Nature.DEPARTEMENT,
}
_CLOSE_ENOUGH = 0.5
_LONGEST_SHOWN = 60
_UNKNOWN = N_("Le champ « %(typed)s » n’existe pas. Vous pouvez écrire : %(known)s.")
_UNKNOWN_LIKE = N_("Le champ « %(typed)s » n’existe pas : vouliez-vous écrire « %(near)s » ?")
_OPEN = N_(
    "Une accolade n’est pas refermée : écrivez par exemple « %(example)s », ou « {{ » pour une"
    " accolade ordinaire."
)
_EMPTY = N_("Il n’y a rien entre les accolades : écrivez par exemple « %(example)s ».")


@dataclass(frozen=True, slots=True)
class Spot:
    """A place for a field: with « de » or « à » before it, and what to say when it is empty."""

    name: str
    preposition: Preposition | None = None
    fallback: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """Braces that mean nothing: `message` is a msgid."""

    message: str
    params: tuple[tuple[str, str], ...]


Piece = str | Spot | Fault


def pieces_of(text: str, fields: Sequence[MergeField]) -> list[Piece]:
    """Return a text cut into what stands as it is, places for fields, and faults."""
    return list(_pieces(text, tuple(fields)))


def faults_in(text: str, fields: Sequence[MergeField]) -> list[Fault]:
    """Return what is wrong between the braces of a text."""
    return [piece for piece in pieces_of(text, fields) if isinstance(piece, Fault)]


def spots_in(text: str, fields: Sequence[MergeField]) -> list[Spot]:
    """Return the places for fields of a text."""
    return [piece for piece in pieces_of(text, fields) if isinstance(piece, Spot)]


def typed(field: MergeField, preposition: Preposition | None = None) -> str:
    """Return a field as people type it."""
    return f"{{{f'{preposition} ' if preposition else ''}{field.label}}}"


def filled(spot: Spot, values: Values) -> str:
    """Return what a reader sees at a spot, on one line; nothing when there is nothing to say."""
    value = one_line(values.get(spot.name) or "")
    if not value:
        return spot.fallback or ""
    if spot.preposition is None:
        return value
    return _after(spot.preposition, value, _NATURES.get(spot.name, Nature.OTHER))


def is_missing(spot: Spot, values: Values) -> bool:
    """Tell whether a reader would find a hole at a spot."""
    return not one_line(values.get(spot.name) or "") and not spot.fallback


def one_line(text: str) -> str:
    r"""Return a text on one line, without what is invisible.

    >>> one_line("Ada\r\nBcc: x")
    'Ada Bcc: x'
    """
    visible = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(visible.split())


@lru_cache(maxsize=16_384)
def _after(preposition: Preposition, value: str, nature: Nature) -> str:
    return after(preposition, value, nature)


def _pieces(text: str, fields: tuple[MergeField, ...]) -> Iterator[Piece]:
    start = 0
    for found in _PIECE.finditer(text):
        if found.start() > start:
            yield text[start : found.start()]
        start = found.end()
        if found[0] in ("{{", "}}"):
            yield found[0][0]
        elif found[1] is None:
            yield Fault(
                _OPEN, (("example", typed(fields[0])),) if fields else (("example", "{ }"),)
            )
        else:
            yield _read(found[1], fields)
    if start < len(text):
        yield text[start:]


def _read(inside: str, fields: tuple[MergeField, ...]) -> Piece:
    asked, bar, fallback = inside.partition("|")
    words = fold(asked)
    known = {fold(each.name): each for each in fields} | {fold(each.label): each for each in fields}
    if not words:
        return Fault(_EMPTY, (("example", typed(fields[0]) if fields else "{ }"),))
    preposition, name = None, words
    if name not in known:
        first, _space, rest = words.partition(" ")
        preposition, name = _PREPOSITIONS.get(first), rest
        if preposition is None:
            name = words
    if name not in known:
        return _unknown(asked, name or words, known)
    said = " ".join(fallback.split())
    return Spot(known[name].name, preposition, said if bar and said else None)


def _unknown(asked: str, name: str, known: dict[str, MergeField]) -> Fault:
    shown = one_line(asked)[:_LONGEST_SHOWN]
    near = get_close_matches(name, list(known), n=1, cutoff=_CLOSE_ENOUGH)
    if near:
        return Fault(_UNKNOWN_LIKE, (("typed", shown), ("near", typed(known[near[0]]))))
    everything = ", ".join(dict.fromkeys(typed(each) for each in known.values()))
    return Fault(_UNKNOWN, (("typed", shown), ("known", everything or "—")))
