"""What events tell the packages above, in the transaction that made it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Registered:
    """Someone known has a seat; each id is empty where it is not known."""

    event_id: int
    contact_id: int | None
    structure_id: int | None
    call_id: int | None


@dataclass(frozen=True, slots=True)
class RegistrationCancelled:
    """Someone known does not come any more."""

    event_id: int
    contact_id: int | None
    structure_id: int | None
    call_id: int | None


@dataclass(frozen=True, slots=True)
class Attended:
    """Someone known came."""

    event_id: int
    contact_id: int | None
    structure_id: int | None
    call_id: int | None
