"""The words of the ledger: states, purposes, reasons, and what a gateway answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from crm.core.errors import N_


class DeliveryState(StrEnum):
    """Where a delivery is; HELD waits until those who wrote it let it go."""

    HELD = "held"
    QUEUED = "queued"
    LEASED = "leased"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    DEFERRED = "deferred"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    SKIPPED = "skipped"


class Purpose(StrEnum):
    """Why a message is written; a suppression holds for one purpose, or for any."""

    ACCOUNT = "account"
    DIGEST = "digest"
    NEWSLETTER = "newsletter"
    INVITATIONS = "invitations"
    CALLS = "calls"
    NETWORK_LIFE = "network_life"
    BROADCAST = "broadcast"
    ANY = "any"


# What people subscribe to; a suppression for BROADCAST holds for each of them.
BROADCASTS = (Purpose.NEWSLETTER, Purpose.INVITATIONS, Purpose.CALLS, Purpose.NETWORK_LIFE)


class Priority:
    """Who goes first: a link that someone waits for before what can wait."""

    AWAITED = 0
    USUAL = 5
    BROADCAST = 9


class Reason(StrEnum):
    """Why a delivery is not simply on its way; each has a sentence in `wording`."""

    EXPIRED = "expired"
    SUPPRESSED = "suppressed"
    NO_CONSENT = "no_consent"
    ADDRESS_CHANGED = "address_changed"
    WRITTEN_TO_ALREADY = "written_to_already"
    PAUSED = "paused"
    CANCELLED = "cancelled"
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


class ReportKind(StrEnum):
    """What is heard of a message after it was accepted: by a provider, a mailbox, or our links."""

    PROCESSED = "processed"
    DELIVERED = "delivered"
    DEFERRED = "deferred"
    BOUNCED = "bounced"
    BLOCKED = "blocked"
    DROPPED = "dropped"
    COMPLAINED = "complained"
    UNSUBSCRIBED = "unsubscribed"
    CLICKED = "clicked"
    REPLIED = "replied"


STATE_LABELS = {
    DeliveryState.HELD: N_("Retenu"),
    DeliveryState.QUEUED: N_("En attente"),
    DeliveryState.LEASED: N_("En partance"),
    DeliveryState.SENDING: N_("En cours d’envoi"),
    DeliveryState.ACCEPTED: N_("Remis"),
    DeliveryState.DELIVERED: N_("Arrivé"),
    DeliveryState.BOUNCED: N_("Revenu"),
    DeliveryState.DEFERRED: N_("Reporté"),
    DeliveryState.UNCERTAIN: N_("Peut-être envoyé"),
    DeliveryState.FAILED: N_("Échec"),
    DeliveryState.SKIPPED: N_("Non envoyé"),
}
STATE_TONES = {
    DeliveryState.ACCEPTED: "success",
    DeliveryState.DELIVERED: "success",
    DeliveryState.BOUNCED: "danger",
    DeliveryState.DEFERRED: "info",
    DeliveryState.UNCERTAIN: "warning",
    DeliveryState.FAILED: "danger",
}


@dataclass(frozen=True, slots=True)
class InlineImage:
    """A picture that travels with its message: the HTML shows it by `cid:` and its name."""

    cid: str
    content: bytes
    subtype: str


@dataclass(frozen=True, slots=True)
class Written:
    """What a message says.

    `marks` stand in the subject and the bodies for what differs from one reader to the next: each
    is replaced by its value, which is already written for where it stands (HTML or text). Letters
    of one batch share their subject, bodies and images, and differ by their marks alone. Marks
    serve in the headers too. `calendar` is a calendar file (RFC 5545) that goes with it.
    """

    subject: str
    text_body: str
    html_body: str
    headers: dict[str, str] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)
    images: tuple[InlineImage, ...] = ()
    calendar: str | None = None


@dataclass(frozen=True, slots=True)
class Letter:
    """A message ready to leave, and the addresses of its envelope.

    `content` is the whole e-mail as SMTP carries it. A provider that builds it by itself is given
    `written`, whose subject and headers have their values in place of their marks.
    """

    token: str
    file_name: str
    envelope_sender: str
    recipient: str
    sender: str
    sender_name: str
    reply_to: str
    message_id: str
    content: bytes
    written: Written


@dataclass(frozen=True, slots=True)
class Accepted:
    """The relay has taken the message over."""

    answer: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The relay will not have this message; `permanent` says that asking again is of no use.

    `is_dead` says that nobody has the address.
    """

    reason: str
    permanent: bool = True
    is_dead: bool = False


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


@dataclass(frozen=True, slots=True)
class Report:
    """What somebody says of a message after it left: `event_id` is theirs, `token` is ours.

    `is_permanent` of a bounce says that writing there again is of no use. `link_id` and `is_robot`
    are those of a click.
    """

    provider: str
    event_id: str
    token: str
    kind: ReportKind
    happened_at: datetime
    detail: str = ""
    is_permanent: bool = False
    link_id: int | None = None
    is_robot: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """How many reports were new, how many were known, and how many speak of no message of ours."""

    new: int = 0
    known: int = 0
    strangers: int = 0
