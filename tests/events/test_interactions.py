"""Whoever registers or comes has been heard of; whom the team registers, or awaits, has not."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.consents.interactions import is_silent, last_interactions
from crm.contacts.models import Contact
from crm.core import clock
from crm.events.types import RegistrationSource
from tests.events.builders import known_person
from tests.factories.events import AttendanceFactory, RegistrationFactory

LONG_AGO = clock.now() - timedelta(days=4 * 366)


def _silent(session: Session) -> set[str]:
    found = session.scalars(select(Contact.email).where(is_silent(clock.today())))
    return {str(email).partition("@")[0] for email in found}


def test_who_registers_or_comes_is_not_silent(session: Session) -> None:
    registered, written_down, came, awaited, came_to_nothing = (
        known_person(name, created_at=LONG_AGO)
        for name in ("registered", "noted", "came", "awaited", "trash")
    )
    RegistrationFactory(contact=registered)
    RegistrationFactory(contact=written_down, source=RegistrationSource.TEAM)
    AttendanceFactory(contact=came)
    AttendanceFactory(contact=awaited, is_present=False)
    AttendanceFactory(contact=came_to_nothing).event.deleted_at = clock.now()
    session.flush()
    assert _silent(session) == {"noted", "awaited", "trash"}


def test_the_day_is_that_of_the_event(session: Session) -> None:
    person = known_person("came", created_at=LONG_AGO)
    day = AttendanceFactory(contact=person).event.held_on
    session.flush()
    last = last_interactions()
    assert session.execute(select(last)).all() == [(person.id, day)]
