"""The fixed words of accompaniment."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crm.core.errors import N_
from crm.funding.types import SupportLevel


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


class Priority(StrEnum):
    """How much a follow-up matters; the urgent ones are told of at once."""

    URGENT = "urgente"
    NORMAL = "normale"
    LOW = "basse"


PRIORITY_LABELS = {
    Priority.URGENT: N_("Urgente"),
    Priority.NORMAL: N_("Normale"),
    Priority.LOW: N_("Peut attendre"),
}


class Recurrence(StrEnum):
    """How often a follow-up comes back once it is done."""

    WEEK = "semaine"
    FORTNIGHT = "quinzaine"
    MONTH = "mois"
    QUARTER = "trimestre"
    HALF_YEAR = "semestre"
    YEAR = "an"


RECURRENCE_LABELS = {
    Recurrence.WEEK: N_("Chaque semaine"),
    Recurrence.FORTNIGHT: N_("Toutes les deux semaines"),
    Recurrence.MONTH: N_("Chaque mois"),
    Recurrence.QUARTER: N_("Chaque trimestre"),
    Recurrence.HALF_YEAR: N_("Chaque semestre"),
    Recurrence.YEAR: N_("Chaque année"),
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
    application_ids: tuple[int, ...] = ()
    support_level: str = SupportLevel.LIGHT
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
    """What a form says of a follow-up; `structure` and `contact` are a picker's values."""

    what: str
    due_on: date
    assignee_id: int
    structure: str | None = None
    contact: str | None = None
    project_id: int | None = None
    application_id: int | None = None
    call_id: int | None = None
    priority: str = Priority.NORMAL
    recurrence: str | None = None
