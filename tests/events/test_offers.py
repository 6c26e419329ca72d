"""An offered seat is held until its hour, never beyond the start, nor in what is called off."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import update
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import RuleError
from crm.events.jobs import look_after_registrations
from crm.events.models import Event, Registration
from crm.events.operations.events import call_off, postpone
from crm.events.operations.registrations import cancel, take_seat
from crm.events.operations.seats import expire_offers
from crm.events.operations.telling import tell_change
from crm.events.types import RegistrationStatus
from crm.history.undo import undo_changes
from tests.campaigns.builders import start_anew
from tests.events.builders import calendar_of, come, messages_to
from tests.factories.events import EventFactory

pytestmark = pytest.mark.usefixtures("context")
OFFERED, GONE = RegistrationStatus.OFFERED, RegistrationStatus.CANCELLED
LATER = timedelta(hours=25)


def _offered(session: Session) -> tuple[Event, Registration]:
    """Return an event of one seat, and whoever is offered it since another gave it up."""
    event = EventFactory(capacity=1)
    first, second = (come(session, event.id, name) for name in ("premiere", "seconde"))
    cancel(session, registration_id=first.id)
    session.refresh(second)
    assert second.status == OFFERED
    return event, second


def _subjects(session: Session, registration: Registration) -> list[str]:
    return [each.subject for each in messages_to(session, registration.email)]


def test_no_seat_is_taken_in_what_is_called_off(session: Session) -> None:
    event, waited = _offered(session)
    call_off(session, event_id=event.id)
    with pytest.raises(RuleError):
        take_seat(session, registration_id=waited.id)
    assert waited.status == OFFERED


def test_whoever_was_offered_a_seat_is_told_that_it_is_off_and_nothing_else(
    session: Session,
) -> None:
    event, waited = _offered(session)
    call_off(session, event_id=event.id)
    with time_machine.travel(clock.now() + LATER, tick=False):
        look_after_registrations()
        assert expire_offers(session, event_id=event.id, now=clock.now()) == 0
        assert tell_change(session, event_id=event.id) == 1
    assert not any("n’est plus gardée" in each for each in _subjects(session, waited))
    assert "Annulé" in _subjects(session, waited)[-1]


def test_an_offer_of_what_was_off_and_is_on_again_ends_as_any_other(session: Session) -> None:
    event, waited = _offered(session)
    start_anew(session)
    call_off(session, event_id=event.id)
    change_set_id = session.info["change_set_id"]
    start_anew(session)
    undo_changes(session, change_set_id=change_set_id)
    with time_machine.travel(clock.now() + LATER, tick=False):
        assert expire_offers(session, event_id=event.id, now=clock.now()) == 1
    session.refresh(waited)
    assert waited.status == GONE
    assert "n’est plus gardée" in _subjects(session, waited)[-1]


def test_an_offer_ends_with_a_start_brought_forward(session: Session) -> None:
    event, waited = _offered(session)
    sooner = clock.now() + timedelta(hours=2)
    postpone(session, event_id=event.id, starts_at=sooner, ends_at=None)
    session.refresh(waited)
    assert waited.offered_until == sooner
    with (
        time_machine.travel(sooner + timedelta(minutes=1), tick=False),
        pytest.raises(RuleError),
    ):
        take_seat(session, registration_id=waited.id)


def test_nobody_reads_at_the_start_that_they_may_register_again(session: Session) -> None:
    event, waited = _offered(session)
    session.execute(
        update(Registration)
        .where(Registration.id == waited.id)
        .values(offered_until=event.starts_at)
    )
    before = _subjects(session, waited)
    with time_machine.travel(event.starts_at + timedelta(minutes=1), tick=False):
        assert expire_offers(session, event_id=event.id, now=clock.now()) == 1
    session.refresh(waited)
    assert waited.status == GONE
    assert _subjects(session, waited) == before


def test_an_offer_that_could_not_leave_in_time_does_not_leave_late(session: Session) -> None:
    _event, waited = _offered(session)
    offer = messages_to(session, waited.email)[-1]
    assert "Une place pour vous" in offer.subject
    assert offer.expires_at == waited.offered_until


def test_a_seat_that_is_taken_is_in_the_calendar(session: Session) -> None:
    event, waited = _offered(session)
    take_seat(session, registration_id=waited.id)
    method, entry = calendar_of(messages_to(session, waited.email)[-1])
    assert (method, str(entry["UID"])) == ("REQUEST", waited.uid)
    assert entry["DTSTART"].dt == event.starts_at.replace(microsecond=0)


def test_a_report_is_for_another_date(session: Session) -> None:
    event = EventFactory()
    with pytest.raises(RuleError) as refused:
        postpone(session, event_id=event.id, starts_at=event.starts_at, ends_at=event.ends_at)
    assert refused.value.field == "day"
