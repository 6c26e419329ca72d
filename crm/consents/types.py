"""The words of consents: purposes in French, bases, states, channels, and why someone is spared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from crm.core.errors import N_
from crm.mail.types import BROADCASTS, Purpose

PURPOSES = BROADCASTS
PURPOSE_LABELS: Mapping[str, str] = {
    Purpose.NEWSLETTER: N_("Lettre d’information"),
    Purpose.INVITATIONS: N_("Invitations"),
    Purpose.CALLS: N_("Appels à projets"),
    Purpose.NETWORK_LIFE: N_("Vie du réseau"),
}


class Basis(StrEnum):
    """On what legal ground a message to a person stands (RGPD, article 6)."""

    CONSENT = "consentement"
    LEGITIMATE_INTEREST = "interet_legitime"
    PUBLIC_MISSION = "mission_publique"
    CONTRACT = "adhesion"


BASIS_LABELS: Mapping[str, str] = {
    Basis.CONSENT: N_("Consentement"),
    Basis.LEGITIMATE_INTEREST: N_("Intérêt légitime"),
    Basis.PUBLIC_MISSION: N_("Mission d’intérêt public"),
    Basis.CONTRACT: N_("Adhésion ou contrat"),
}


class State(StrEnum):
    """What is known of a person and a purpose; without a row, they were never asked."""

    ACCEPTED = "accepte"
    REFUSED = "refuse"
    WITHDRAWN = "retire"


STATE_LABELS: Mapping[str, str] = {
    State.ACCEPTED: N_("Accepté"),
    State.REFUSED: N_("Refusé"),
    State.WITHDRAWN: N_("Retiré"),
}
SAID_NO = (State.REFUSED, State.WITHDRAWN)


class Channel(StrEnum):
    """How a choice reached us."""

    PUBLIC_FORM = "formulaire"
    PREFERENCES = "preferences"
    PAPER = "papier"
    PHONE = "telephone"
    EMAIL = "courriel"
    IMPORT = "import"
    ONE_CLICK = "un_clic"
    COMPLAINT = "plainte"
    UNDO = "annulation"


CHANNEL_LABELS: Mapping[str, str] = {
    Channel.PUBLIC_FORM: N_("Formulaire public, confirmé par courriel"),
    Channel.PREFERENCES: N_("Page de préférences"),
    Channel.PAPER: N_("Papier"),
    Channel.PHONE: N_("Téléphone"),
    Channel.EMAIL: N_("Courriel"),
    Channel.IMPORT: N_("Import"),
    Channel.ONE_CLICK: N_("Désabonnement en un clic"),
    Channel.COMPLAINT: N_("Signalé comme indésirable"),
    Channel.UNDO: N_("Annulation par l’équipe"),
}
# What the person does alone, without anyone of the team: nobody of the team takes it back.
OWN_CHANNELS = frozenset(
    {Channel.PUBLIC_FORM, Channel.PREFERENCES, Channel.ONE_CLICK, Channel.COMPLAINT}
)
THE_PERSON = N_("La personne elle-même")
# What the team may note.
TEAM_CHANNELS = (Channel.PAPER, Channel.PHONE, Channel.EMAIL)


class Refusal(StrEnum):
    """Why a message must not be written to someone; each has a sentence."""

    ERASED = "fiche_supprimee"
    NO_EMAIL = "sans_adresse"
    OBJECTED = "opposition"
    COMPLAINED = "plainte"
    DEAD_ADDRESS = "adresse_morte"
    WITHDRAWN = "retire"
    REFUSED = "refuse"
    GROUND_LOST = "fondement_perdu"
    NEVER_ASKED = "jamais_demande"


REFUSAL_SENTENCES: Mapping[str, str] = {
    Refusal.ERASED: N_("Sa fiche est dans la corbeille ou n’existe plus."),
    Refusal.NO_EMAIL: N_("Aucune adresse n’est connue."),
    Refusal.OBJECTED: N_("Cette adresse s’est opposée à nos envois."),
    Refusal.COMPLAINED: N_("Un de nos messages a été signalé comme indésirable à cette adresse."),
    Refusal.DEAD_ADDRESS: N_("Cette adresse ne reçoit plus : nos messages en reviennent."),
    Refusal.WITHDRAWN: N_("Un désabonnement a été demandé."),
    Refusal.REFUSED: N_("La personne a refusé."),
    Refusal.GROUND_LOST: N_(
        "Ce qui permettait de lui écrire n’est plus vrai : fonction terminée ou adhésion échue."
    ),
    Refusal.NEVER_ASKED: N_(
        "Son accord n’a jamais été demandé, et rien d’autre ne permet de lui écrire."
    ),
}


@dataclass(frozen=True, slots=True)
class Proof:
    """How a choice is known: by which channel, when, what was said or shown.

    `given_on` is the day the person chose, `given_at` the instant where it is known; `wording_id`
    the exact text they were shown. `delivery_id` is the message whose link they followed.
    """

    channel: Channel
    given_on: date
    note: str | None = None
    wording_id: int | None = None
    delivery_id: int | None = None
    given_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SaidNo:
    """When a person or an address said no, and whether they did it alone, at that very instant."""

    at: datetime
    is_their_own: bool
