"""The fixed words of introductions, and what forms say of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crm.core.errors import N_


class IntroductionStatus(StrEnum):
    """How far an introduction has come; only one that is made counts as support."""

    PROPOSED = "proposee"
    ASKED = "accords_demandes"
    MADE = "faite"
    REFUSED = "refusee"


class Answer(StrEnum):
    """What a person said when asked whether their address may be given to the other side."""

    YES = "oui"
    NO = "non"


class Means(StrEnum):
    """How a person was asked and answered."""

    MAIL = "courriel"
    PHONE = "telephone"
    TALK = "de_vive_voix"


class IntroductionOutcome(StrEnum):
    """What came of an introduction."""

    NOTHING = "rien"
    EXCHANGE = "echange"
    PROJECT = "projet_commun"
    PARTNERSHIP = "partenariat"
    UNKNOWN = "ne_sait_pas"


STATUS_LABELS = {
    IntroductionStatus.PROPOSED: N_("Proposée"),
    IntroductionStatus.ASKED: N_("Accords demandés"),
    IntroductionStatus.MADE: N_("Faite"),
    IntroductionStatus.REFUSED: N_("Refusée"),
}
MEANS_LABELS = {
    Means.MAIL: N_("par courriel"),
    Means.PHONE: N_("par téléphone"),
    Means.TALK: N_("de vive voix"),
}
ANSWER_LABELS = {Answer.YES: N_("d’accord"), Answer.NO: N_("pas d’accord")}
OUTCOME_LABELS = {
    IntroductionOutcome.NOTHING: N_("Rien"),
    IntroductionOutcome.EXCHANGE: N_("Un échange"),
    IntroductionOutcome.PROJECT: N_("Un projet commun"),
    IntroductionOutcome.PARTNERSHIP: N_("Un partenariat"),
    IntroductionOutcome.UNKNOWN: N_("Ne sait pas"),
}


@dataclass(frozen=True, slots=True)
class IntroductionData:
    """What a form says of an introduction; all but the date and the officer are pickers' values."""

    reason: str
    introduced_on: date
    officer_id: int
    asking: tuple[str, ...]
    others: tuple[str, ...]
    asking_contacts: tuple[str, ...] = ()
    other_contacts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DraftPerson:
    """A person as a message names them; `email` is None when none is known."""

    name: str
    email: str | None
    answer: Answer | None = None


@dataclass(frozen=True, slots=True)
class DraftSide:
    """A structure and its people as a message names them."""

    structure: str
    people: Sequence[DraftPerson]


@dataclass(frozen=True, slots=True)
class Draft:
    """A message to copy: whom to write to, and in words what is still missing."""

    subject: str
    body: str
    recipients: Sequence[str]
    missing: Sequence[tuple[str, str]]
