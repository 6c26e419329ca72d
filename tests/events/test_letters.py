"""What messages of events say, composed once for all who get the same, and read by each alone."""

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import RuleError
from crm.core.text import sort_key
from crm.events.kinds import forget_people
from crm.events.letters import prepare
from crm.events.links import registration_token
from crm.events.messages import prepare_change, prepare_registration
from crm.events.models import AttendanceFile, AttendanceRow
from crm.events.operations.events import mark_held, postpone
from crm.events.operations.registrations import cancel
from crm.events.operations.telling import tell_change
from crm.events.presentation import event_page
from crm.events.queries.events import moves_of
from tests.events.builders import come, known_person, messages_to
from tests.factories.events import EventFactory, RegistrationFactory

pytestmark = pytest.mark.usefixtures("context")
_TOKEN = re.compile(r"/inscription/gerer/([\w.-]+)")


def test_a_text_is_composed_before_and_each_reads_their_own_link(session: Session) -> None:
    event = EventFactory(title="Ligne <b> & « suite »")
    prepare_registration(event)
    composed = prepare.cache_info().misses
    people = [come(session, event.id, f"personne{number}") for number in range(3)]
    assert prepare.cache_info().misses == composed
    for each in people:
        [message] = messages_to(session, each.email)
        for body in (message.text_body, message.html_body):
            assert set(_TOKEN.findall(body)) == {registration_token(each.id)}
        assert "Ligne &lt;b&gt; &amp; « suite »" in message.html_body
        assert "Ligne <b> & « suite »" in message.text_body


def test_a_change_is_composed_before_those_concerned_are_written_to(session: Session) -> None:
    event = EventFactory()
    people = [come(session, event.id, f"personne{number}") for number in range(3)]
    postpone(session, event_id=event.id, starts_at=clock.now() + timedelta(days=30), ends_at=None)
    prepare_change(event, moves_of(session, event.id))
    composed = prepare.cache_info().misses
    assert tell_change(session, event_id=event.id) == 3
    assert prepare.cache_info().misses == composed
    assert all("Avant" in messages_to(session, each.email)[-1].text_body for each in people)


def test_what_changes_is_said_anew(session: Session) -> None:
    event = EventFactory(place="Lille")
    come(session, event.id, "premiere")
    event.place = "Amiens"
    session.flush()
    second = come(session, event.id, "seconde")
    assert "Amiens" in messages_to(session, second.email)[0].text_body


def test_without_a_date_no_file_is_promised(session: Session) -> None:
    registration = come(session, EventFactory(undated=True).id)
    [message] = messages_to(session, registration.email)
    assert message.calendar is None
    assert "fichier joint" not in message.text_body + message.html_body
    assert "dès qu’elle est fixée" in message.text_body


def test_whoever_shares_an_address_reads_whose_the_seat_is(session: Session) -> None:
    event = EventFactory()
    first = come(session, event.id, "martin", email="mairie@ville.example")
    come(session, event.id, "durand", email="mairie@ville.example")
    again = messages_to(session, first.email)[-1]
    assert "au nom de Camille Martin" in again.text_body
    assert "Durand" not in again.text_body + again.html_body


def test_nobody_is_thanked_for_what_the_team_did(session: Session) -> None:
    event = EventFactory()
    mine, theirs = (come(session, event.id, name) for name in ("martin", "durand"))
    cancel(session, registration_id=mine.id)
    cancel(session, registration_id=theirs.id, is_by_team=True)
    assert "Merci de l’avoir dit" in messages_to(session, mine.email)[-1].text_body
    told = messages_to(session, theirs.email)[-1].text_body
    assert "L’équipe du réseau a annulé" in told
    assert "Merci" not in told


def test_a_name_stands_on_one_line_of_what_is_seen(session: Session) -> None:
    registration = come(
        session,
        EventFactory().id,
        "martin",
        last_name="Dupont\r\nBcc: x\u202e",
        first_name="Anne\u2028Marie\u200b",
        structure="Ville\tde\x07 Lille",
    )
    said = (registration.first_name, registration.last_name, registration.structure_name)
    assert said == ("Anne Marie", "Dupont Bcc: x", "Ville de Lille")
    with pytest.raises(RuleError) as refused:
        come(session, registration.event_id, "autre", last_name="\u202e\u200b")
    assert refused.value.field == "last_name"


def test_nobody_is_to_be_told_of_what_was_held(app: Flask, session: Session) -> None:
    event = EventFactory()
    come(session, event.id)
    event.starts_at = event.ends_at = clock.now() - timedelta(hours=1)
    mark_held(session, event_id=event.id)
    with app.test_request_context():
        assert event_page(session, event.id)["to_tell"] == 0
    with pytest.raises(RuleError):
        tell_change(session, event_id=event.id)


def test_whoever_is_erased_leaves_no_name_in_the_files_of_meetings(session: Session) -> None:
    event = EventFactory(held=True)
    person = known_person("martin")
    file = AttendanceFile(
        event_id=event.id, name="zoom.csv", content_hash="0" * 64,
        headings={"names": ["Nom"], "meanings": ["nom_complet"]}, created_at=clock.now(),
    )  # fmt: skip
    session.add(file)
    session.flush()
    rows = [
        AttendanceRow(
            file_id=file.id, number=number, name=name, email=f"{name}@ville.example",
            email_key=f"{name}@ville.example", contact_id=contact_id,
            cells={"lines": [[number, name]]},
        )
        for number, (name, contact_id) in enumerate([("martin", person.id), ("durand", None)])
    ]  # fmt: skip
    session.add_all(rows)
    session.flush()
    forget_people(session, "contact", [person.id])
    session.expire_all()
    assert (rows[0].email, rows[0].email_key, rows[0].cells) == (None, None, {"lines": []})
    assert "martin" not in rows[0].name.lower()
    assert rows[1].name == "durand"


def test_what_has_no_date_any_more_is_put_off_and_has_no_new_one(session: Session) -> None:
    event = EventFactory(capacity=1)
    seated, waits = (come(session, event.id, name) for name in ("martin", "durand"))
    postpone(session, event_id=event.id, starts_at=None, ends_at=None)
    tell_change(session, event_id=event.id)
    for each in (seated, waits):
        assert messages_to(session, each.email)[-1].subject.startswith("Reporté")
    # Whoever waits has no seat to leave to another.
    assert "la place ira" in messages_to(session, seated.email)[-1].text_body
    assert "la place ira" not in messages_to(session, waits.email)[-1].text_body


def test_whoever_is_erased_is_erased_where_nobody_knew_them_yet(session: Session) -> None:
    event = EventFactory()
    mine = RegistrationFactory(
        event=event, first_name="Camille", last_name="Martin", email="martin@ville.example"
    )
    person = known_person("martin")
    person.sort_name = sort_key("Martin Camille")
    # The same address, which several people share, at another event.
    other = RegistrationFactory(
        first_name="Dominique", last_name="Durand", email="martin@ville.example"
    )
    session.flush()
    forget_people(session, "contact", [person.id])
    session.expire_all()
    assert (mine.email, mine.first_name) == ("", None)
    assert (other.email, other.last_name) == ("martin@ville.example", "Durand")
