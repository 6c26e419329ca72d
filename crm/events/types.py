"""The fixed words of events, registrations and attendances, and what their forms say."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from crm.core.errors import N_


class EventStatus(StrEnum):
    """Where an event stands; a postponed one has a new date, or none yet."""

    PREPARED = "en_preparation"
    CONFIRMED = "confirme"
    HELD = "realise"
    POSTPONED = "reporte"
    CANCELLED = "annule"


STATUS_LABELS = {
    EventStatus.PREPARED: N_("En préparation"),
    EventStatus.CONFIRMED: N_("Confirmé"),
    EventStatus.HELD: N_("Réalisé"),
    EventStatus.POSTPONED: N_("Reporté"),
    EventStatus.CANCELLED: N_("Annulé"),
}
STATUS_TONES = {
    EventStatus.PREPARED: "neutral",
    EventStatus.CONFIRMED: "accent",
    EventStatus.HELD: "success",
    EventStatus.POSTPONED: "warning",
    EventStatus.CANCELLED: "danger",
}
# To these, people may register.
OPEN_STATUSES = (EventStatus.CONFIRMED, EventStatus.POSTPONED)


class QuestionKind(StrEnum):
    """How a question of the registration page is answered."""

    TEXT = "texte"
    CHOICE = "choix"
    YES_NO = "oui_non"


QUESTION_LABELS = {
    QuestionKind.TEXT: N_("Texte libre"),
    QuestionKind.CHOICE: N_("Choix dans une liste"),
    QuestionKind.YES_NO: N_("Oui ou non"),
}


class RegistrationStatus(StrEnum):
    """Whether someone has a seat, waits for one, or was offered one."""

    REGISTERED = "inscrite"
    WAITING = "attente"
    OFFERED = "proposee"
    CANCELLED = "annulee"


REGISTRATION_LABELS = {
    RegistrationStatus.REGISTERED: N_("Inscrite"),
    RegistrationStatus.WAITING: N_("En attente"),
    RegistrationStatus.OFFERED: N_("Place proposée"),
    RegistrationStatus.CANCELLED: N_("Annulée"),
}
REGISTRATION_TONES = {
    RegistrationStatus.REGISTERED: "success",
    RegistrationStatus.WAITING: "warning",
    RegistrationStatus.OFFERED: "info",
    RegistrationStatus.CANCELLED: "neutral",
}
# An offered seat is held until it is taken or let go.
SEATED = (RegistrationStatus.REGISTERED, RegistrationStatus.OFFERED)


class RegistrationSource(StrEnum):
    """How a registration came."""

    PUBLIC = "public"
    INVITATION = "invitation"
    TEAM = "equipe"


SOURCE_LABELS = {
    RegistrationSource.PUBLIC: N_("Page publique"),
    RegistrationSource.INVITATION: N_("Lien d’une invitation"),
    RegistrationSource.TEAM: N_("Équipe"),
}


class AttendanceSource(StrEnum):
    """Where an attendance was read."""

    LIST = "liste"
    FILE = "fichier"


ATTENDANCE_SOURCE_LABELS = {
    AttendanceSource.LIST: N_("Liste de présence"),
    AttendanceSource.FILE: N_("Fichier importé"),
}


class Match(StrEnum):
    """How someone present was recognised."""

    REGISTRATION = "inscription"
    ADDRESS = "adresse"
    NAME = "nom"
    TEAM = "equipe"


MATCH_LABELS = {
    Match.REGISTRATION: N_("Inscription"),
    Match.ADDRESS: N_("Adresse"),
    Match.NAME: N_("Nom"),
    Match.TEAM: N_("Choix de l’équipe"),
}


class ReminderKind(StrEnum):
    """Which message about an event: three before it, two after."""

    WEEK = "j7"
    DAY = "j1"
    HOUR = "h1"
    REPLAY = "replay"
    MISSED = "absence"


REMINDER_LABELS = {
    ReminderKind.WEEK: N_("Sept jours avant"),
    ReminderKind.DAY: N_("La veille"),
    ReminderKind.HOUR: N_("Une heure avant"),
    ReminderKind.REPLAY: N_("Après, aux présents"),
    ReminderKind.MISSED: N_("Après, aux absents"),
}
BEFORE = (ReminderKind.WEEK, ReminderKind.DAY, ReminderKind.HOUR)
AFTER = (ReminderKind.REPLAY, ReminderKind.MISSED)


class SkipReason(StrEnum):
    """Why a reminder does not leave."""

    PAST = "passe"
    NO_SEAT = "sans_place"
    CANCELLED = "annule"


@dataclass(frozen=True, slots=True)
class EventData:
    """What a form says of an event; instants are aware, and None is « à fixer ».

    `organiser_value` is a picker's value (an id, `commune:INSEE`, `epci:SIREN`), `organiser` a name
    that is none of our structures'. `headcount` is what was typed (« une soixantaine »). An all-day
    event starts and ends at midnight in Paris.
    """

    title: str
    kind_id: int
    role_id: int | None = None
    status: str = EventStatus.PREPARED
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    is_all_day: bool = False
    place: str | None = None
    link: str | None = None
    organiser_value: str | None = None
    organiser: str | None = None
    group_id: int | None = None
    call_id: int | None = None
    country_codes: tuple[str, ...] = ()
    theme_ids: tuple[int, ...] = ()
    axis_ids: tuple[int, ...] = ()
    capacity: int | None = None
    headcount: str | None = None
    presence_percent: int | None = None
    takes_registrations: bool = False
    registration_opens_at: datetime | None = None
    registration_closes_at: datetime | None = None
    is_public: bool = False
    description: str | None = None
    replay_link: str | None = None


@dataclass(frozen=True, slots=True)
class QuestionData:
    """A question of the registration page; `options` only where one chooses."""

    label: str
    kind: str = QuestionKind.TEXT
    options: tuple[str, ...] = ()
    is_required: bool = False


@dataclass(frozen=True, slots=True)
class RegistrationData:
    """What someone says to register; `answers` maps a question's id, as text, to what was said."""

    email: str
    last_name: str
    first_name: str | None = None
    structure: str | None = None
    answers: dict[str, str] = field(default_factory=dict)
    accepted: tuple[str, ...] = ()
