"""A person's calendar: at a secret address, valid for the programs that read it."""

from datetime import date, timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.followups.models import CalendarFeed, FollowUp
from crm.followups.operations.calendar_feeds import open_feed
from tests.factories.contacts import StructureFactory
from tests.factories.followups import FollowUpFactory, SessionFactory
from tests.support.client import PageClient
from tests.support.queries import counted


def _address(browser: PageClient) -> str:
    page = browser.submit("/agenda", {}).text
    shown = page.partition('id="adresse" value="')[2].partition('"')[0]
    assert shown.endswith(".ics")
    return urlsplit(shown).path


def _read(client: FlaskClient, path: str) -> Calendar:
    answer = client.get(path)
    assert answer.status_code == 200
    assert answer.content_type == "text/calendar; charset=utf-8"
    for line in answer.data.split(b"\r\n"):
        assert len(line) <= 75  # RFC 5545, 3.1
        assert b"\n" not in line
    return Calendar.from_ical(answer.data)  # type: ignore[return-value]


def test_what_is_to_do_and_what_is_planned_is_there(
    client: FlaskClient, officer: PageClient, session: Session
) -> None:
    me, today = session.merge(officer.user), clock.today()
    lens = StructureFactory(name="Ville de Lens ; « élus, services »")
    to_do = FollowUpFactory(
        assignee_id=me.id, what="Rappeler, puis écrire : " + "très " * 30, due_on=today,
        structure_id=lens.id,
    )  # fmt: skip
    FollowUpFactory(assignee_id=me.id, what="Faite", done_at=clock.now())
    FollowUpFactory(what="À une autre")
    planned = SessionFactory(
        structures=[lens], officers=[me], status="prevue", held_on=today + timedelta(days=400)
    )
    SessionFactory(structures=[lens], officers=[me], status="annulee", held_on=today)
    SessionFactory(structures=[lens], officers=[me], held_on=today - timedelta(days=200))
    session.flush()
    calendar = _read(client, _address(officer))
    assert calendar.errors == []
    events = {str(each["uid"]).partition("@")[0]: each for each in calendar.walk("VEVENT")}
    assert set(events) == {f"relance-{to_do.id}", f"seance-{planned.id}"}
    task = events[f"relance-{to_do.id}"]
    assert task.decoded("dtstart") == today
    assert task.decoded("dtend") == today + timedelta(days=1)
    assert str(task["summary"]) == f"{to_do.what} · {lens.name}"
    assert task["transp"] == "TRANSPARENT"
    assert f"/relances/{to_do.id}" in task["url"]
    meeting = events[f"seance-{planned.id}"]
    assert isinstance(meeting.decoded("dtstart"), date)
    assert "Ville de Lens" in meeting["summary"]
    assert meeting["transp"] == "OPAQUE"


def test_a_change_is_told_by_a_higher_number(
    client: FlaskClient, officer: PageClient, session: Session
) -> None:
    me = session.merge(officer.user)
    record: FollowUp = FollowUpFactory(assignee_id=me.id)
    path = _address(officer)
    before = _read(client, path).walk("VEVENT")[0]
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    record.due_on = clock.today() + timedelta(days=3)
    session.flush()
    after = _read(client, path).walk("VEVENT")[0]
    assert before["uid"] == after["uid"]
    assert after["sequence"] > before["sequence"]


def test_the_address_is_replaced_and_taken_back(
    client: FlaskClient, officer: PageClient, session: Session
) -> None:
    first = _address(officer)
    kept = session.scalars(select(CalendarFeed.token_hash)).one()
    assert kept not in first
    second = _address(officer)
    assert first != second
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    assert second not in officer.get("/agenda").text
    assert officer.submit("/agenda/retirer", {}).status_code == 303
    assert client.get(second).status_code == 404


def test_who_left_has_no_calendar(
    client: FlaskClient, officer: PageClient, session: Session
) -> None:
    path = _address(officer)
    session.merge(officer.user).is_active = False
    session.flush()
    assert client.get(path).status_code == 404


@pytest.mark.parametrize("token", ["x", "..", "%00", "a" * 3000, "élan"])
def test_a_guess_finds_nothing(client: FlaskClient, backend: str, token: str) -> None:
    assert backend
    assert client.get(f"/agenda/{token}.ics").status_code == 404


def test_the_token_is_in_no_log(
    app: Flask, client: FlaskClient, officer: PageClient, caplog: pytest.LogCaptureFixture
) -> None:
    path = _address(officer)
    client.get(path)
    told = [app.logger.handlers[0].format(record) for record in caplog.records]
    assert any("calendar.read" in line for line in told)
    token = path.removeprefix("/agenda/").removesuffix(".ics")
    assert not any(token in line for line in told)


def test_the_number_of_queries_does_not_grow(
    client: FlaskClient, officer: PageClient, session: Session, connection: Connection
) -> None:
    me = session.merge(officer.user)
    token = open_feed(session, user_id=me.id)
    sizes = []
    for count in (5, 40):
        for _ in range(count):
            FollowUpFactory(assignee_id=me.id)
            SessionFactory(structures=[StructureFactory()], officers=[me])
        with counted(connection) as statements:
            _read(client, f"/agenda/{token}.ics")
        sizes.append(len(statements))
    assert sizes[0] == sizes[1]
