"""The ledger's moves: who works on a delivery, and how each attempt ended.

Every move names the state it leaves, the owner and the attempt, and touches one row: a process that
lost its lease changes nothing. Whoever writes messages is unknown here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, select, update
from sqlalchemy.orm import Session

from crm.mail.endings import ending, outcome_name, shortened
from crm.mail.models import Delivery
from crm.mail.moves import (
    Claimed,
    LostLeaseError,
    begin_all,
    begin_attempts,
    end_attempt,
    move,
    settle_all,
)
from crm.mail.types import Accepted, DeliveryState, Outcome, Reason

LEASE = timedelta(minutes=1)
# Longer than all the time-outs of one message together: whoever passes it is no more.
SENDING = timedelta(minutes=6)
# A call that begins within this has ended, or timed out, before that.
HANDING_OVER = SENDING / 2
# The other side has it.
TAKEN = (DeliveryState.ACCEPTED, DeliveryState.DELIVERED, DeliveryState.BOUNCED)


# In the order of an index: without one, PostgreSQL may read the table for the first row.
_WAITING = (
    select(Delivery.id)
    .where(Delivery.state == DeliveryState.QUEUED)
    .order_by(Delivery.priority, Delivery.id)
    .limit(1)
)


def has_work(session: Session, now: datetime) -> bool:
    """Tell, without a write, whether something waits to leave or a time has come."""
    if session.execute(_WAITING).first():
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
        .returning(Delivery.priority, Delivery.id, Delivery.attempt, Delivery.batch_id)
    ).tuples()
    return [
        Claimed(each, attempt, owner, batch)
        for _priority, each, attempt, batch in sorted(taken, key=lambda row: row[:2])
    ]


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


def who_asked(delivery: Delivery) -> str | None:
    """Return who asked for the attempt that is about to begin, if anybody did."""
    is_asked = delivery.reason in (Reason.SENT_AGAIN, Reason.TRIED_AGAIN)
    return delivery.decided_by if is_asked else None


def begin(
    session: Session,
    *,
    group: Sequence[tuple[Claimed, str | None]],
    gateway: str,
    now: datetime,
) -> list[Claimed | None]:
    """Note that sending begins, before it does; return what ends each, None for a lost lease.

    With each delivery comes who asked for this attempt, if anybody did.
    """
    if not group:
        return []
    ours = [claimed for claimed, _asked_by in group]
    moved = begin_all(session, ours, leased_at=now, due_at=now + SENDING)
    begun = [
        (replace(claimed, attempt=claimed.attempt + 1), asked_by)
        for claimed, asked_by in group
        if claimed.id in moved
    ]
    if begun:
        begin_attempts(
            session,
            [
                {
                    "delivery_id": each.id,
                    "number": each.attempt,
                    "gateway": gateway,
                    "started_at": now,
                    "asked_by": asked_by,
                }
                for each, asked_by in begun
            ],
        )
    found = {each.id: each for each, _asked_by in begun}
    return [found.get(claimed.id) for claimed in ours]


def skip(session: Session, *, claimed: Claimed, reason: Reason, now: datetime) -> None:
    """Note that a delivery will not be sent, and why; raise LostLeaseError."""
    _set_aside(session, claimed, now, state=DeliveryState.SKIPPED, reason=reason, settled_at=now)


def hold(session: Session, *, claimed: Claimed, reason: Reason, now: datetime) -> None:
    """Put a delivery aside until its writer lets it go again; raise LostLeaseError."""
    _set_aside(session, claimed, now, state=DeliveryState.HELD, reason=reason)


def _set_aside(session: Session, claimed: Claimed, now: datetime, **values: Any) -> None:
    gone = {"owner": None, "due_at": None, **values}
    move(session, claimed, DeliveryState.LEASED, leased_at=now, **gone)


def settle_accepted(
    session: Session, *, group: Sequence[tuple[Claimed, Accepted]], now: datetime
) -> set[int]:
    """Note acceptances together; return the ids noted. What is left, `settle` looks at."""
    if not group:
        return set()
    accepted = group[0][1]
    state, values = ending(accepted, 0, 0, now, 0)
    answers = [(claimed, shortened(outcome)) for claimed, outcome in group]
    return settle_all(
        session, answers, outcome=outcome_name(accepted), now=now, state=state, **values
    )


def settle(
    session: Session, *, claimed: Claimed, outcome: Outcome, now: datetime, draw: float
) -> DeliveryState:
    """Note how an attempt ended; `draw`, from 0 to 1, spreads the next ones. Return the new state.

    An acceptance that comes after the delivery was held as uncertain settles it, and one that was
    already heard of by another way is noted. Raises LostLeaseError when someone has decided
    meanwhile.
    """
    last = 0 if isinstance(outcome, Accepted) else _last_attempt(session, claimed.id)
    state, values = ending(outcome, claimed.attempt, last, now, draw)
    answer = shortened(outcome)
    try:
        move(session, claimed, DeliveryState.SENDING, state=state, answer=answer, **values)
    except LostLeaseError:
        if not isinstance(outcome, Accepted):
            raise
        heard = _heard_of(session, claimed)
        if heard is None:
            move(session, claimed, DeliveryState.UNCERTAIN, state=state, answer=answer, **values)
        state = heard or state
    end_attempt(session, claimed, ended_at=now, outcome=outcome_name(outcome), answer=answer)
    return state


def _heard_of(session: Session, claimed: Claimed) -> DeliveryState | None:
    """Return the state of a delivery of which the other side has told faster than it answered."""
    found = session.scalar(
        select(Delivery.state).where(
            Delivery.id == claimed.id,
            Delivery.attempt == claimed.attempt,
            Delivery.state.in_(TAKEN),
        )
    )
    return DeliveryState(found) if found else None


def _last_attempt(session: Session, delivery_id: int) -> int:
    return session.scalar(select(Delivery.last_attempt).where(Delivery.id == delivery_id)) or 0


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


def _update(session: Session, *conditions: ColumnElement[bool], **values: Any) -> int:
    result = session.execute(
        update(Delivery)
        .where(*conditions)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return result.rowcount if isinstance(result, CursorResult) else 0
