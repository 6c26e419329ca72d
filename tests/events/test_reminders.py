"""Reminders leave once, for the date that holds, to those who have a seat; and what follows."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import RuleError
from crm.events.jobs import hold_back_outdated, look_after_registrations
from crm.events.models import Event, EventReminder, Registration
from crm.events.operations.events import call_off, mark_held, postpone
from crm.events.operations.registrations import cancel
from crm.events.operations.reminders import send_due
from crm.events.operations.telling import send_afterwards
from crm.events.types import EventStatus, ReminderKind
from crm.mail.models import Delivery, OutboxMessage
from crm.mail.types import Reason
from tests.events.builders import come, messages_to
from tests.factories.events import AttendanceFactory, EventFactory

pytestmark = pytest.mark.usefixtures("context")
_START = datetime(2030, 4, 3, 12, tzinfo=UTC)  # 14 h in Paris; the clocks change on 31 March


@contextmanager
def _at(moment: datetime) -> Iterator[None]:
    with time_machine.travel(moment, tick=False):
        yield


def _event(**values: object) -> Event:
    event: Event = EventFactory(
        **{"starts_at": _START, "ends_at": _START + timedelta(hours=1), **values}
    )
    return event


def _sent(session: Session, registration: Registration) -> list[str]:
    """Return the beginning of each subject after the confirmation."""
    messages = messages_to(session, registration.email)
    return [each.subject.replace("\u00a0", " ").split(" : ")[0] for each in messages[1:]]


def _ring(session: Session, moment: datetime) -> None:
    with _at(moment):
        send_due(session, now=clock.now())


def test_each_reminder_leaves_once_at_its_hour(session: Session) -> None:
    event = _event()
    with _at(_START - timedelta(days=20)):
        registration = come(session, event.id)
    _ring(session, _START - timedelta(days=7, minutes=-59))  # an hour more, across the clocks
    assert _sent(session, registration) == []
    for moment, expected in (
        (_START - timedelta(days=7, hours=-1), ["Dans une semaine"]),
        (_START - timedelta(days=3), ["Dans une semaine"]),
        (_START - timedelta(days=1), ["Dans une semaine", "Demain"]),
        (_START - timedelta(hours=1), ["Dans une semaine", "Demain", "Dans une heure"]),
        (_START + timedelta(hours=1), ["Dans une semaine", "Demain", "Dans une heure"]),
    ):
        for _again in range(2):
            _ring(session, moment)
        assert _sent(session, registration) == expected
    last = messages_to(session, registration.email)[-1]
    assert event.link in last.text_body
    assert last.expires_at == _START


def test_what_is_past_when_someone_registers_is_skipped(session: Session) -> None:
    event = _event()
    with _at(_START - timedelta(hours=20)):
        registration = come(session, event.id)
        send_due(session, now=clock.now())
    assert _sent(session, registration) == []
    _ring(session, _START - timedelta(minutes=30))
    assert _sent(session, registration) == ["Dans une heure"]


def test_after_a_long_silence_the_latest_alone_leaves(session: Session) -> None:
    event = _event()
    with _at(_START - timedelta(days=20)):
        registration = come(session, event.id)
    _ring(session, _START - timedelta(hours=5))
    assert _sent(session, registration) == ["Rappel"]


def test_a_moved_date_moves_its_reminders_and_what_left_is_due_again(session: Session) -> None:
    event, later = _event(), _START + timedelta(days=30)
    with _at(_START - timedelta(days=20)):
        registration = come(session, event.id)
    _ring(session, _START - timedelta(days=1))
    assert _sent(session, registration) == ["Demain"]
    with _at(_START - timedelta(hours=20)):
        postpone(session, event_id=event.id, starts_at=later, ends_at=None)
    _ring(session, _START - timedelta(hours=1))
    assert _sent(session, registration) == ["Demain"]
    _ring(session, later - timedelta(days=7))
    _ring(session, later - timedelta(days=1))
    assert _sent(session, registration) == ["Demain", "Dans une semaine", "Demain"]


def test_without_a_date_nothing_is_due(session: Session) -> None:
    event = _event()
    with _at(_START - timedelta(days=20)):
        registration = come(session, event.id)
        postpone(session, event_id=event.id, starts_at=None, ends_at=None)
    _ring(session, _START - timedelta(hours=1))
    assert _sent(session, registration) == []


@pytest.mark.parametrize("left_by", ["cancels", "is called off"])
def test_nobody_is_reminded_of_what_they_do_not_go_to(session: Session, left_by: str) -> None:
    event = _event(capacity=1)
    with _at(_START - timedelta(days=20)):
        registration = come(session, event.id)
        waiting = come(session, event.id, "attend")
        if left_by == "cancels":
            cancel(session, registration_id=registration.id)
        else:
            call_off(session, event_id=event.id)
    before = len(_sent(session, registration)), len(_sent(session, waiting))
    for moment in (timedelta(days=1), timedelta(hours=1)):
        _ring(session, _START - moment)
    assert (len(_sent(session, registration)), len(_sent(session, waiting))) == before


def test_a_reminder_in_the_queue_is_held_back_when_it_is_outdated(session: Session) -> None:
    event = _event()
    with _at(_START - timedelta(days=20)):
        registration = come(session, event.id)
    with _at(_START - timedelta(days=1)):
        send_due(session, now=clock.now())
        found = select(Delivery).join(OutboxMessage, OutboxMessage.delivery_id == Delivery.id)
        confirmation, reminder = session.scalars(found.order_by(Delivery.id)).all()
        assert hold_back_outdated(session, reminder, frozenset()) is None
        later = _START + timedelta(days=30)
        postpone(session, event_id=event.id, starts_at=later, ends_at=None)
        assert hold_back_outdated(session, reminder, frozenset()) is Reason.CANCELLED
        assert hold_back_outdated(session, confirmation, frozenset()) is None
        cancel(session, registration_id=registration.id)
        assert hold_back_outdated(session, reminder, frozenset()) is Reason.CANCELLED


def test_the_bell_writes_what_is_due(session: Session) -> None:
    event = _event()
    with _at(_START - timedelta(days=20)):
        registration = come(session, event.id)
    session.commit()
    with _at(_START - timedelta(days=1)):
        look_after_registrations()
        look_after_registrations()
    session.expire_all()
    assert _sent(session, registration) == ["Demain"]


def test_afterwards_those_who_came_and_those_who_did_not_get_their_own(session: Session) -> None:
    event = _event(ends_at=None)
    with _at(_START - timedelta(hours=1)):
        came, missed, gone = (come(session, event.id, name) for name in ("ici", "loin", "parti"))
        cancel(session, registration_id=gone.id)
    with _at(_START + timedelta(days=1)):
        with pytest.raises(RuleError, match="réalisé"):
            send_afterwards(session, event_id=event.id)
        mark_held(session, event_id=event.id)
        with pytest.raises(RuleError, match="rediffusion"):
            send_afterwards(session, event_id=event.id)
        event.replay_link = "https://film.example/1"
        with pytest.raises(RuleError, match="qui est venu"):
            send_afterwards(session, event_id=event.id)
        AttendanceFactory(event=event, registration_id=came.id)
        assert send_afterwards(session, event_id=event.id) == 2
        send_due(session, now=clock.now())
        with pytest.raises(RuleError, match="déjà reçu"):
            send_afterwards(session, event_id=event.id)
        send_due(session, now=clock.now())
    assert _sent(session, came) == ["Merci d’être venu·e"]
    assert _sent(session, missed) == ["À revoir"]
    assert len(_sent(session, gone)) == 1
    assert event.replay_link in messages_to(session, missed.email)[-1].text_body


def test_reminders_wait_while_an_event_is_prepared_again(session: Session) -> None:
    event = _event()
    with _at(_START - timedelta(days=20)):
        registration = come(session, event.id)
    event.status = EventStatus.PREPARED
    _ring(session, _START - timedelta(days=1))
    assert _sent(session, registration) == []
    kinds = select(EventReminder.kind).where(EventReminder.skip_reason.is_(None))
    assert set(session.scalars(kinds)) == {
        ReminderKind.WEEK, ReminderKind.DAY, ReminderKind.HOUR,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("before", "expected"),
    [
        (timedelta(days=6, hours=4), "Rappel"),  # no « dans une semaine » the next morning
        (timedelta(hours=5), "Rappel"),  # no « demain » on the day
        (timedelta(days=1, hours=-3), "Demain"),
        (timedelta(minutes=20), "Dans une heure"),
    ],
)
def test_a_reminder_that_is_late_says_what_is_so(
    session: Session, before: timedelta, expected: str
) -> None:
    event = _event()
    with _at(_START - timedelta(days=20)):
        registration = come(session, event.id)
    _ring(session, _START - before)
    assert _sent(session, registration) == [expected]
    if expected == "Rappel":
        assert messages_to(session, registration.email)[-1].expires_at == _START


def test_a_reminder_that_waits_in_the_queue_is_of_no_use_the_day_after(session: Session) -> None:
    event = _event()
    with _at(_START - timedelta(days=20)):
        registration = come(session, event.id)
    _ring(session, _START - timedelta(days=1))
    midnight = datetime(2030, 4, 2, 22, tzinfo=UTC)
    assert messages_to(session, registration.email)[-1].expires_at == midnight
