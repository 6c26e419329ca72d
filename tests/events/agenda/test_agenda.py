"""The public agenda: only what is public, never a link nor a name, under one set of filters."""

import json
from datetime import timedelta
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

import pytest
from flask.testing import FlaskClient
from icalendar import Calendar
from sqlalchemy import Connection
from sqlalchemy.orm import Session

from crm.core import clock
from crm.events.models import Event
from crm.events.types import EventStatus
from tests.factories.contacts import GroupFactory, StructureFactory
from tests.factories.events import EventFactory, RegistrationFactory
from tests.factories.followups import reference
from tests.support.queries import counted

ADDRESSES = (
    "/agenda-public",
    "/agenda-public/integre",
    "/agenda-public.ics",
    "/agenda-public.rss",
    "/agenda-public.json",
)


@pytest.fixture
def event(session: Session) -> Event:
    """Return a public webinar to come, with someone registered."""
    registration = RegistrationFactory(
        event=EventFactory(
            title="Webinaire <eau> & Bénin", link="https://visio.example/secret", place="Lille"
        ),
        last_name="Confidentielle",
        email="confidentielle@ville.example",
    )
    return registration.__dict__["event"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("address", ADDRESSES)
def test_neither_the_link_nor_anyone_registered_is_told(
    address: str, client: FlaskClient, event: Event
) -> None:
    answer = client.get(address)
    assert answer.status_code == 200
    assert "visio.example" not in answer.text
    assert "onfidentielle" not in answer.text
    assert "Set-Cookie" not in answer.headers
    assert f"/inscription/{event.id}" in answer.text.replace("\r\n ", "")


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_is_not_public_is_not_there(
    address: str, client: FlaskClient, session: Session
) -> None:
    EventFactory(title="Interne", is_public=False)
    EventFactory(title="En chantier", status=EventStatus.PREPARED)
    EventFactory(title="Jeté", deleted_at=clock.now())
    EventFactory(title="Ancien", held=True)
    answer = client.get(address).text
    for title in ("Interne", "En chantier", "Jeté", "Ancien"):
        assert title not in answer


def test_only_the_embedded_page_may_be_framed(client: FlaskClient, event: Event) -> None:
    page = client.get("/agenda-public").headers["Content-Security-Policy"]
    framed = client.get("/agenda-public/integre").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page
    assert "frame-ancestors *" in framed
    assert "default-src 'none'" in framed
    assert "script-src" not in framed


def test_the_calendar_is_read_by_another_parser(client: FlaskClient, session: Session) -> None:
    event = EventFactory(sequence=3)
    gone = EventFactory(status=EventStatus.CANCELLED)
    start = clock.paris_instant(clock.today() + timedelta(days=3), clock.now().min.time())
    whole = EventFactory(starts_at=start, ends_at=start + timedelta(days=1), is_all_day=True)
    EventFactory(undated=True)
    answer = client.get("/agenda-public.ics")
    assert answer.mimetype == "text/calendar"
    entries = {
        int(str(each["UID"]).split("@")[0].removeprefix("evenement-")): each
        for each in Calendar.from_ical(answer.data).walk("VEVENT")
    }
    assert set(entries) == {event.id, gone.id, whole.id}
    assert entries[event.id]["SEQUENCE"] == 3
    assert entries[event.id].decoded("DTSTART") == event.starts_at.replace(microsecond=0)
    assert entries[gone.id]["STATUS"] == "CANCELLED"
    assert entries[whole.id].decoded("DTSTART") == clock.in_paris(start).date()


def test_the_feeds_are_well_formed_and_kept_by_their_readers(
    client: FlaskClient, event: Event
) -> None:
    answer = client.get("/agenda-public.rss")
    [item] = ET.fromstring(answer.text).iter("item")  # noqa: S314 - our own feed
    assert "Webinaire <eau> & Bénin" in (item.findtext("title") or "")
    told = json.loads(client.get("/agenda-public.json").data)
    assert [each["title"] for each in told["events"]] == ["Webinaire <eau> & Bénin"]
    assert urlsplit(told["home_page_url"]).path == "/agenda-public"
    again = client.get("/agenda-public.rss", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_the_same_filters_narrow_every_address(client: FlaskClient, session: Session) -> None:
    forum, theme = reference("event_kind", "forum"), reference("theme", "acces_a_l_energie")
    structure, group = StructureFactory(departement_code="62"), GroupFactory()
    EventFactory(title="Le bon", kind_id=forum.id, organiser_id=structure.id, group_id=group.id,
                 themes=[theme])  # fmt: skip
    EventFactory(title="Un autre")
    queries = (
        f"type={forum.id}",
        f"theme={theme.id}",
        f"groupe={group.id}",
        "departement=62",
        f"type={forum.id}&departement=62&groupe={group.id}",
    )
    for query in queries:
        for address in ADDRESSES:
            answer = client.get(f"{address}?{query}").text
            assert "Le bon" in answer, (address, query)
            assert "Un autre" not in answer, (address, query)
    page = client.get(f"/agenda-public?type={forum.id}").text
    assert f"/agenda-public.ics?type={forum.id}" in page


def test_days_narrow_and_what_is_unreadable_does_no_harm(
    client: FlaskClient, session: Session
) -> None:
    EventFactory(title="Bientôt", starts_at=clock.now() + timedelta(days=2))
    EventFactory(title="Plus tard", starts_at=clock.now() + timedelta(days=40))
    past = EventFactory(title="Passé", held=True)
    last = (clock.today() + timedelta(days=5)).isoformat()
    assert "Plus tard" not in client.get(f"/agenda-public?au={last}").text
    assert "Bientôt" in client.get(f"/agenda-public?au={last}").text
    assert "Passé" in client.get(f"/agenda-public?du={past.held_on}").text
    for query in ("type=x", "type=999999999999", "theme=-1", "groupe=x", "departement=%27--"):
        assert "Bientôt" not in client.get(f"/agenda-public?{query}").text
    for query in ("du=jamais", "au=99/99/9999", "inconnu=1", "groupe=%00", "du=" + "9" * 500):
        assert "Bientôt" in client.get(f"/agenda-public?{query}").text


def test_more_events_are_no_more_reads(
    client: FlaskClient, session: Session, connection: Connection
) -> None:
    def reads(count: int) -> int:
        for _ in range(count):
            EventFactory()
        with counted(connection) as statements:
            client.get("/agenda-public.json")
        return len(statements)

    reads(1)
    assert reads(1) == reads(20)
