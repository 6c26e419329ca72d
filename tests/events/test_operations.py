"""Events are made, changed, moved, called off; what hangs on them follows."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import RuleError, StaleRecordError
from crm.events.models import Event, EventMove
from crm.events.operations.events import (
    call_off,
    create_event,
    mark_held,
    postpone,
    update_event,
)
from crm.events.operations.telling import tell_change
from crm.events.types import EventStatus, RegistrationStatus
from crm.search.queries import matching_ids, typed_words
from tests.events.builders import come, event_data, item_id, messages_to
from tests.factories.contacts import GroupFactory, StructureFactory
from tests.factories.events import EventFactory, RegistrationFactory
from tests.factories.funding import CallFactory

pytestmark = pytest.mark.usefixtures("context")
_EVENING = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)  # half past midnight, in January, in Paris


def _moves(session: Session) -> list[tuple[datetime | None, datetime | None]]:
    return [
        (each.old_starts_at, each.new_starts_at)
        for each in session.scalars(select(EventMove).order_by(EventMove.id))
    ]


def test_an_event_keeps_all_that_was_typed(session: Session) -> None:
    group, call, structure = GroupFactory(), CallFactory(), StructureFactory()
    event = create_event(
        session,
        data=event_data(
            session,
            starts_at=_EVENING,
            ends_at=_EVENING + timedelta(hours=1),
            place="Lille",
            organiser_value=str(structure.id),
            group_id=group.id,
            call_id=call.id,
            country_codes=("BJ",),
            axis_ids=(item_id(session, "axis", "axe_1"),),
            capacity=50,
            headcount="environ 60",
        ),
    )
    session.expire_all()
    kept = session.get_one(Event, event.id)
    assert (kept.group_id, kept.call_id, kept.organiser_id) == (group.id, call.id, structure.id)
    assert (kept.headcount, kept.headcount_is_about) == (60, True)
    assert kept.headcount_wording == "environ 60"
    assert str(kept.held_on) == "2027-01-01"  # it counts in the year it is held in, in Paris
    found = matching_ids("event", typed_words("repondre appel"))
    assert session.scalars(select(Event.id).where(Event.id.in_(found))).all() == [event.id]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"kind_id": 999_999}, "kind"),
        ({"role_id": 999_999}, "role"),
        ({"group_id": 999_999}, "group"),
        ({"call_id": 999_999}, "call"),
        ({"organiser_value": "999999"}, "organiser"),
        ({"organiser_value": "new:Inconnue"}, "organiser"),
        ({"theme_ids": (999_999,)}, "themes"),
        ({"country_codes": ("??",)}, "countries"),
    ],
)
def test_what_does_not_exist_is_refused(
    session: Session, values: dict[str, object], field: str
) -> None:
    with pytest.raises(RuleError) as refused:
        create_event(session, data=event_data(session, **values))
    assert refused.value.field == field


def test_two_editors_do_not_overwrite_each_other(session: Session) -> None:
    event = create_event(session, data=event_data(session))
    update_event(session, event_id=event.id, version=1, data=event_data(session, title="Un"))
    with pytest.raises(StaleRecordError):
        update_event(session, event_id=event.id, version=1, data=event_data(session, title="Deux"))


def test_postponing_keeps_both_dates(session: Session) -> None:
    event = EventFactory()
    old, new = event.starts_at, clock.now() + timedelta(days=40)
    postpone(session, event_id=event.id, starts_at=new, ends_at=None)
    assert (event.status, event.starts_at, event.ends_at) == (EventStatus.POSTPONED, new, None)
    postpone(session, event_id=event.id, starts_at=None, ends_at=None)
    assert event.held_on is None
    assert _moves(session) == [(old, new), (new, None)]
    with pytest.raises(RuleError):
        postpone(session, event_id=event.id, starts_at=None, ends_at=None)
    with pytest.raises(RuleError):
        past = clock.now() - timedelta(days=1)
        postpone(session, event_id=event.id, starts_at=past, ends_at=None)


def test_the_dates_of_what_is_being_prepared_are_a_draft(session: Session) -> None:
    event = create_event(session, data=event_data(session, starts_at=_EVENING))
    later = event_data(session, starts_at=_EVENING + timedelta(days=1))
    update_event(session, event_id=event.id, version=event.version, data=later)
    assert _moves(session) == []


def test_what_matters_alone_puts_people_out_of_date(session: Session) -> None:
    event = create_event(
        session,
        data=event_data(
            session,
            status=EventStatus.CONFIRMED,
            starts_at=clock.now() + timedelta(days=9),
            takes_registrations=True,
        ),
    )
    registration = come(session, event.id)
    usual = {
        "status": EventStatus.CONFIRMED,
        "starts_at": event.starts_at,
        "takes_registrations": True,
    }
    for changed, sequence in (
        ({"description": "Une présentation"}, 0),
        ({"capacity": 12, "headcount": "60"}, 0),
        ({"place": "Lille"}, 1),
        ({"place": "Lille"}, 1),
        ({"place": "Lille", "title": "Autre titre"}, 2),
    ):
        data = event_data(session, **usual, **changed)
        update_event(session, event_id=event.id, version=event.version, data=data)
        session.refresh(registration)
        assert (registration.sequence, registration.told_sequence) == (sequence, 0)


def test_people_are_told_once_when_the_team_says_so(session: Session) -> None:
    event = EventFactory()
    registration = come(session, event.id)
    waiting = RegistrationFactory(
        event=event, status=RegistrationStatus.WAITING, waiting_number=1, email="a@ville.example"
    )
    gone = RegistrationFactory(event=event, status=RegistrationStatus.CANCELLED)
    event.capacity = 1
    session.flush()
    call_off(session, event_id=event.id)
    assert len(messages_to(session, registration.email)) == 1
    assert tell_change(session, event_id=event.id) == 2
    assert len(messages_to(session, registration.email)) == 2
    told = messages_to(session, waiting.email)
    assert [each.calendar for each in told] == [None]
    assert "Annulé" in told[0].subject
    assert messages_to(session, gone.email) == []
    with pytest.raises(RuleError):
        tell_change(session, event_id=event.id)


def test_only_what_has_begun_was_held(session: Session) -> None:
    event = EventFactory()
    with pytest.raises(RuleError):
        mark_held(session, event_id=event.id)
    with time_machine.travel(event.starts_at + timedelta(minutes=1), tick=False):
        mark_held(session, event_id=event.id)
        with pytest.raises(RuleError):
            call_off(session, event_id=event.id)
        with pytest.raises(RuleError):
            postpone(session, event_id=event.id, starts_at=None, ends_at=None)
    with pytest.raises(RuleError):
        mark_held(session, event_id=EventFactory(undated=True).id)
