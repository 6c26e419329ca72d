"""What tests of events read and type."""

from typing import Any

from icalendar import Calendar
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Contact
from crm.core.addresses import email_key
from crm.events.models import Registration
from crm.events.operations.registrations import register
from crm.events.types import EventData, RegistrationData
from crm.mail.models import OutboxMessage
from crm.reference.models import ReferenceItem
from tests.factories.contacts import ContactFactory


def item_id(session: Session, list_code: str, code: str) -> int:
    """Return the id of an entry of a list."""
    found = select(ReferenceItem.id).where(
        ReferenceItem.list_code == list_code, ReferenceItem.code == code
    )
    return session.scalars(found).one()


def event_data(session: Session, **values: Any) -> EventData:
    """Return what a form says of a webinar."""
    kind_id = item_id(session, "event_kind", "webinaire")
    return EventData(**{"title": "Répondre à un appel", "kind_id": kind_id, **values})


def come(session: Session, event_id: int, name: str = "martin", **values: Any) -> Registration:
    """Register someone through the public page's operation."""
    data = {"email": f"{name}@ville.example", "last_name": name.title(), "first_name": "Camille"}
    return register(session, event_id=event_id, data=RegistrationData(**{**data, **values}))


def known_person(name: str, **values: Any) -> Contact:
    """Return a person of the network with an address."""
    email = values.pop("email", f"{name}@ville.example")
    person: Contact = ContactFactory(
        first_name="Camille",
        last_name=name.title(),
        email=email,
        email_key=email_key(email),
        **values,
    )
    return person


def messages_to(session: Session, email: str) -> list[OutboxMessage]:
    """Return what was written to an address, in order."""
    return list(
        session.scalars(
            select(OutboxMessage).where(OutboxMessage.recipient == email).order_by(OutboxMessage.id)
        )
    )


def calendar_of(message: OutboxMessage) -> tuple[str, Any]:
    """Return the method of the calendar file that a message carries, and its event."""
    assert message.calendar is not None
    calendar = Calendar.from_ical(message.calendar)
    [event] = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), event
