"""The fixed words of accompaniment."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crm.core.errors import N_


class SessionStatus(StrEnum):
    """What became of a session; only the done ones count as accompaniment."""

    PLANNED = "prevue"
    DONE = "realisee"
    CANCELLED = "annulee"
    NO_SHOW = "absent"


STATUS_LABELS = {
    SessionStatus.DONE: N_("Réalisée"),
    SessionStatus.PLANNED: N_("Prévue"),
    SessionStatus.CANCELLED: N_("Annulée"),
    SessionStatus.NO_SHOW: N_("Structure absente"),
}


@dataclass(frozen=True, slots=True)
class SessionData:
    """What a form or an import says of a session; ids and codes are checked by the operation.

    `structures` and `contacts` hold a picker's values: an id, `commune:INSEE`, `new:Name`…
    """

    structures: tuple[str, ...]
    held_on: date
    kind_id: int
    status: str = SessionStatus.DONE
    contacts: tuple[str, ...] = ()
    theme_ids: tuple[int, ...] = ()
    country_codes: tuple[str, ...] = ()
    officer_ids: tuple[int, ...] = ()
    project_ids: tuple[int, ...] = ()
    axis_ids: tuple[int, ...] = ()
    duration_minutes: int | None = None
    notes: str | None = None
    new_family: str | None = None


@dataclass(frozen=True, slots=True)
class NextStep:
    """What is to be done after a session, and by when."""

    what: str
    due_on: date


@dataclass(frozen=True, slots=True)
class FollowUpData:
    """What a form says of a follow-up; `structure` is a picker's value."""

    what: str
    due_on: date
    assignee_id: int
    structure: str | None = None
