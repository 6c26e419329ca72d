"""News of accompaniment, for the packages above it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SessionSaved:
    """A session was logged, changed, or said to have been held or not."""

    session_id: int
