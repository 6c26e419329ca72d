"""What comes back each minute: seats not confirmed in time, reminders that are due."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import NotFoundError
from crm.core.numbers import parse_id
from crm.database import db, transaction
from crm.events.messages import prepare_reminder
from crm.events.models import Event, EventReminder, Registration
from crm.events.operations.reminders import MOST_AT_ONCE, due_kinds, send_due
from crm.events.operations.seats import expire_offers
from crm.events.types import BEFORE, EventStatus, RegistrationStatus
from crm.mail.models import Delivery, OutboxMessage
from crm.mail.outbox import OUTBOX
from crm.mail.suppressed import Origins
from crm.mail.types import Reason


def look_after_registrations() -> None:
    """Take back late offers, event by event, then write the reminders that are due."""
    now = clock.now()
    session = db.session()
    late = (
        select(Registration.event_id)
        .join(Event, Event.id == Registration.event_id)
        .where(
            Registration.status == RegistrationStatus.OFFERED,
            Registration.offered_until <= now,
            Event.status != EventStatus.CANCELLED,
        )
    )
    ids = list(session.scalars(late.distinct().order_by(Registration.event_id)))
    session.rollback()
    for event_id in ids:
        try:
            with transaction() as writing:
                expire_offers(writing, event_id=event_id, now=now)
        except NotFoundError:
            continue  # put in the trash since
    while True:
        _compose_due(session, now)
        with transaction() as writing:
            if send_due(writing, now=now) < MOST_AT_ONCE:
                break


def _compose_due(session: Session, now: datetime) -> None:
    """Compose the reminders that are due before the database is held to write them."""
    for event, kind in due_kinds(session, now=now):
        prepare_reminder(event, kind)
    session.rollback()


def hold_back_outdated(session: Session, delivery: Delivery, _origins: Origins) -> Reason | None:
    """Hold a reminder back whose reader has given up since, or whose event has moved."""
    if delivery.kind != OUTBOX:
        return None
    key = session.scalar(
        select(OutboxMessage.unique_key).where(OutboxMessage.delivery_id == delivery.id)
    )
    what, _, rest = (key or "").partition(":")
    number, _, kind = rest.partition(":")
    kind = kind.partition(":")[0]
    registration_id = parse_id(number)
    if what != "event" or kind not in BEFORE or registration_id is None:
        return None
    current = session.scalar(
        select(EventReminder.message_key)
        .join(Registration, Registration.id == EventReminder.registration_id)
        .where(
            EventReminder.registration_id == registration_id,
            EventReminder.kind == kind,
            Registration.status == RegistrationStatus.REGISTERED,
        )
    )
    return None if current == key else Reason.CANCELLED
