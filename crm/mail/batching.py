"""Many deliveries at once: put in the ledger by one statement, held, let go, called off."""

from datetime import datetime
from typing import Any

from sqlalchemy import CursorResult, Select, delete, func, insert, literal, select, update
from sqlalchemy.orm import Session

from crm.mail.address_keys import hash_of
from crm.mail.models import Delivery
from crm.mail.rules import ATTEMPTS
from crm.mail.types import DeliveryState, Priority, Reason

# What has not begun to leave, and can still be stopped.
_WAITING = (DeliveryState.HELD, DeliveryState.QUEUED, DeliveryState.DEFERRED)
_GOING = (DeliveryState.HELD, DeliveryState.QUEUED, DeliveryState.DEFERRED, DeliveryState.LEASED,
          DeliveryState.SENDING)  # fmt: skip


def enqueue_held(
    session: Session, *, kind: str, batch_id: int, purpose: str, letters: Select[Any], now: datetime
) -> int:
    """Put a delivery in the ledger for each (token, recipient) selected; return how many.

    None of them leaves before `let_go`.
    """
    found = letters.subquery()
    token, recipient = found.c
    values: dict[str, Any] = {
        "kind": literal(kind),
        "batch_id": literal(batch_id),
        "purpose": literal(purpose),
        "priority": literal(Priority.BROADCAST),
        "token": token,
        "recipient": recipient,
        "address_hash": hash_of(recipient),
        "state": literal(DeliveryState.HELD.value),
        "attempt": literal(0),
        "last_attempt": literal(ATTEMPTS),
        "created_at": literal(now, Delivery.created_at.type),
        "resent": literal(0),
    }
    session.execute(insert(Delivery).from_select(list(values), select(*values.values())))
    made = select(func.count()).where(Delivery.batch_id == batch_id)
    return session.execute(made).scalar_one()


def let_go(session: Session, *, batch_id: int, limit: int | None = None) -> int:
    """Let what is held leave, the first ones first, `limit` of them at most; return how many."""
    held = select(Delivery.id).where(
        Delivery.batch_id == batch_id, Delivery.state == DeliveryState.HELD
    )
    if limit is not None:
        held = held.order_by(Delivery.id).limit(limit)
    return _move(session, Delivery.id.in_(held), state=DeliveryState.QUEUED, reason=None)


def hold_back(session: Session, *, batch_id: int) -> int:
    """Hold what waits in the queue; what is being sent is asked again before it leaves."""
    return _move(
        session,
        Delivery.batch_id == batch_id,
        Delivery.state == DeliveryState.QUEUED,
        state=DeliveryState.HELD,
        reason=Reason.PAUSED,
    )


def call_off(session: Session, *, batch_id: int, now: datetime) -> int:
    """Note that what has not begun to leave never will; return how many."""
    return _move(
        session,
        Delivery.batch_id == batch_id,
        Delivery.state.in_(_WAITING),
        state=DeliveryState.SKIPPED,
        reason=Reason.CANCELLED,
        due_at=None,
        settled_at=now,
    )


def call_back_on(session: Session, *, batch_id: int) -> int:
    """Hold again what was called off; return how many."""
    return _move(
        session,
        Delivery.batch_id == batch_id,
        Delivery.state == DeliveryState.SKIPPED,
        Delivery.reason == Reason.CANCELLED,
        state=DeliveryState.HELD,
        reason=Reason.PAUSED,
        settled_at=None,
    )


def take_out(session: Session, *, batch_id: int) -> bool:
    """Take a whole batch out of the ledger; False, and nothing changes, once one began to leave."""
    began = select(Delivery.id).where(
        Delivery.batch_id == batch_id,
        (Delivery.attempt > 0) | Delivery.state.in_((DeliveryState.LEASED, DeliveryState.SENDING)),
    )
    if session.execute(began.limit(1)).first() is not None:
        return False
    session.execute(delete(Delivery).where(Delivery.batch_id == batch_id))
    return True


def is_going(session: Session, *, batch_id: int) -> bool:
    """Tell whether something of the batch has still to leave, or is leaving."""
    going = select(Delivery.id).where(Delivery.batch_id == batch_id, Delivery.state.in_(_GOING))
    return session.execute(going.limit(1)).first() is not None


def states_of(session: Session, *, batch_id: int) -> dict[DeliveryState, int]:
    """Return how many deliveries of the batch are in each state."""
    rows = session.execute(
        select(Delivery.state, func.count())
        .where(Delivery.batch_id == batch_id)
        .group_by(Delivery.state)
    )
    return {DeliveryState(state): count for state, count in rows.tuples()}


def _move(session: Session, *conditions: Any, **values: Any) -> int:
    moved = session.execute(
        update(Delivery)
        .where(*conditions)
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return moved.rowcount if isinstance(moved, CursorResult) else 0
