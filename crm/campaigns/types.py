"""The fixed words of campaigns, and what forms say of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crm.core.errors import N_


class Stage(StrEnum):
    """Where a target stands; all but the last follow each other."""

    TO_CONTACT = "a_contacter"
    CONTACTED = "contactee"
    ANSWERED = "a_repondu"
    INTERESTED = "interessee"
    REGISTERED = "inscrite"
    PRESENT = "presente"
    ACCOMPANIED = "accompagnee"
    FILED = "deposee"
    FUNDED = "financee"
    DROPPED = "sans_suite"


STAGE_LABELS = {
    Stage.TO_CONTACT: N_("À contacter"),
    Stage.CONTACTED: N_("Contactée"),
    Stage.ANSWERED: N_("A répondu"),
    Stage.INTERESTED: N_("Intéressée"),
    Stage.REGISTERED: N_("Inscrite"),
    Stage.PRESENT: N_("Présente"),
    Stage.ACCOMPANIED: N_("Accompagnée"),
    Stage.FILED: N_("Dossier déposé"),
    Stage.FUNDED: N_("Financée"),
    Stage.DROPPED: N_("Sans suite"),
}
STAGE_TONES = {
    Stage.CONTACTED: "info",
    Stage.ANSWERED: "info",
    Stage.INTERESTED: "accent",
    Stage.REGISTERED: "accent",
    Stage.PRESENT: "accent",
    Stage.ACCOMPANIED: "success",
    Stage.FILED: "success",
    Stage.FUNDED: "success",
    Stage.DROPPED: "danger",
}


class Obstacle(StrEnum):
    """Why a target goes no further."""

    PEOPLE = "moyens_humains"
    MONEY = "moyens_financiers"
    CALENDAR = "calendrier"
    ELECTED = "elus"
    OTHER = "autre"


OBSTACLE_LABELS = {
    Obstacle.PEOPLE: N_("Moyens humains"),
    Obstacle.MONEY: N_("Moyens financiers"),
    Obstacle.CALENDAR: N_("Calendrier"),
    Obstacle.ELECTED: N_("Élus"),
    Obstacle.OTHER: N_("Autre"),
}


class Status(StrEnum):
    """Where a campaign is in its life."""

    PREPARED = "preparation"
    RUNNING = "en_cours"
    CLOSED = "terminee"


STATUS_LABELS = {
    Status.PREPARED: N_("En préparation"),
    Status.RUNNING: N_("En cours"),
    Status.CLOSED: N_("Terminée"),
}
STATUS_TONES = {
    Status.PREPARED: "neutral",
    Status.RUNNING: "success",
    Status.CLOSED: "info",
}


class Origin(StrEnum):
    """How a target came into its campaign."""

    CRITERIA = "criteres"
    SEGMENT = "segment"
    PASTED = "collee"
    FILE = "fichier"
    CLONE = "reprise"


ORIGIN_LABELS = {
    Origin.CRITERIA: N_("Critères"),
    Origin.SEGMENT: N_("Segment"),
    Origin.PASTED: N_("Liste collée"),
    Origin.FILE: N_("Fichier"),
    Origin.CLONE: N_("Campagne précédente"),
}


class Cause(StrEnum):
    """What made a target move: a person, or something that happened."""

    BY_HAND = "main"
    CALL = "appel"
    DELIVERY = "envoi"
    REPLY = "reponse"
    REGISTRATION = "inscription"
    ATTENDANCE = "presence"
    SESSION = "seance"
    FILING = "depot"
    AWARD = "obtention"
    UNDONE = "annulation"


CAUSE_LABELS = {
    Cause.BY_HAND: N_("Noté à la main"),
    Cause.CALL: N_("Appel"),
    Cause.DELIVERY: N_("Message arrivé"),
    Cause.REPLY: N_("Réponse à un message"),
    Cause.REGISTRATION: N_("Inscription à un événement"),
    Cause.ATTENDANCE: N_("Présence à un événement"),
    Cause.SESSION: N_("Séance d’accompagnement"),
    Cause.FILING: N_("Dossier déposé"),
    Cause.AWARD: N_("Financement obtenu"),
    Cause.UNDONE: N_("Annulation"),
}
# What happened says which stage is reached, and which kind of record tells it.
REACHED_BY: Mapping[Cause, Stage] = {
    Cause.DELIVERY: Stage.CONTACTED,
    Cause.REPLY: Stage.ANSWERED,
    Cause.REGISTRATION: Stage.REGISTERED,
    Cause.ATTENDANCE: Stage.PRESENT,
    Cause.SESSION: Stage.ACCOMPANIED,
    Cause.FILING: Stage.FILED,
    Cause.AWARD: Stage.FUNDED,
}
SOURCE_KINDS: Mapping[Cause, str] = {
    Cause.DELIVERY: "mailing",
    Cause.REPLY: "mailing",
    Cause.REGISTRATION: "event",
    Cause.ATTENDANCE: "event",
    Cause.SESSION: "session",
    Cause.FILING: "funding_application",
    Cause.AWARD: "funding_application",
}


class CallOutcome(StrEnum):
    """What came of a phone call."""

    NO_ANSWER = "pas_de_reponse"
    CALL_BACK = "a_rappeler"
    ANSWERED = "a_repondu"
    INTERESTED = "interessee"
    DROPPED = "sans_suite"


OUTCOME_LABELS = {
    CallOutcome.NO_ANSWER: N_("Pas de réponse"),
    CallOutcome.CALL_BACK: N_("À rappeler"),
    CallOutcome.ANSWERED: N_("A répondu"),
    CallOutcome.INTERESTED: N_("Intéressée"),
    CallOutcome.DROPPED: N_("Sans suite"),
}


class Measure(StrEnum):
    """A figure of the funnel, in its order."""

    TARGETED = "ciblees"
    REACHED = "touchees"
    ANSWERED = "ayant_repondu"
    MET = "rencontrees"
    ACCOMPANIED = "accompagnees"
    FILED = "deposees"
    FUNDED = "financees"


@dataclass(frozen=True, slots=True)
class CampaignData:
    """What a form says of a campaign; `segment_id` is whom it is drawn from."""

    name: str
    starts_on: date
    ends_on: date
    reporting_year: int
    status: str = Status.PREPARED
    purpose: str | None = None
    call_id: int | None = None
    scheme_id: int | None = None
    theme_id: int | None = None
    segment_id: int | None = None
    functions: str | None = None
    script: str | None = None
    axis_ids: tuple[int, ...] = ()
    member_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Goal:
    """How many targets of a département should come to a measure."""

    departement_code: str
    measure: str
    count: int


@dataclass(frozen=True, slots=True)
class TargetData:
    """What a form says of a target, besides its stage; the contact is a picker's value."""

    contact_id: int | None = None
    role: str | None = None
    officer_id: int | None = None
    next_call_on: date | None = None


@dataclass(frozen=True, slots=True)
class StageData:
    """A stage that a person says a target is at; an obstacle goes with `Stage.DROPPED` alone."""

    stage: str
    note: str | None = None
    obstacle: str | None = None


@dataclass(frozen=True, slots=True)
class CallData:
    """What a person says of a phone call."""

    outcome: str
    note: str | None = None
    obstacle: str | None = None
    next_call_on: date | None = None


@dataclass(frozen=True, slots=True)
class PlaceData:
    """Which communes to pick; all that is given must hold.

    `scheme_id` and `years` keep those where nothing was filed for it (0: for any scheme);
    `quiet_months` those that no mailing reached for so long.
    """

    departement_codes: tuple[str, ...] = ()
    epci_sirens: tuple[str, ...] = ()
    territory_ids: tuple[int, ...] = ()
    least: int | None = None
    most: int | None = None
    scheme_id: int | None = None
    years: int | None = None
    quiet_months: int | None = None
