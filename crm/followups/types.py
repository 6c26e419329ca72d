"""The fixed words of accompaniment."""

from enum import StrEnum


class SessionStatus(StrEnum):
    """What became of a session; only the done ones count as accompaniment."""

    PLANNED = "prevue"
    DONE = "realisee"
    CANCELLED = "annulee"
    NO_SHOW = "absent"
