"""The trash: who, when, why; undo, restore for thirty days, then gone for good."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, event, func, insert, select
from sqlalchemy.orm import Session

from crm.contacts import operations
from crm.contacts.models import Affiliation, Contact, Partnership, Structure
from crm.contacts.types import ContactData, StructureData
from crm.core import clock
from crm.followups.models import FollowUp
from crm.history.models import Change, ChangeSubject, TrashEntry
from crm.history.trash import StillUsedError, move_to_trash, purge_trash, restore_from_trash
from crm.notes.models import Note
from tests.factories.accounts import UserFactory
from tests.factories.contacts import (
    AffiliationFactory,
    ContactFactory,
    MembershipFactory,
    StructureFactory,
)
from tests.factories.followups import FollowUpFactory, SessionFactory
from tests.support.client import PageClient


def _structure(session: Session, name: str = "Eau pour tous") -> Structure:
    data = StructureData(name=name, family_code="association")
    return operations.create_structure(session, data=data)


def test_a_record_goes_with_its_reason_and_comes_back(
    officer: PageClient, session: Session
) -> None:
    structure = _structure(session)
    url = f"/corbeille/structure/{structure.id}/ajouter"
    assert "Motif" in officer.get(url).text
    answer = officer.submit(url, {"reason": "Doublon"})
    assert answer.status_code == 303
    trash = officer.get("/corbeille").text
    for words in ("Eau pour tous", "Doublon", officer.user.name):  # type: ignore[attr-defined]
        assert words in trash
    assert officer.get(f"/structures/{structure.id}").status_code == 404
    assert "Eau pour tous" not in officer.get("/structures?q=eau").text.partition("resultats")[2]
    back = officer.submit(f"/corbeille/structure/{structure.id}/restaurer", {})
    assert back.status_code == 303
    assert "Eau pour tous" in officer.get("/structures?q=eau").text
    assert session.scalar(select(func.count()).select_from(TrashEntry)) == 0


def test_what_others_point_at_is_said_and_archiving_is_offered(
    officer: PageClient, session: Session
) -> None:
    structure = _structure(session)
    SessionFactory(structures=[structure])
    FollowUpFactory(structure_id=structure.id)
    MembershipFactory(structure=structure)
    StructureFactory(parent_id=structure.id)
    url = f"/corbeille/structure/{structure.id}/ajouter"
    page = officer.get(url).text.replace("\u00a0", " ")
    for words in (
        "Séances d’accompagnement : 1",
        "Relances à faire : 1",
        "Groupes dont elle est ou a été membre : 1",
        "Structures qui lui sont rattachées : 1",
        "Fermer la structure aujourd’hui",
    ):
        assert words in page
    assert officer.submit(url, {}).status_code == 422
    session.expire_all()
    assert session.get_one(Structure, structure.id).deleted_at is None
    assert officer.submit(f"/corbeille/structure/{structure.id}/archiver", {}).status_code == 303
    session.expire_all()
    assert session.get_one(Structure, structure.id).closed_on == clock.today()


def test_people_go_to_the_trash_with_their_roles_hidden(
    officer: PageClient, session: Session
) -> None:
    affiliation = AffiliationFactory(role="Trésorière")
    officer.submit(f"/corbeille/contact/{affiliation.contact_id}/ajouter", {})
    link, page = (
        f'href="/contacts/{affiliation.contact_id}"',
        f"/structures/{affiliation.structure_id}",
    )
    assert link not in officer.get(page).text
    officer.submit(f"/corbeille/contact/{affiliation.contact_id}/restaurer", {})
    assert link in officer.get(page).text


def test_a_person_of_a_session_stays_out_of_the_trash(app: Flask, session: Session) -> None:
    contact = ContactFactory()
    SessionFactory(structures=[StructureFactory()], contacts=[contact])
    with app.test_request_context(), pytest.raises(StillUsedError) as caught:
        move_to_trash(session, entity="contact", record_id=contact.id)
    assert [pointer.blocks for pointer in caught.value.pointers] == [True]


def test_after_thirty_days_nothing_is_left_but_who_and_when(app: Flask, session: Session) -> None:
    contact = operations.create_contact(
        session, data=ContactData(last_name="Dupont-Canari", tag_labels=("eau",))
    )
    affiliation = AffiliationFactory(contact=contact)
    contact_id, affiliation_id = contact.id, affiliation.id
    with app.test_request_context():
        move_to_trash(session, entity="contact", record_id=contact_id)
        move_to_trash(session, entity="structure", record_id=_structure(session).id)
    now = clock.now()
    assert purge_trash(session, now=now + timedelta(days=29)).purged == 0
    later = now + timedelta(days=31)
    result = purge_trash(session, now=later)
    assert (result.purged, result.kept) == (2, 0)
    assert session.scalar(select(Contact.id).where(Contact.id == contact_id)) is None
    assert session.scalar(select(Affiliation.id).where(Affiliation.id == affiliation_id)) is None
    told = session.scalars(
        select(Change)
        .join(ChangeSubject, ChangeSubject.change_id == Change.id)
        .where(ChangeSubject.entity == "contact", ChangeSubject.record_id == contact_id)
    ).all()
    assert told
    assert all(change.fields == {} for change in told)
    assert purge_trash(session, now=later).purged == 0


def test_what_is_still_pointed_at_is_never_purged(app: Flask, session: Session) -> None:
    structure = _structure(session)
    with app.test_request_context():
        move_to_trash(session, entity="structure", record_id=structure.id)
    SessionFactory(structures=[structure])
    result = purge_trash(session, now=clock.now() + timedelta(days=31))
    assert (result.purged, result.kept) == (0, 1)
    assert session.get(Structure, structure.id) is not None


def test_a_purge_of_many_goes_by_parts(
    app: Flask, session: Session, connection: Connection
) -> None:
    # PostgreSQL takes 65,535 parameters in a statement: however many records, far fewer are sent.
    people = ContactFactory.create_batch(1_050)
    session.execute(
        insert(TrashEntry),
        [
            {"entity": "contact", "record_id": each.id, "name": "x", "at": clock.now(),
             "actor_name": "x"}
            for each in people
        ],
    )  # fmt: skip
    sent: list[int] = []

    @event.listens_for(connection, "before_cursor_execute")
    def note(*arguments: Any) -> None:
        sent.append(len(arguments[3]))

    result = purge_trash(session, now=clock.now() + timedelta(days=31))
    event.remove(connection, "before_cursor_execute", note)
    assert (result.purged, result.kept) == (1_050, 0)
    assert max(sent) < 1_050
    assert session.scalar(select(func.count()).select_from(Contact)) == 0


def test_only_its_own_partnerships_go_with_a_structure(app: Flask, session: Session) -> None:
    erased, partner = _structure(session), StructureFactory()
    own = Partnership(structure_id=erased.id, partner_id=partner.id)
    session.add(own)
    session.flush()
    own_id = own.id
    with app.test_request_context():
        move_to_trash(session, entity="structure", record_id=erased.id)
    abroad = _structure(session, "Partenaire au loin")
    other = Partnership(structure_id=partner.id, partner_id=abroad.id)
    session.add(other)
    session.flush()
    with app.test_request_context():
        move_to_trash(session, entity="structure", record_id=abroad.id)
    result = purge_trash(session, now=clock.now() + timedelta(days=31))
    assert (result.purged, result.kept) == (1, 1)
    left = session.scalars(select(Partnership.id)).all()
    assert own_id not in left
    assert left == [other.id]


def test_what_a_session_promised_outlives_it(app: Flask, session: Session) -> None:
    record = SessionFactory(structures=[StructureFactory()])
    promise = FollowUpFactory(session_id=record.id)
    kept_id = promise.id
    with app.test_request_context():
        move_to_trash(session, entity="session", record_id=record.id)
    assert purge_trash(session, now=clock.now() + timedelta(days=31)).purged == 1
    assert session.scalars(select(FollowUp.session_id).where(FollowUp.id == kept_id)).one() is None


def test_notes_about_what_is_erased_are_erased(app: Flask, session: Session) -> None:
    structure = _structure(session)
    note = Note(
        entity="structure", record_id=structure.id, body="Un canari", created_at=clock.now(),
        author_id=UserFactory().id,
    )  # fmt: skip
    session.add(note)
    session.flush()
    note_id = note.id
    with app.test_request_context():
        move_to_trash(session, entity="structure", record_id=structure.id)
    purge_trash(session, now=clock.now() + timedelta(days=31))
    assert session.scalar(select(func.count()).select_from(Note)) == 0
    told = session.scalars(
        select(Change.fields).where(Change.entity == "note", Change.record_id == note_id)
    ).all()
    assert told == [{}]


def test_a_place_taken_meanwhile_is_said(app: Flask, session: Session) -> None:
    data = StructureData(name="Avant", family_code="association", siret="21020001000010")
    first = operations.create_structure(session, data=data)
    with app.test_request_context():
        move_to_trash(session, entity="structure", record_id=first.id)
    operations.create_structure(session, data=data)
    with pytest.raises(ValueError, match="numéro"), session.begin_nested():
        restore_from_trash(session, entity="structure", record_id=first.id)


def test_an_empty_trash_says_what_is_true_of_it(officer: PageClient) -> None:
    assert "attend ici 30 jours" in officer.get("/corbeille").text


def test_the_trash_is_searched_filtered_and_exported(officer: PageClient, session: Session) -> None:
    for name in ("Eau pour tous", "Soleil partagé"):
        structure = _structure(session, name)
        officer.submit(f"/corbeille/structure/{structure.id}/ajouter", {"reason": "essai"})
    officer.get("/corbeille")  # shows the messages of the deletions, once
    page = officer.get("/corbeille?q=soleil").text
    assert "Soleil partagé" in page
    assert "Eau pour tous" not in page
    assert "Eau pour tous" in officer.get("/corbeille?fiche=structure").text
    assert "Eau pour tous" not in officer.get("/corbeille?fiche=contact").text
    assert "Soleil partagé" in officer.get("/corbeille/export.csv").text


@pytest.mark.parametrize("entity", ["user", "reference_item", "licorne", "affiliation"])
def test_only_kinds_that_go_to_the_trash_do(officer: PageClient, entity: str) -> None:
    assert officer.get(f"/corbeille/{entity}/1/ajouter").status_code == 404
    assert officer.submit(f"/corbeille/{entity}/1/restaurer", {}).status_code == 404
