"""When each registration is reminded of its event, and what leaves when the time has come."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, contains_eager

from crm.events import rules
from crm.events.messages import reminder_key, send_after, send_reminder
from crm.events.models import Event, EventReminder, Registration
from crm.events.types import (
    AFTER,
    BEFORE,
    OPEN_STATUSES,
    EventStatus,
    RegistrationStatus,
    ReminderKind,
    SkipReason,
)

MOST_AT_ONCE = 200


def plan(
    session: Session, event: Event, registrations: Sequence[Registration], now: datetime
) -> None:
    """Plan the reminders of people who have a seat; what is past already is skipped.

    Planned again after a move, a reminder that left for the old date is due for the new one.
    """
    if event.starts_at is None:
        _forget_planned(session, registrations)
        return
    due = rules.due_times(event.starts_at, is_all_day=event.is_all_day)
    known = {(each.registration_id, each.kind): each for each in _planned(session, registrations)}
    for registration in registrations:
        for kind in BEFORE:
            planned = known.get((registration.id, kind))
            if kind not in due:
                if planned is not None and planned.message_key is None:
                    session.delete(planned)
            elif planned is None:
                planned = EventReminder(registration_id=registration.id, kind=kind)
                session.add(planned)
                _set(planned, due[kind], now)
            elif planned.due_at != due[kind]:
                _set(planned, due[kind], now)
    session.flush()


def plan_event(session: Session, event: Event, *, now: datetime) -> None:
    """Plan again the reminders of all who have a seat: its date may have moved."""
    registered = session.scalars(
        select(Registration).where(
            Registration.event_id == event.id,
            Registration.status == RegistrationStatus.REGISTERED,
        )
    ).all()
    if registered:
        plan(session, event, registered, now)


def plan_after(
    session: Session, *, present: Sequence[int], absent: Sequence[int], now: datetime
) -> int:
    """Plan what leaves afterwards to those present and absent, by registration; return how many.

    Whoever got one of the two gets neither again.
    """
    told = set(
        session.scalars(
            select(EventReminder.registration_id).where(
                EventReminder.registration_id.in_([*present, *absent]),
                EventReminder.kind.in_(AFTER),
            )
        )
    )
    wanted = [
        *((each, ReminderKind.REPLAY) for each in present),
        *((each, ReminderKind.MISSED) for each in absent),
    ]
    new = [pair for pair in wanted if pair[0] not in told]
    session.add_all(
        EventReminder(registration_id=registration_id, kind=kind, due_at=now)
        for registration_id, kind in new
    )
    session.flush()
    return len(new)


def send_due(session: Session, *, now: datetime) -> int:
    """Write the reminders whose time has come, a batch at most; return how many were looked at.

    Of several that are due at once, the latest alone leaves: the others say what is past.
    """
    found = session.scalars(
        select(EventReminder)
        .join(Registration, Registration.id == EventReminder.registration_id)
        .join(Event, Event.id == Registration.event_id)
        .where(*_is_due(now))
        .order_by(EventReminder.due_at, EventReminder.id)
        .limit(MOST_AT_ONCE)
        .with_for_update(of=EventReminder, skip_locked=True)
    ).all()
    registrations = _with_events(session, {each.registration_id for each in found})
    for each in found:
        registration = registrations[each.registration_id]
        reason = _why_not(each, registration, registration.event, now)
        if reason is not None:
            each.skip_reason = reason
            continue
        each.message_key = reminder_key(each)
        send = send_reminder if each.kind in BEFORE else send_after
        send(session, registration.event, registration, each)
    session.flush()
    return len(found)


def due_kinds(session: Session, *, now: datetime) -> Sequence[tuple[Event, str]]:
    """Return of which events reminders are due, and of which kinds."""
    return (
        session.execute(
            select(Event, EventReminder.kind)
            .join(Registration, Registration.event_id == Event.id)
            .join(EventReminder, EventReminder.registration_id == Registration.id)
            .where(*_is_due(now), Registration.status == RegistrationStatus.REGISTERED)
            .distinct()
            .order_by(Event.id, EventReminder.kind)
        )
        .tuples()
        .all()
    )


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        EventReminder.due_at <= now,
        EventReminder.message_key.is_(None),
        EventReminder.skip_reason.is_(None),
        Event.deleted_at.is_(None),
        Event.status != EventStatus.PREPARED,
    )


def _with_events(session: Session, ids: set[int]) -> dict[int, Registration]:
    found = session.scalars(
        select(Registration)
        .join(Registration.event)
        .where(Registration.id.in_(ids))
        .options(contains_eager(Registration.event))
    )
    return {each.id: each for each in found}


def _why_not(
    reminder: EventReminder, registration: Registration, event: Event, now: datetime
) -> SkipReason | None:
    if registration.status != RegistrationStatus.REGISTERED:
        return SkipReason.NO_SEAT
    if event.status == EventStatus.CANCELLED:
        return SkipReason.CANCELLED
    if reminder.kind in AFTER:
        return None
    if event.status not in OPEN_STATUSES or event.starts_at is None or event.starts_at <= now:
        return SkipReason.PAST
    later = rules.due_times(event.starts_at, is_all_day=event.is_all_day).values()
    return SkipReason.PAST if any(reminder.due_at < each <= now for each in later) else None


def _set(reminder: EventReminder, due_at: datetime, now: datetime) -> None:
    reminder.due_at, reminder.message_key = due_at, None
    reminder.skip_reason = SkipReason.PAST if due_at <= now else None


def _planned(session: Session, registrations: Sequence[Registration]) -> Sequence[EventReminder]:
    return session.scalars(
        select(EventReminder).where(
            EventReminder.registration_id.in_([each.id for each in registrations])
        )
    ).all()


def _forget_planned(session: Session, registrations: Sequence[Registration]) -> None:
    """Forget what is planned before an event that has no date any more."""
    for each in _planned(session, registrations):
        if each.kind in BEFORE and each.message_key is None:
            session.delete(each)
    session.flush()
