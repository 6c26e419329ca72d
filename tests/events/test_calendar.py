"""The calendar file over the whole life of a registration, read by a parser of others."""

from datetime import UTC, date, datetime, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy.orm import Session

from crm.core import clock
from crm.events.calendar_file import Invitation, Method, invitation_file
from crm.events.models import Event
from crm.events.operations.events import call_off, postpone, update_event
from crm.events.operations.registrations import cancel, take_seat
from crm.events.operations.telling import tell_change
from tests.events.builders import calendar_of, come, event_data, messages_to
from tests.factories.events import EventFactory

pytestmark = pytest.mark.usefixtures("context")


def _change(session: Session, event: Event, **values: object) -> None:
    usual = {
        "title": event.title,
        "status": event.status,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "link": event.link,
        "place": event.place,
        "takes_registrations": True,
    }
    data = event_data(session, **{**usual, **values})
    update_event(session, event_id=event.id, version=event.version, data=data)


def test_one_uid_from_the_first_file_to_the_last(session: Session) -> None:
    event = EventFactory(place="Lille, 1 rue de la Paix")
    registration = come(session, event.id)
    _change(session, event, description="Rien que des mots")
    _change(session, event, place="Arras")
    tell_change(session, event_id=event.id)
    later = clock.now() + timedelta(days=30)
    postpone(session, event_id=event.id, starts_at=later, ends_at=later + timedelta(hours=1))
    tell_change(session, event_id=event.id)
    cancel(session, registration_id=registration.id)
    files = [calendar_of(each) for each in messages_to(session, registration.email)]
    assert [method for method, _each in files] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    assert [int(each["SEQUENCE"]) for _method, each in files] == [0, 1, 2, 3]
    assert {str(each["UID"]) for _method, each in files} == {registration.uid}
    assert [str(each["STATUS"]) for _method, each in files] == [
        "CONFIRMED", "CONFIRMED", "CONFIRMED", "CANCELLED",
    ]  # fmt: skip
    assert str(files[1][1]["LOCATION"]).startswith("Arras")
    assert files[2][1].start == later.replace(microsecond=0)
    assert files[2][1].start.tzinfo is not None


def test_no_link_of_its_reader_is_in_the_file(session: Session) -> None:
    event = EventFactory()
    registration = come(session, event.id)
    [message] = messages_to(session, registration.email)
    assert "/inscription/gerer/" in message.text_body
    assert message.calendar is not None
    unfolded = message.calendar.replace("\r\n ", "")
    assert "gerer" not in unfolded
    assert f"/inscription/{event.id}" in unfolded
    assert event.link in unfolded  # those with a seat may know it


def test_those_who_wait_get_no_file_and_no_link(session: Session) -> None:
    event = EventFactory(capacity=1)
    first, second = come(session, event.id, "un"), come(session, event.id, "deux")
    [message] = messages_to(session, second.email)
    assert message.calendar is None
    assert event.link not in message.text_body
    assert event.link not in message.html_body
    cancel(session, registration_id=first.id)
    take_seat(session, registration_id=second.id)
    method, file = calendar_of(messages_to(session, second.email)[-1])
    assert (method, int(file["SEQUENCE"])) == ("REQUEST", 0)
    assert event.link in messages_to(session, second.email)[-1].text_body


def test_without_a_new_date_the_old_one_leaves_the_calendar(session: Session) -> None:
    event = EventFactory()
    old = event.starts_at
    registration = come(session, event.id)
    postpone(session, event_id=event.id, starts_at=None, ends_at=None)
    tell_change(session, event_id=event.id)
    method, file = calendar_of(messages_to(session, registration.email)[-1])
    assert (method, int(file["SEQUENCE"])) == ("CANCEL", 1)
    assert file.start == old.replace(microsecond=0)
    new = clock.now() + timedelta(days=60)
    postpone(session, event_id=event.id, starts_at=new, ends_at=None)
    tell_change(session, event_id=event.id)
    method, file = calendar_of(messages_to(session, registration.email)[-1])
    assert (method, int(file["SEQUENCE"])) == ("REQUEST", 2)
    assert file.start == new.replace(microsecond=0)


def test_the_date_that_is_called_old_is_the_one_people_know(session: Session) -> None:
    event = EventFactory(starts_at=datetime(2099, 3, 2, 13, tzinfo=UTC), ends_at=None)
    registration = come(session, event.id)
    for day in (9, 16):
        starts_at = datetime(2099, 3, day, 13, tzinfo=UTC)
        postpone(session, event_id=event.id, starts_at=starts_at, ends_at=None)
    tell_change(session, event_id=event.id)
    said = messages_to(session, registration.email)[-1].text_body.replace("\u00a0", " ")
    assert "Avant : lundi 2 mars 2099 à 14 h" in said
    assert "lundi 16 mars 2099 à 14 h" in said
    _change(session, event, place="Arras")
    tell_change(session, event_id=event.id)
    assert "Avant" not in messages_to(session, registration.email)[-1].text_body


def test_what_is_called_off_leaves_the_calendar(session: Session) -> None:
    event = EventFactory()
    registration = come(session, event.id)
    call_off(session, event_id=event.id)
    tell_change(session, event_id=event.id)
    method, file = calendar_of(messages_to(session, registration.email)[-1])
    assert (method, str(file["STATUS"]), int(file["SEQUENCE"])) == ("CANCEL", "CANCELLED", 1)


def test_an_event_without_a_date_has_no_file_yet(session: Session) -> None:
    event = EventFactory(undated=True)
    registration = come(session, event.id)
    [message] = messages_to(session, registration.email)
    assert message.calendar is None
    assert "Date à fixer" in message.text_body


def _invitation(**values: object) -> Invitation:
    usual: dict[str, object] = {
        "uid": "u@passerelle.example",
        "sequence": 0,
        "title": "L’eau ; l’énergie, « et » plus\nencore",
        "starts_at": datetime(2026, 3, 28, 23, tzinfo=UTC),
        "ends_at": datetime(2026, 3, 29, 22, tzinfo=UTC),
        "is_all_day": False,
        "place": None,
        "url": "https://crm.example/inscription/1",
        "organiser": "Réseau, régional",
        "organiser_address": "reseau@ville.example",
        "guest": 'Zoé "Z" Martin',
        "guest_address": "zoe@ville.example",
        "written_at": clock.now(),
    }
    return Invitation(**{**usual, **values})  # type: ignore[arg-type]


def test_days_are_days_and_names_keep_their_signs() -> None:
    text = invitation_file(_invitation(is_all_day=True), Method.REQUEST)
    [event] = Calendar.from_ical(text).walk("VEVENT")
    # From midnight to midnight in Paris, on the night when the clocks change.
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (date(2026, 3, 29), date(2026, 3, 31))
    assert str(event["SUMMARY"]) == "L’eau ; l’énergie, « et » plus\nencore"
    assert event["ORGANIZER"].params["CN"] == "Réseau, régional"
    assert all(len(line.encode()) <= 75 for line in text.split("\r\n"))


def test_instants_are_in_utc() -> None:
    text = invitation_file(_invitation(), Method.REQUEST)
    assert "DTSTART:20260328T230000Z" in text
    assert "DTEND:20260329T220000Z" in text
    assert "VTIMEZONE" not in text
