"""Seats: who has one, who waits, to whom the next free one goes.

Whoever gives or frees a seat holds the row of its event (`get_event`, `lock_event`): on SQLite the
one writer there is, on PostgreSQL FOR UPDATE. What is counted then cannot change under it.
"""

from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crm.core.errors import NotFoundError
from crm.events import rules
from crm.events.messages import send_expired, send_offer
from crm.events.models import Event, Registration
from crm.events.types import SEATED, EventStatus, RegistrationStatus


def lock_event(session: Session, event_id: int) -> Event:
    """Return an event that is not in the trash, as it is now, alone to write to it.

    Raises NotFoundError.
    """
    event = session.scalar(
        select(Event)
        .where(Event.id == event_id, Event.deleted_at.is_(None))
        .with_for_update(of=Event)
        .execution_options(populate_existing=True)
    )
    if event is None:
        raise NotFoundError
    return event


def has_free_seat(session: Session, event: Event) -> bool:
    """Tell whether somebody who comes now gets a seat: one is free, and nobody waits for it."""
    if event.capacity is None:
        return True
    waiting = _count(session, event, RegistrationStatus.WAITING)
    return not waiting and _taken(session, event) < event.capacity


def next_waiting_number(session: Session, event: Event) -> int:
    """Return the number of whoever begins to wait now: after all who ever did."""
    last = session.scalar(
        select(func.max(Registration.waiting_number)).where(Registration.event_id == event.id)
    )
    return (last or 0) + 1


def fill_seats(session: Session, event: Event, *, now: datetime) -> int:
    """Offer the free seats to those who wait, in their order, and tell them; return how many."""
    if not rules.may_promote(event.status, event.starts_at, now):
        return 0
    waiting = (
        select(Registration)
        .where(
            Registration.event_id == event.id,
            Registration.status == RegistrationStatus.WAITING,
        )
        .order_by(Registration.waiting_number, Registration.id)
    )
    if event.capacity is not None:
        free = event.capacity - _taken(session, event)
        if free <= 0:
            return 0
        waiting = waiting.limit(free)
    promoted = session.scalars(waiting).all()
    for each in promoted:
        each.status = RegistrationStatus.OFFERED
        each.offered_until = rules.offered_until(now, event.starts_at)
    session.flush()
    for each in promoted:
        send_offer(session, event, each)
        each.told_sequence = each.sequence
    session.flush()
    return len(promoted)


def limit_offers(session: Session, event: Event) -> None:
    """Hold no offered seat beyond the start of its event, which may have been brought forward."""
    if event.starts_at is None:
        return
    session.execute(
        update(Registration)
        .where(
            Registration.event_id == event.id,
            Registration.status == RegistrationStatus.OFFERED,
            Registration.offered_until > event.starts_at,
        )
        .values(offered_until=event.starts_at)
        .execution_options(synchronize_session="fetch")
    )


def expire_offers(session: Session, *, event_id: int, now: datetime) -> int:
    """Take back the seats that were not confirmed in time, and offer them on; return how many.

    Nobody is told of it once the event has begun. Of an event called off nothing is taken back:
    whoever was offered a seat is still to be told that it is off.
    """
    event = lock_event(session, event_id)
    if event.status == EventStatus.CANCELLED:
        return 0
    late = session.scalars(
        select(Registration)
        .where(
            Registration.event_id == event_id,
            Registration.status == RegistrationStatus.OFFERED,
            Registration.offered_until <= now,
        )
        .order_by(Registration.waiting_number, Registration.id)
    ).all()
    for each in late:
        each.status, each.offered_until = RegistrationStatus.CANCELLED, None
        each.cancelled_at = now
    session.flush()
    is_open = rules.may_promote(event.status, event.starts_at, now)
    for each in late if is_open else ():
        send_expired(session, event, each)
    fill_seats(session, event, now=now)
    return len(late)


def _taken(session: Session, event: Event) -> int:
    return _count(session, event, *SEATED)


def _count(session: Session, event: Event, *statuses: RegistrationStatus) -> int:
    return (
        session.scalar(
            select(func.count()).where(
                Registration.event_id == event.id, Registration.status.in_(statuses)
            )
        )
        or 0
    )
