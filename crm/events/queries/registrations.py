"""Reads of registrations."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Row, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from crm.core.errors import NotFoundError
from crm.events.models import Attendance, Event, EventQuestion, EventReminder, Registration
from crm.events.types import AFTER, SEATED, RegistrationStatus
from crm.mail.models import Delivery
from crm.mailings.models import MailingRecipient

# Written into the statement: SQLite plans anew at each value of a parameter that is a condition of
# an index, as this one is.
_CANCELLED: BindParameter[str] = bindparam(None, RegistrationStatus.CANCELLED, literal_execute=True)


def is_live() -> ColumnElement[bool]:
    """Return the condition of registrations that were not given up."""
    return Registration.status != _CANCELLED


def is_to_be_told() -> ColumnElement[bool]:
    """Return the condition of people who know an old date, place or title."""
    return and_(
        is_live(),
        or_(
            Registration.told_sequence.is_(None),
            Registration.told_sequence < Registration.sequence,
        ),
    )


def is_to_review() -> ColumnElement[bool]:
    """Return the condition of registrations of whom the team has still to say who they are."""
    return and_(is_live(), Registration.contact_id.is_(None), Registration.reviewed_at.is_(None))


def counts_of(session: Session, event_id: int) -> dict[str, int]:
    """Return how many registrations of an event are in each status."""
    rows = session.execute(
        select(Registration.status, func.count())
        .where(Registration.event_id == event_id)
        .group_by(Registration.status)
    ).tuples()
    found = dict(rows.all())
    return {status.value: found.get(status.value, 0) for status in RegistrationStatus}


def waiting_rank(session: Session, registration: Registration) -> int | None:
    """Return the place of someone among those who wait today, from 1; None of whoever does not."""
    if registration.status != RegistrationStatus.WAITING:
        return None
    return session.scalar(
        select(func.count()).where(
            Registration.event_id == registration.event_id,
            Registration.status == RegistrationStatus.WAITING,
            Registration.waiting_number <= registration.waiting_number,
        )
    )


def seats_taken() -> Any:
    """Return the expression of how many seats of an event in a list are taken."""
    return (
        select(func.count(Registration.id))
        .where(Registration.event_id == Event.id, Registration.status.in_(SEATED))
        .correlate(Event)
        .scalar_subquery()
    )


def people_present() -> Any:
    """Return the expression of how many people of an event in a list are known to have come."""
    return (
        select(func.count(Attendance.id))
        .where(Attendance.event_id == Event.id, Attendance.is_present)
        .correlate(Event)
        .scalar_subquery()
    )


def count_where(session: Session, event_id: int, condition: ColumnElement[bool]) -> int:
    """Return how many registrations of an event satisfy a condition."""
    counted = select(func.count()).where(Registration.event_id == event_id, condition)
    return session.scalar(counted) or 0


def registration_for_page(session: Session, registration_id: int) -> Registration:
    """Return a registration with its event, its person and structure; raise NotFoundError."""
    found = session.scalar(
        select(Registration)
        .join(Registration.event)
        .where(Registration.id == registration_id, Event.deleted_at.is_(None))
        .options(
            contains_eager(Registration.event),
            joinedload(Registration.contact),
            joinedload(Registration.structure),
        )
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFoundError
    return found


def questions_of(
    session: Session, event_id: int, *, with_retired: bool = False
) -> Sequence[EventQuestion]:
    """Return the questions of an event in their order; the retired ones only when asked."""
    statement = select(EventQuestion).where(EventQuestion.event_id == event_id)
    if not with_retired:
        statement = statement.where(EventQuestion.is_active)
    return session.scalars(statement.order_by(EventQuestion.position, EventQuestion.id)).all()


def present_and_absent(session: Session, event_id: int) -> tuple[list[int], list[int]]:
    """Return the registrations of those with a seat who came, and of those who did not."""
    came = exists().where(
        Attendance.event_id == event_id,
        Attendance.is_present,
        or_(
            Attendance.registration_id == Registration.id,
            Attendance.contact_id == Registration.contact_id,
        ),
    )
    rows = session.execute(
        select(Registration.id, came)
        .where(
            Registration.event_id == event_id,
            Registration.status == RegistrationStatus.REGISTERED,
        )
        .order_by(Registration.id)
    ).tuples()
    both = rows.all()
    return [each for each, is_in in both if is_in], [each for each, is_in in both if not is_in]


def told_afterwards(session: Session, event_id: int) -> set[int]:
    """Return the registrations to which what follows an event was written, or is about to be."""
    return set(
        session.scalars(
            select(EventReminder.registration_id)
            .join(Registration, Registration.id == EventReminder.registration_id)
            .where(Registration.event_id == event_id, EventReminder.kind.in_(AFTER))
        )
    )


def reminders_of(session: Session, registration_id: int) -> Sequence[EventReminder]:
    """Return the reminders of a registration, the first due first."""
    return session.scalars(
        select(EventReminder)
        .where(EventReminder.registration_id == registration_id)
        .order_by(EventReminder.due_at, EventReminder.id)
    ).all()


def invited(session: Session, delivery_id: int) -> Row[Any] | None:
    """Return whom a mailing wrote to by this delivery, as it called them; None for nobody."""
    return session.execute(
        select(
            MailingRecipient.id,
            MailingRecipient.first_name,
            MailingRecipient.last_name,
            MailingRecipient.structure_name,
            Delivery.recipient.label("email"),
        )
        .join(Delivery, Delivery.id == MailingRecipient.delivery_id)
        .where(MailingRecipient.delivery_id == delivery_id)
    ).one_or_none()
