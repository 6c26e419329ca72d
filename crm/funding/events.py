"""News of funding, for the packages above it."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class CallMoved:
    """A call that closes on another day than was said before."""

    call_id: int
    closes_on: date


@dataclass(frozen=True, slots=True)
class ApplicationSaved:
    """An application was made, changed or brought to another status."""

    application_id: int
