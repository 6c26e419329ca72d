"""What a person decides of messages that may have left, or did not."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import case, or_, select, tuple_
from sqlalchemy.orm import Session

from crm.core.errors import N_, RuleError
from crm.mail.ledger import decide
from crm.mail.models import Delivery, DeliveryAttempt, OutboxMessage
from crm.mail.rules import ATTEMPTS
from crm.mail.types import DeliveryState, Reason

_TO_DECIDE = (DeliveryState.UNCERTAIN, DeliveryState.FAILED)
RESEND, GIVE_UP = "renvoyer", "abandonner"
# A message as a page showed it: (id, attempt). One that went on since is left alone.
Shown = Sequence[tuple[int, int]]


def send_again(session: Session, *, shown: Shown, by: str, now: datetime) -> list[int]:
    """Put uncertain and failed messages back in the queue; return the messages that went.

    Each says from now on that someone asked for it. One whose secret has expired stays as it is.
    """
    found = _found(session, shown, DeliveryState.UNCERTAIN, DeliveryState.FAILED, now=now)
    queued: dict[str, Any] = {
        "state": DeliveryState.QUEUED,
        "owner": None,
        "due_at": None,
        "settled_at": None,
        "last_attempt": Delivery.attempt + ATTEMPTS,
        **_noted(by, now),
    }
    again = queued | {"reason": Reason.SENT_AGAIN, "resent": Delivery.resent + 1}
    decide(session, ids=list(found), states=[DeliveryState.UNCERTAIN], values=again)
    decide(
        session,
        ids=_perhaps_sent(session, list(found)),
        states=[DeliveryState.FAILED],
        reason=Reason.GIVEN_UP,
        values=again,
    )
    decide(
        session,
        ids=list(found),
        states=[DeliveryState.FAILED],
        values=queued | {"reason": Reason.TRIED_AGAIN},
    )
    return sorted(found.values())


def give_up(session: Session, *, shown: Shown, by: str, now: datetime) -> list[int]:
    """Leave uncertain and failed messages as they are; return the messages it was said of."""
    found = _found(session, shown, *_TO_DECIDE, unless=Reason.GIVEN_UP)
    decide(
        session,
        ids=list(found),
        states=_TO_DECIDE,
        values={
            "state": DeliveryState.FAILED,
            "reason": Reason.GIVEN_UP,
            "owner": None,
            **_noted(by, now),
        },
    )
    return sorted(found.values())


def decide_together(
    session: Session, *, action: str, shown: Shown, by: str, now: datetime
) -> list[int]:
    """Do one of the two; return the messages it was done to. Raises RuleError for anything else."""
    actions = {RESEND: send_again, GIVE_UP: give_up}
    if action not in actions:
        raise RuleError("action", N_("Choisissez ce qu’il faut faire des messages cochés."))
    return actions[action](session, shown=shown, by=by, now=now)


def take_back(session: Session, *, message_ids: Sequence[int], now: datetime) -> int:
    """Undo a decision on messages that have not left since; return how many."""
    rows = session.execute(
        select(Delivery.id)
        .join(OutboxMessage, OutboxMessage.delivery_id == Delivery.id)
        .where(OutboxMessage.id.in_(message_ids), Delivery.reason_before.is_not(None))
    )
    ids = list(rows.scalars())
    # Giving up first: what the others bring back to it must not be taken back in its turn.
    decisions: tuple[tuple[DeliveryState, Reason, dict[str, Any]], ...] = (
        (DeliveryState.FAILED, Reason.GIVEN_UP, {}),
        (DeliveryState.QUEUED, Reason.SENT_AGAIN, {"resent": Delivery.resent - 1}),
        (DeliveryState.QUEUED, Reason.TRIED_AGAIN, {}),
    )
    return sum(
        decide(session, ids=ids, states=[state], reason=reason, values=_as_before(now) | more)
        for state, reason, more in decisions
    )


def _noted(by: str, now: datetime) -> dict[str, Any]:
    """Return who decides, and what the decision replaces."""
    return {
        "decided_by": by,
        "decided_at": now,
        "reason_before": Delivery.reason,
        "last_attempt_before": Delivery.last_attempt,
    }


def _as_before(now: datetime) -> dict[str, Any]:
    """Return what a decision replaced."""
    was_uncertain = Delivery.reason_before.in_((Reason.NO_ANSWER, Reason.STOPPED))
    return {
        "state": case((was_uncertain, DeliveryState.UNCERTAIN), else_=DeliveryState.FAILED),
        "reason": Delivery.reason_before,
        "last_attempt": Delivery.last_attempt_before,
        "reason_before": None,
        "last_attempt_before": None,
        "decided_by": None,
        "decided_at": None,
        "settled_at": now,
    }


def _perhaps_sent(session: Session, ids: Sequence[int]) -> list[int]:
    """Return those of which an attempt may have left."""
    outcome = DeliveryAttempt.outcome
    attempts = select(DeliveryAttempt.delivery_id).where(
        DeliveryAttempt.delivery_id.in_(ids), outcome.is_(None) | (outcome == "uncertain")
    )
    return list(session.scalars(attempts.distinct()))


def _found(
    session: Session,
    shown: Shown,
    *states: DeliveryState,
    now: datetime | None = None,
    unless: Reason | None = None,
) -> dict[int, int]:
    """Return message by delivery, of those as shown; with `now`, not expired by then."""
    if not shown:
        return {}
    statement = (
        select(Delivery.id, OutboxMessage.id)
        .join(OutboxMessage, OutboxMessage.delivery_id == Delivery.id)
        .where(
            tuple_(OutboxMessage.id, Delivery.attempt).in_(list(shown)), Delivery.state.in_(states)
        )
        .with_for_update(of=Delivery)
    )
    if unless is not None:
        statement = statement.where(Delivery.reason != unless)
    if now is not None:
        expires_at = OutboxMessage.expires_at
        statement = statement.where(or_(expires_at.is_(None), expires_at > now))
    return dict(session.execute(statement).tuples().all())
