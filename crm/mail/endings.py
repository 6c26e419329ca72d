"""What each answer makes of a delivery: its state, and when it is tried again."""

from datetime import datetime
from typing import Any

from crm.mail.rules import ATTEMPTS, OUTAGE_STEPS, delay_after
from crm.mail.types import Accepted, DeliveryState, NotSent, Outcome, Reason, Refused, Uncertain

LONGEST_ANSWER = 300


def ending(
    outcome: Outcome, attempt: int, last: int, now: datetime, draw: float
) -> tuple[DeliveryState, dict[str, Any]]:
    """Return the state after an attempt, and what goes with it."""
    settled = {"owner": None, "due_at": None, "settled_at": now}
    match outcome:
        case Accepted():
            return DeliveryState.ACCEPTED, {**settled, "reason": None}
        case Uncertain():
            # The owner stays: only its own late acceptance may settle it.
            return DeliveryState.UNCERTAIN, {
                "reason": Reason.NO_ANSWER,
                "due_at": None,
                "settled_at": now,
            }
        case Refused(permanent=True):
            return DeliveryState.FAILED, {**settled, "reason": Reason.REFUSED}
    asked = outcome.retry_after if isinstance(outcome, NotSent) else None
    if isinstance(outcome, NotSent) and outcome.is_relay_down:
        # An outage is no attempt against the message: it has one more.
        return DeliveryState.DEFERRED, {
            "reason": Reason.RELAY_DOWN,
            "owner": None,
            "due_at": now + delay_after(min(attempt, OUTAGE_STEPS), draw, asked),
            "last_attempt": last + 1,
        }
    if attempt >= last:
        return DeliveryState.FAILED, {**settled, "reason": Reason.TOO_MANY_ATTEMPTS}
    tries = ATTEMPTS - (last - attempt)
    return DeliveryState.DEFERRED, {
        "reason": Reason.NOT_SENT,
        "owner": None,
        "due_at": now + delay_after(max(tries, 1), draw, asked),
    }


def shortened(outcome: Outcome) -> str:
    """Return what the other side said, as much as the ledger keeps."""
    answer = outcome.answer if isinstance(outcome, Accepted) else outcome.reason
    return " ".join(answer.split())[:LONGEST_ANSWER]


def outcome_name(outcome: Outcome) -> str:
    """Return the word that an attempt keeps of its end."""
    names = {Accepted: "accepted", Refused: "refused", NotSent: "not_sent", Uncertain: "uncertain"}
    return names[type(outcome)]
