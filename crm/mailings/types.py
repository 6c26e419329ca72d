"""The fixed words of mailings."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crm.core.errors import N_
from crm.mail.types import Purpose


class Status(StrEnum):
    """Where a mailing is in its life; FROZEN waits for its time."""

    DRAFT = "draft"
    FROZEN = "frozen"
    SENDING = "sending"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


class Reach(StrEnum):
    """Whom a mailing is for: each person of its segments, or one address a structure."""

    PEOPLE = "people"
    STRUCTURES = "structures"


class Why(StrEnum):
    """Why someone is in a frozen audience, or is left out by the mailing itself.

    What consents have to say against writing to someone has codes of its own.
    """

    SEGMENT = "segment"
    IN_OFFICE = "in_office"
    FUNCTION = "function"
    GENERIC = "generic"
    FOLLOW_UP = "follow_up"
    EXCLUDED = "excluded"
    SAME_ADDRESS = "same_address"


STATUS_LABELS = {
    Status.DRAFT: N_("Brouillon"),
    Status.FROZEN: N_("Programmé"),
    Status.SENDING: N_("En cours d’envoi"),
    Status.PAUSED: N_("En pause"),
    Status.CANCELLED: N_("Annulé"),
    Status.DONE: N_("Terminé"),
}
STATUS_TONES = {
    Status.DRAFT: "neutral",
    Status.FROZEN: "info",
    Status.SENDING: "accent",
    Status.PAUSED: "warning",
    Status.CANCELLED: "danger",
    Status.DONE: "success",
}
REACH_LABELS = {
    Reach.PEOPLE: N_("Chaque personne"),
    Reach.STRUCTURES: N_("Une adresse par structure"),
}
WHY_SENTENCES = {
    Why.SEGMENT: N_("Dans un segment choisi."),
    Why.IN_OFFICE: N_("En fonction dans une structure d’un segment choisi."),
    Why.FUNCTION: N_("Occupe dans la structure la fonction demandée."),
    Why.GENERIC: N_("Adresse générique de la structure, faute de personne à cette fonction."),
    Why.FOLLOW_UP: N_("A reçu le premier envoi et n’y a pas réagi."),
    Why.EXCLUDED: N_("Dans un segment à laisser de côté."),
    Why.SAME_ADDRESS: N_("La même adresse est déjà destinataire : elle ne reçoit qu’un message."),
}
PURPOSE_LABELS = {
    Purpose.NEWSLETTER: N_("Lettre d’information"),
    Purpose.INVITATIONS: N_("Invitations"),
    Purpose.CALLS: N_("Appels à projets"),
    Purpose.NETWORK_LIFE: N_("Vie du réseau"),
}


@dataclass(frozen=True, slots=True)
class MailingData:
    """What a form says of a mailing; `functions` are looked for in their order."""

    name: str
    purpose: str
    is_public: bool = False


@dataclass(frozen=True, slots=True)
class AudienceData:
    """Whom a mailing is for: segments, minus segments."""

    reach: str
    included_ids: tuple[int, ...] = ()
    excluded_ids: tuple[int, ...] = ()
    functions: str | None = None
    takes_generic: bool = True


@dataclass(frozen=True, slots=True)
class DepartureData:
    """When a mailing leaves: at once without `starts_at`; at most `per_hour` messages an hour."""

    starts_at: datetime | None = None
    per_hour: int | None = None
