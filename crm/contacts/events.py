"""News of the directory, for the packages above it."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SuccessorWanted:
    """A vacant seat whose next holder is to be met."""

    structure_id: int
    role: str
    assignee_id: int


@dataclass(frozen=True, slots=True)
class SuccessorsWanted:
    """Vacant seats whose next holders are to be met, each by someone of the team."""

    seats: Sequence[SuccessorWanted]
