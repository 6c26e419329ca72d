"""Records that a row may be though nothing proves it: who looks for them is plugged in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

MOST_LIKELY = 3


@dataclass(frozen=True, slots=True)
class Candidate:
    """A record about to be made: its columns, as they would be written, and where it would be."""

    entity: str
    values: dict[str, Any]
    structure_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Likely:
    """A record that the candidate may be: why, in sentences (msgids) already put in words."""

    record_id: int
    name: str
    score: float = 0.0
    reasons: tuple[str, ...] = field(default=())


Finder = Callable[[Session, Sequence[Candidate], int], Sequence[Sequence[Likely]]]
_finders: dict[str, Finder] = {}


def find_likely_with(entity: str, finder: Finder) -> None:
    """Let `finder(session, candidates, limit)` say which records each candidate may be.

    It is asked for some hundreds of candidates at once, and must send a constant number of
    statements however many they are.
    """
    _finders[entity] = finder


def finder_of(entity: str) -> Finder:
    """Return who looks for likely matches of this kind; one that finds none otherwise."""
    return _finders.get(entity, _nothing)


def _nothing(_session: Session, candidates: Sequence[Candidate], _limit: int) -> list[list[Likely]]:
    return [[] for _ in candidates]


def likely_matches(
    session: Session, entity: str, candidates: Sequence[Candidate]
) -> Sequence[Sequence[Likely]]:
    """Return what each candidate may be, the likeliest first; nothing when nobody looks."""
    return finder_of(entity)(session, candidates, MOST_LIKELY) if candidates else []
