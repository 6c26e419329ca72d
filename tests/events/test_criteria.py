"""What segments ask of events, beside a plain reading of the same rows."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Contact, Structure
from crm.core import clock
from crm.criteria.types import Subject
from crm.events.criteria import EVENT_CRITERIA
from crm.events.types import RegistrationStatus
from tests.factories.contacts import ContactFactory, StructureFactory
from tests.factories.events import AttendanceFactory, EventFactory, RegistrationFactory

_MODELS: dict[Subject, Any] = {Subject.STRUCTURE: Structure, Subject.CONTACT: Contact}


def _found(session: Session, subject: Subject, code: str, **raw: Any) -> set[int]:
    [criterion] = [each for each in EVENT_CRITERIA if (each.subject, each.code) == (subject, code)]
    condition = criterion.condition(criterion.read(raw), clock.today())
    return set(session.scalars(select(_MODELS[subject].id).where(condition)))


def test_who_registers_who_comes_and_who_does_not(session: Session) -> None:
    for subject, factory, key in (
        (Subject.STRUCTURE, StructureFactory, "structure_id"),
        (Subject.CONTACT, ContactFactory, "contact_id"),
    ):
        faithful, absent, gone, never = (factory().id for _ in range(4))
        coming, held, older = EventFactory(), EventFactory(held=True), EventFactory(held=True)
        older.held_on = clock.today() - timedelta(days=400)
        trashed = EventFactory(held=True, deleted_at=clock.now())
        session.flush()
        RegistrationFactory(event=coming, **{key: faithful})
        RegistrationFactory(event=held, **{key: absent})
        RegistrationFactory(event=held, **{key: faithful})
        RegistrationFactory(event=coming, status=RegistrationStatus.CANCELLED, **{key: gone})
        for event in (held, older, trashed):
            AttendanceFactory(event=event, **{key: faithful})
        AttendanceFactory(event=older, is_present=False, **{key: absent})
        AttendanceFactory(event=trashed, **{key: never})
        if subject is Subject.STRUCTURE:  # two people of a structure came once
            AttendanceFactory(event=held, **{key: faithful})

        def ask(code: str, subject: Subject = subject, **raw: Any) -> set[int]:
            return _found(session, subject, code, **raw)

        assert ask("evenement-inscrite") == {faithful, absent}
        assert ask("evenement-inscrite", evenements=(str(coming.id),)) == {faithful}
        assert ask("evenement-presente") == {faithful}
        assert ask("evenement-presente", fois="2") == {faithful}
        assert ask("evenement-presente", fois="3") == set()
        assert ask("evenement-presente", fois="2", mois="6") == set()
        assert ask("evenement-presente", types=("999999",)) == set()
        assert ask("evenement-absente") == {absent}


def test_never_came_is_never_unknown(session: Session) -> None:
    person = ContactFactory()
    AttendanceFactory(event=EventFactory(held=True))  # of nobody known
    [criterion] = [
        each
        for each in EVENT_CRITERIA
        if (each.subject, each.code) == (Subject.CONTACT, "evenement-presente")
    ]
    condition = ~criterion.condition(criterion.read({}), clock.today())
    assert person.id in set(session.scalars(select(Contact.id).where(condition)))
