"""From an event, follow-ups and sessions for those who were there, never twice."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.core import clock
from crm.events.models import Event
from crm.followups.models import AccompanimentSession, FollowUp, SessionStructure
from crm.reference.models import ReferenceItem
from tests.factories.contacts import ContactFactory, GroupFactory, StructureFactory
from tests.factories.events import AttendanceFactory, EventFactory


@pytest.fixture
def event(session: Session) -> Event:
    """Return a webinar that is over."""
    found: Event = EventFactory(held=True, title="Répondre à l’appel")
    return found


def _present(event: Event, **values: object) -> Structure:
    structure: Structure = StructureFactory()
    AttendanceFactory(event=event, structure_id=structure.id, **values)
    return structure


def _follow_up(browser: FlaskClient, event: Event, key: str, *structures: Structure) -> int:
    answer = browser.submit(  # type: ignore[attr-defined]
        f"/evenements/{event.id}/presence/relances",
        {
            "submission_key": key,
            "what": "Reprendre contact",
            "due_on": "dans 15 jours",
            "assignee": browser.user.id,  # type: ignore[attr-defined]
            "structures": [str(each.id) for each in structures],
        },
    )
    return int(answer.status_code)


def _log(
    browser: FlaskClient, session: Session, event: Event, key: str, *structures: Structure
) -> int:
    kind = session.scalars(
        select(ReferenceItem.id).where(
            ReferenceItem.list_code == "session_kind", ReferenceItem.code == "atelier"
        )
    ).one()
    answer = browser.submit(  # type: ignore[attr-defined]
        f"/evenements/{event.id}/presence/seances",
        {
            "submission_key": key,
            "kind": kind,
            "structures": [str(each.id) for each in structures],
        },
    )
    return int(answer.status_code)


def _followed(session: Session) -> list[int | None]:
    session.expire_all()
    return list(
        session.scalars(
            select(FollowUp.structure_id)
            .where(FollowUp.deleted_at.is_(None))
            .order_by(FollowUp.structure_id)
        )
    )


def test_each_structure_gets_one_follow_up_ever(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    one, two = _present(event), _present(event)
    page = officer.get(f"/evenements/{event.id}/presence/relances").text
    assert one.name in page
    assert two.name in page
    assert _follow_up(officer, event, "a" * 32, one) == 303
    assert _follow_up(officer, event, "a" * 32, one) == 303
    assert _follow_up(officer, event, "b" * 32, one) == 422
    assert _followed(session) == [one.id]
    assert _follow_up(officer, event, "c" * 32, one, two) == 303
    assert _followed(session) == [one.id, two.id]
    assert "C’est fait pour toutes" in officer.get(f"/evenements/{event.id}/presence/relances").text


def test_what_was_undone_can_be_made_again(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    one = _present(event)
    _follow_up(officer, event, "a" * 32, one)
    made = session.scalars(select(FollowUp)).one()
    made.deleted_at = clock.now()
    session.flush()
    assert _follow_up(officer, event, "b" * 32, one) == 303
    assert _followed(session) == [one.id]


def test_those_who_were_not_there_are_not_followed(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    absent, stranger = _present(event, is_present=False), StructureFactory()
    assert _follow_up(officer, event, "a" * 32, absent, stranger) == 422
    assert _followed(session) == []


def test_each_structure_gets_one_session_with_its_people(
    officer: FlaskClient, session: Session, event: Event
) -> None:
    contact = ContactFactory()
    structure = _present(event, contact_id=contact.id)
    AttendanceFactory(event=event, structure_id=structure.id)
    assert _log(officer, session, event, "a" * 32, structure) == 303
    assert _log(officer, session, event, "b" * 32, structure) == 422
    session.expire_all()
    [record] = session.scalars(select(AccompanimentSession)).all()
    assert (record.held_on, record.duration_minutes, record.status) == (
        event.held_on,
        120,
        "realisee",
    )
    seats = session.scalars(select(SessionStructure.structure_id)).all()
    assert seats == [structure.id]
    shown = officer.get(f"/seances/{record.id}").text
    assert contact.full_name in shown
    assert "Répondre à l’appel" in shown


def test_no_session_is_logged_before_the_event(officer: FlaskClient, session: Session) -> None:
    coming = EventFactory(starts_at=clock.now() + timedelta(days=2))
    structure = _present(coming)
    assert _log(officer, session, coming, "a" * 32, structure) == 422
    assert session.scalars(select(AccompanimentSession)).all() == []


def test_the_pages_of_the_event_and_of_its_group_tell_who_came(
    officer: FlaskClient, session: Session
) -> None:
    group = GroupFactory()
    event = EventFactory(held=True, group_id=group.id, headcount=24)
    _present(event)
    shown = officer.get(f"/evenements/{event.id}").text
    assert "Liste de présence" in shown
    of_group = " ".join(officer.get(f"/groupes/{group.id}").text.split())
    assert "Réunions tenues" in of_group
    assert "effectif" in of_group
