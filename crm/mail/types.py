"""The words of the ledger: states, purposes, reasons, and what a gateway answers."""

from dataclasses import dataclass
from datetime import timedelta
from email.message import EmailMessage
from enum import StrEnum

from crm.core.errors import N_


class DeliveryState(StrEnum):
    """Where a delivery is; « delivered » and « bounced » will come with what providers report."""

    QUEUED = "queued"
    LEASED = "leased"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    SKIPPED = "skipped"


class Purpose(StrEnum):
    """Why a message is written; a suppression holds for one purpose, or for any."""

    ACCOUNT = "account"
    DIGEST = "digest"
    ANY = "any"


class Priority:
    """Who goes first: a link that someone waits for before what can wait."""

    AWAITED = 0
    USUAL = 5


class Reason(StrEnum):
    """Why a delivery is not simply on its way; each has a sentence in `wording`."""

    EXPIRED = "expired"
    SUPPRESSED = "suppressed"
    ACCOUNT_CLOSED = "account_closed"
    INVENTED_ADDRESS = "invented_address"
    UNWRITABLE = "unwritable"
    BEFORE_SENDING = "before_sending"
    REFUSED = "refused"
    NOT_SENT = "not_sent"
    RELAY_DOWN = "relay_down"
    TOO_MANY_ATTEMPTS = "too_many_attempts"
    NO_ANSWER = "no_answer"
    STOPPED = "stopped"
    SENT_AGAIN = "sent_again"
    TRIED_AGAIN = "tried_again"
    GIVEN_UP = "given_up"


STATE_LABELS = {
    DeliveryState.QUEUED: N_("En attente"),
    DeliveryState.LEASED: N_("En partance"),
    DeliveryState.SENDING: N_("En cours d’envoi"),
    DeliveryState.ACCEPTED: N_("Remis"),
    DeliveryState.DEFERRED: N_("Reporté"),
    DeliveryState.UNCERTAIN: N_("Peut-être envoyé"),
    DeliveryState.FAILED: N_("Échec"),
    DeliveryState.SKIPPED: N_("Non envoyé"),
}
STATE_TONES = {
    DeliveryState.ACCEPTED: "success",
    DeliveryState.DEFERRED: "info",
    DeliveryState.UNCERTAIN: "warning",
    DeliveryState.FAILED: "danger",
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to leave, and the addresses of its envelope."""

    token: str
    file_name: str
    envelope_sender: str
    recipient: str
    message: EmailMessage


@dataclass(frozen=True, slots=True)
class Accepted:
    """The relay has taken the message over."""

    answer: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The relay will not have this message; `permanent` says that asking again is of no use."""

    reason: str
    permanent: bool = True


@dataclass(frozen=True, slots=True)
class NotSent:
    """The message certainly did not leave; `is_relay_down` when none other would either."""

    reason: str
    retry_after: timedelta | None = None
    is_relay_down: bool = False


@dataclass(frozen=True, slots=True)
class Uncertain:
    """The message may have left: nobody can say without asking the relay."""

    reason: str


Outcome = Accepted | Refused | NotSent | Uncertain
