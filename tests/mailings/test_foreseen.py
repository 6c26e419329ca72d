"""Before a mailing leaves: the whole list of whom it would go to, and of whom it leaves out."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.mailings.models import Mailing, MailingRecipient
from crm.mailings.operations.mailings import follow_up
from crm.mailings.types import Reach
from crm.segments.models import Segment
from tests.composing.messages import seen as plain
from tests.factories.contacts import AffiliationFactory, StructureFactory
from tests.mailings.builders import deliveries, draft, listed, reader, send
from tests.support.client import PageClient
from tests.support.people import sign_in
from tests.support.queries import counted

MANY = 60


@pytest.fixture
def manager(client: PageClient, session: Session) -> PageClient:
    """Return a browser in which a campaign manager has signed in."""
    return sign_in(client, session, "campaign_manager")  # type: ignore[return-value]


@pytest.fixture
def town(session: Session) -> Structure:
    """Return a town where someone has a role."""
    found: Structure = StructureFactory(name="Ronchin")
    person = reader(session, "elue@ronchin.fr", first_name="Ada", last_name="Élue")
    AffiliationFactory(contact=person, structure=found, role="Adjointe")
    session.flush()
    return found


@pytest.fixture
def places(session: Session, town: Structure) -> Segment:
    return listed(session, [town])


@pytest.fixture
def mailing(session: Session, places: Segment) -> Mailing:
    """Return a draft for more people than a page holds, one of whom has no address."""
    people = [
        reader(session, f"p{n:02}@ville.fr", first_name="Léa", last_name=f"Nom{n:02}")
        for n in range(MANY)
    ]
    mute = reader(session, None, first_name="Zoé", last_name="Muette")
    return draft(session, listed(session, [*people, mute]), places)


def test_the_departure_opens_the_whole_list(
    manager: PageClient, session: Session, mailing: Mailing, places: Segment
) -> None:
    here = f"/envois/{mailing.id}/destinataires"
    page = manager.get(f"/envois/{mailing.id}/depart").text
    assert f'href="{here}?place=dedans"' in page
    assert f'href="{here}?place=dehors"' in page
    assert f'href="{here}?raison=in_office&amp;segment={places.id}"' in page

    page = plain(manager.get(here).text)
    assert "62 lignes" in page
    assert "Ada Élue" in page
    assert "En fonction dans une structure du segment « Liste »" in page
    assert "Nom59" not in page
    assert "apres=" in page
    assert "1 ligne" in plain(manager.get(f"{here}?q=nom59").text)
    found = plain(manager.get(f"{here}?place=dehors").text)
    assert "1 ligne" in found
    assert "Zoé Muette" in found
    found = plain(manager.get(f"{here}?raison=in_office&segment={places.id}").text)
    assert "1 ligne" in found
    assert "Ronchin" in found
    assert session.query(MailingRecipient).count() == 0


def test_every_recipient_is_on_one_page_and_one_only(manager: PageClient, mailing: Mailing) -> None:
    url, names = f"/envois/{mailing.id}/destinataires", []
    for _page in range(2):
        page = manager.get(url).text
        names += [f"Nom{n:02}" for n in range(MANY) if f"Nom{n:02}" in page]
        after = [each for each in page.split('"') if "apres=" in each]
        url = after[0].replace("&amp;", "&") if after else url
    assert sorted(names) == [f"Nom{n:02}" for n in range(MANY)]


def test_the_list_is_exported_before_and_after_the_departure(
    manager: PageClient, app: Flask, session: Session, mailing: Mailing
) -> None:
    url = f"/envois/{mailing.id}/destinataires/export.csv"
    before = manager.get(url).text
    assert "Ronchin" in before
    assert "Nom59" in before
    with app.test_request_context():
        send(session, mailing, seen=MANY + 1)
    assert len(deliveries(session, mailing)) == MANY + 1
    assert "Nom59" in manager.get(url).text
    assert "figé" not in manager.get(f"/envois/{mailing.id}/destinataires").text


@pytest.mark.parametrize("reach", list(Reach))
def test_a_list_of_each_kind_of_audience(
    manager: PageClient, app: Flask, session: Session, places: Segment, reach: Reach
) -> None:
    first = draft(session, places, reach=reach, functions="adjoint")
    assert "Ada Élue" in manager.get(f"/envois/{first.id}/destinataires").text
    with app.test_request_context():
        send(session, first, seen=1)
        second = follow_up(session, mailing_id=first.id, name="Relance")
    assert manager.get(f"/envois/{second.id}/destinataires?filtres=1").status_code == 200


def test_a_draft_for_nobody_and_one_whose_segment_is_broken(
    manager: PageClient, session: Session, places: Segment
) -> None:
    empty = draft(session)
    page = plain(manager.get(f"/envois/{empty.id}/destinataires").text)
    assert "choisissez d’abord à qui va cet envoi" in page
    broken = draft(session, places)
    places.frozen_at, places.member_count = None, None
    session.flush()
    for page in ("", "/export.csv"):
        answer = manager.get(f"/envois/{broken.id}/destinataires{page}")
        assert answer.status_code == 303
        assert answer.location == f"/envois/{broken.id}"


def test_more_recipients_are_listed_by_as_many_statements(
    manager: PageClient, session: Session, mailing: Mailing, places: Segment
) -> None:
    few = draft(session, places)
    sizes = []
    for each in (few, mailing):
        manager.get(f"/envois/{each.id}/destinataires")
        with counted(session.connection()) as statements:
            manager.get(f"/envois/{each.id}/destinataires")
        sizes.append(len(statements))
    assert sizes[0] == sizes[1]
