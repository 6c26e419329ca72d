"""The ledger's moves: who works on a delivery, and how each attempt ended.

Every move names the state it leaves, the owner and the attempt, and touches one row: a process that
lost its lease changes nothing. Whoever writes messages is unknown here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, insert, select, update
from sqlalchemy.orm import Session

from crm.mail.models import Delivery, DeliveryAttempt
from crm.mail.rules import ATTEMPTS, OUTAGE_STEPS, delay_after
from crm.mail.types import (
    Accepted,
    DeliveryState,
    NotSent,
    Outcome,
    Reason,
    Refused,
    Uncertain,
)

LEASE = timedelta(minutes=1)
# Longer than all the time-outs of one message together: whoever passes it is no more.
SENDING = timedelta(minutes=6)
LONGEST_ANSWER = 300


class LostLeaseError(RuntimeError):
    """The delivery is no longer this process's own: another has taken it, or someone decided."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that this process may begin to send."""

    id: int
    attempt: int
    owner: str


def has_work(session: Session, now: datetime) -> bool:
    """Tell, without a write, whether something waits to leave or a time has come."""
    # In the order of an index: without one, PostgreSQL may read the table for the first row.
    waiting = (
        select(Delivery.id)
        .where(Delivery.state == DeliveryState.QUEUED)
        .order_by(Delivery.priority, Delivery.id)
    )
    if session.execute(waiting.limit(1)).first():
        return True
    due = select(Delivery.id).where(
        Delivery.state.in_((DeliveryState.DEFERRED, DeliveryState.LEASED, DeliveryState.SENDING)),
        Delivery.due_at <= now,
    )
    return session.execute(due.limit(1)).first() is not None


def sweep(session: Session, *, now: datetime) -> int:
    """Put back what is due; what was being sent when its process died is uncertain.

    Returns how many became uncertain.
    """
    queued = {"state": DeliveryState.QUEUED, "owner": None, "due_at": None}
    for state in (DeliveryState.LEASED, DeliveryState.DEFERRED):
        _update(session, Delivery.state == state, Delivery.due_at <= now, **queued)
    return _update(
        session,
        Delivery.state == DeliveryState.SENDING,
        Delivery.due_at <= now,
        state=DeliveryState.UNCERTAIN,
        reason=Reason.STOPPED,
        due_at=None,
        settled_at=now,
    )


def claim(session: Session, *, owner: str, now: datetime, limit: int) -> list[Claimed]:
    """Take up to `limit` waiting deliveries for a minute; no other process gets the same ones."""
    chosen = (
        select(Delivery.id)
        .where(Delivery.state == DeliveryState.QUEUED)
        .order_by(Delivery.priority, Delivery.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    taken = session.execute(
        update(Delivery)
        .where(Delivery.id.in_(select(chosen.c.id)), Delivery.state == DeliveryState.QUEUED)
        .values(state=DeliveryState.LEASED, owner=owner, due_at=now + LEASE)
        .execution_options(synchronize_session=False)
        .returning(Delivery.priority, Delivery.id, Delivery.attempt)
    ).tuples()
    return [Claimed(each, attempt, owner) for _priority, each, attempt in sorted(taken)]


def give_back(session: Session, *, owner: str) -> int:
    """Put back what this process took and did not begin; return how many."""
    return _update(
        session,
        Delivery.state == DeliveryState.LEASED,
        Delivery.owner == owner,
        state=DeliveryState.QUEUED,
        owner=None,
        due_at=None,
    )


def begin(session: Session, *, claimed: Claimed, gateway: str, now: datetime) -> Claimed:
    """Note that sending begins, before it does; return what ends it.

    Raises LostLeaseError when the lease has passed.
    """
    asked_by = session.scalar(
        select(Delivery.decided_by).where(
            Delivery.id == claimed.id,
            Delivery.reason.in_((Reason.SENT_AGAIN, Reason.TRIED_AGAIN)),
        )
    )
    number = claimed.attempt + 1
    _move(
        session,
        claimed,
        DeliveryState.LEASED,
        Delivery.due_at > now,
        state=DeliveryState.SENDING,
        attempt=number,
        due_at=now + SENDING,
        reason=None,
        answer=None,
    )
    attempt = {
        "delivery_id": claimed.id,
        "number": number,
        "gateway": gateway,
        "started_at": now,
        "asked_by": asked_by,
    }
    session.execute(insert(DeliveryAttempt), [attempt])
    return Claimed(claimed.id, number, claimed.owner)


def skip(session: Session, *, claimed: Claimed, reason: Reason, now: datetime) -> None:
    """Note that a delivery will not be sent, and why; raise LostLeaseError."""
    _move(
        session,
        claimed,
        DeliveryState.LEASED,
        Delivery.due_at > now,
        state=DeliveryState.SKIPPED,
        reason=reason,
        owner=None,
        due_at=None,
        settled_at=now,
    )


def settle(
    session: Session, *, claimed: Claimed, outcome: Outcome, now: datetime, draw: float
) -> DeliveryState:
    """Note how an attempt ended; `draw`, from 0 to 1, spreads the next ones. Return the new state.

    An acceptance that comes after the delivery was held as uncertain settles it. Raises
    LostLeaseError when someone has decided meanwhile.
    """
    last = session.scalar(select(Delivery.last_attempt).where(Delivery.id == claimed.id)) or 0
    state, values = _ending(outcome, claimed.attempt, last, now, draw)
    answer = _shortened(outcome)
    try:
        _move(session, claimed, DeliveryState.SENDING, state=state, answer=answer, **values)
    except LostLeaseError:
        if not isinstance(outcome, Accepted):
            raise
        _move(session, claimed, DeliveryState.UNCERTAIN, state=state, answer=answer, **values)
    session.execute(
        update(DeliveryAttempt)
        .where(DeliveryAttempt.delivery_id == claimed.id, DeliveryAttempt.number == claimed.attempt)
        .values(ended_at=now, outcome=_outcome_name(outcome), answer=answer)
        .execution_options(synchronize_session=False)
    )
    return state


def _ending(
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


def _shortened(outcome: Outcome) -> str:
    answer = outcome.answer if isinstance(outcome, Accepted) else outcome.reason
    return " ".join(answer.split())[:LONGEST_ANSWER]


def _outcome_name(outcome: Outcome) -> str:
    names = {Accepted: "accepted", Refused: "refused", NotSent: "not_sent", Uncertain: "uncertain"}
    return names[type(outcome)]


def wake(session: Session) -> int:
    """Put back at once what waited for a relay that is there again; return how many."""
    return _update(
        session,
        Delivery.state == DeliveryState.DEFERRED,
        Delivery.reason == Reason.RELAY_DOWN,
        state=DeliveryState.QUEUED,
        due_at=None,
    )


def decide(
    session: Session,
    *,
    ids: Sequence[int],
    states: Sequence[DeliveryState],
    reason: Reason | None = None,
    values: Mapping[str, Any],
) -> int:
    """Move the deliveries still in one of these states (and for this reason); return how many."""
    conditions: list[ColumnElement[bool]] = [Delivery.id.in_(ids), Delivery.state.in_(states)]
    if reason is not None:
        conditions.append(Delivery.reason == reason)
    return _update(session, *conditions, **values)


def _move(
    session: Session,
    claimed: Claimed,
    leaves: DeliveryState,
    *conditions: ColumnElement[bool],
    **values: Any,
) -> None:
    moved = _update(
        session,
        Delivery.id == claimed.id,
        Delivery.owner == claimed.owner,
        Delivery.attempt == claimed.attempt,
        Delivery.state == leaves,
        *conditions,
        **values,
    )
    if moved != 1:
        raise LostLeaseError(f"delivery {claimed.id} is no longer ours")


def _update(session: Session, *conditions: ColumnElement[bool], **values: Any) -> int:
    result = session.execute(
        update(Delivery)
        .where(*conditions)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount if isinstance(result, CursorResult) else 0
