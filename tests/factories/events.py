"""Events, registrations and attendances."""

from datetime import timedelta
from typing import Any

import factory
from sqlalchemy import select

from crm.core import clock
from crm.core.addresses import email_key
from crm.core.text import sort_key
from crm.events.models import Attendance, Event, EventQuestion, Registration
from crm.events.types import EventStatus, RegistrationStatus
from crm.reference.models import ReferenceItem
from tests.factories import BaseFactory, _current


def _kind_id(_event: Any) -> int:
    found = select(ReferenceItem.id).where(
        ReferenceItem.list_code == "event_kind", ReferenceItem.code == "webinaire"
    )
    return _current["session"].scalars(found).one()


class EventFactory(BaseFactory):
    """A confirmed webinar in ten days, which takes registrations without a limit.

    Traits: `undated`, `held` (ten days ago).
    """

    class Meta:
        """What it builds."""

        model = Event

    class Params:
        """Kinds of event."""

        undated = factory.Trait(starts_at=None, ends_at=None)
        held = factory.Trait(
            status=EventStatus.HELD,
            starts_at=factory.LazyFunction(lambda: clock.now() - timedelta(days=10)),
        )

    title = factory.Sequence(lambda n: f"Webinaire exemplaire {n}")
    sort_title = factory.LazyAttribute(lambda event: sort_key(event.title))
    kind_id = factory.LazyAttribute(_kind_id)
    status = EventStatus.CONFIRMED
    starts_at = factory.LazyFunction(lambda: clock.now() + timedelta(days=10))
    ends_at = factory.LazyAttribute(
        lambda event: event.starts_at and event.starts_at + timedelta(hours=2)
    )
    held_on = factory.LazyAttribute(
        lambda event: event.starts_at and clock.in_paris(event.starts_at).date()
    )
    link = "https://visio.example/salle"
    takes_registrations = True
    is_public = True
    created_at = factory.LazyFunction(clock.now)
    themes = factory.LazyFunction(list)
    axes = factory.LazyFunction(list)
    countries = factory.LazyFunction(list)


class QuestionFactory(BaseFactory):
    """An open question that may stay without an answer."""

    class Meta:
        """What it builds."""

        model = EventQuestion

    event_id = factory.LazyFunction(lambda: EventFactory().id)
    position = factory.Sequence(lambda n: n)
    label = factory.Sequence(lambda n: f"Question exemplaire {n}")
    options = factory.LazyFunction(list)


class RegistrationFactory(BaseFactory):
    """Someone unknown who has a seat, was told so, and has no reminder yet."""

    class Meta:
        """What it builds."""

        model = Registration

    event = factory.SubFactory(EventFactory)
    first_name = "Dominique"
    last_name = factory.Sequence(lambda n: f"Inscrite {n}")
    email = factory.Sequence(lambda n: f"inscrite{n}@ville.example")
    email_key = factory.LazyAttribute(lambda each: email_key(each.email))
    status = RegistrationStatus.REGISTERED
    uid = factory.Sequence(lambda n: f"exemple-{n}@passerelle.example")
    sequence = 0
    told_sequence = 0
    created_at = factory.LazyFunction(clock.now)


class AttendanceFactory(BaseFactory):
    """Someone unknown who came."""

    class Meta:
        """What it builds."""

        model = Attendance

    event = factory.SubFactory(EventFactory, held=True)
    name = factory.Sequence(lambda n: f"Personne présente {n}")
    created_at = factory.LazyFunction(clock.now)
