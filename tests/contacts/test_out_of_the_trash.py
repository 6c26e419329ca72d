"""What is in the trash is told of nowhere else: no list, no page, no search."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.indexing import all_contacts
from crm.contacts.models import Affiliation, ContactPoint, NetworkMembership, Seat
from crm.contacts.operations.mandates import close_mandates
from crm.core import clock
from crm.core.errors import RuleError
from crm.history.trash import move_to_trash, restore_from_trash
from tests.factories.contacts import AffiliationFactory, ContactFactory, StructureFactory
from tests.support.client import PageClient


def _trash(app: Flask, session: Session, entity: str, record_id: int) -> None:
    with app.test_request_context():
        move_to_trash(session, entity=entity, record_id=record_id)


def test_a_person_s_page_leaves_out_what_is_in_the_trash(
    app: Flask, officer: PageClient, session: Session
) -> None:
    gone = StructureFactory(name="Maison canari")
    kept = StructureFactory(name="Maison mère")
    contact = ContactFactory()
    AffiliationFactory(contact=contact, structure=gone)
    AffiliationFactory(contact=contact, structure=kept)
    _trash(app, session, "structure", gone.id)
    for address in (f"/contacts/{contact.id}", "/contacts", "/contacts/export.csv"):
        page = officer.get(address).text.partition('id="historique"')[0]
        assert "Maison mère" in page
        assert "Maison canari" not in page
    words = dict(all_contacts(session))[contact.id]
    assert "canari" not in words
    assert "mere" in words


def test_a_role_of_someone_in_the_trash_is_not_changed(
    app: Flask, officer: PageClient, session: Session
) -> None:
    affiliation = AffiliationFactory()
    _trash(app, session, "contact", affiliation.contact_id)
    url = f"/fonctions/{affiliation.id}/modifier"
    sent = {"role": "Trésorière", "version": "1"}
    assert officer.get(url).status_code == 404
    assert officer.submit(url, sent).status_code == 404
    session.expire_all()
    assert session.get_one(Affiliation, affiliation.id).role == "Présidente"


def test_what_hangs_on_what_is_in_the_trash_stays_as_it_is(
    app: Flask, officer: PageClient, session: Session
) -> None:
    structure = StructureFactory()
    point = ContactPoint(
        structure_id=structure.id, medium="courriel", value="a@b.example", value_key="a@b.example"
    )
    session.add(point)
    session.flush()
    _trash(app, session, "structure", structure.id)
    assert officer.get(f"/coordonnees/{point.id}/modifier").status_code == 404
    assert officer.submit(f"/coordonnees/{point.id}/retirer", {}).status_code == 404
    assert session.get(ContactPoint, point.id) is not None


def test_a_voter_in_the_trash_is_not_named(
    app: Flask, officer: PageClient, session: Session
) -> None:
    structure, voter = StructureFactory(), ContactFactory(last_name="Canari")
    session.add(NetworkMembership(structure_id=structure.id, year=2026, voting_contact_id=voter.id))
    session.flush()

    def years() -> str:
        page = officer.get(f"/structures/{structure.id}").text
        return page.partition('id="adhesions"')[2].partition("</section>")[0]

    assert "Canari" in years()
    _trash(app, session, "contact", voter.id)
    assert "Canari" not in years()
    assert "2026" in years()


def test_a_seat_of_someone_in_the_trash_stands_vacant(
    app: Flask, officer: PageClient, session: Session
) -> None:
    structure = StructureFactory(name="Ville-Claire")
    seat = Seat(structure_id=structure.id, role="Maire", is_elected=True)
    session.add(seat)
    session.flush()
    holder = ContactFactory(last_name="Canari")
    AffiliationFactory(contact=holder, structure=structure, role="Maire", seat_id=seat.id)
    former = ContactFactory(last_name="Merle")
    AffiliationFactory(
        contact=former, structure=structure, role="Maire", seat_id=seat.id,
        end_on=date(2020, 3, 15),
    )  # fmt: skip
    assert "Ville-Claire" not in officer.get("/mandats/vacants").text
    _trash(app, session, "contact", holder.id)
    vacant = officer.get("/mandats/vacants").text
    assert "Ville-Claire" in vacant
    assert "Merle" in vacant
    _trash(app, session, "contact", former.id)
    assert "Merle" not in officer.get("/mandats/vacants").text


def test_mandates_of_a_structure_in_the_trash_are_not_closed(app: Flask, session: Session) -> None:
    affiliation = AffiliationFactory(is_elected=True)
    _trash(app, session, "structure", affiliation.structure_id)
    with pytest.raises(RuleError):
        close_mandates(session, affiliation_ids=[affiliation.id], day=clock.today())
    found = session.scalars(select(Affiliation.end_on)).one()
    assert found is None


def test_a_child_comes_back_after_its_parent(app: Flask, session: Session) -> None:
    parent = StructureFactory(name="Université")
    child = StructureFactory(name="Faculté", parent_id=parent.id)
    _trash(app, session, "structure", child.id)
    _trash(app, session, "structure", parent.id)
    with pytest.raises(RuleError, match="« Université »"), session.begin_nested():
        restore_from_trash(session, entity="structure", record_id=child.id)
    restore_from_trash(session, entity="structure", record_id=parent.id)
    restore_from_trash(session, entity="structure", record_id=child.id)
    assert child.deleted_at is None


def test_archiving_keeps_an_earlier_end(app: Flask, officer: PageClient, session: Session) -> None:
    long_ago = clock.today() - timedelta(days=900)
    structure = StructureFactory(listed_on=date(2015, 1, 1), closed_on=long_ago)
    answer = officer.submit(f"/corbeille/structure/{structure.id}/archiver", {})
    assert answer.status_code == 303
    session.expire_all()
    assert structure.closed_on == long_ago
