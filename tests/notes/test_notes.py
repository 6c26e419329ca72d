"""Notes: everyone's, but a confidential one."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.history.models import ChangeSet
from crm.notes.models import Note
from tests.factories.contacts import StructureFactory
from tests.support.client import PageClient
from tests.support.people import sign_in

SECRET = "le canari chante à minuit"


@pytest.fixture
def colleague(app: Flask, session: Session) -> PageClient:
    """Return the browser of another officer."""
    app.test_client_class = PageClient
    return sign_in(app.test_client(), session, "officer")  # type: ignore[return-value]


def _write(browser: PageClient, structure_id: int, **fields: object) -> int:
    sent = {"body": SECRET, **fields}
    return browser.submit(f"/notes/structure/{structure_id}/nouvelle", sent).status_code


def test_a_note_is_told_on_the_record(officer: PageClient, session: Session) -> None:
    structure = StructureFactory()
    assert _write(officer, structure.id) == 303
    assert SECRET in officer.get(f"/structures/{structure.id}").text
    assert SECRET in officer.get(f"/structures/{structure.id}?fil=notes").text
    assert (
        SECRET
        not in officer.get(f"/structures/{structure.id}?fil=seances")
        .text.partition('id="historique"')[0]
        .partition('id="fil"')[2]
    )


def test_a_confidential_note_is_for_a_few_eyes(
    officer: PageClient, colleague: PageClient, session: Session
) -> None:
    structure = StructureFactory()
    assert _write(officer, structure.id, is_confidential="y") == 303
    note_id = session.scalars(select(Note.id)).one()
    page = f"/structures/{structure.id}"
    saved = session.scalars(select(ChangeSet.id).order_by(ChangeSet.id.desc())).first()
    assert SECRET in officer.get(page).text
    for address in (page, f"{page}?fil=tout", f"{page}?fil=modifications", "/", "/corbeille"):
        assert SECRET not in colleague.get(address).text
    assert colleague.get(f"/notes/{note_id}/modifier").status_code == 404
    assert colleague.submit(f"/notes/{note_id}/modifier", {"body": "x"}).status_code == 404
    assert colleague.get(f"/historique/{saved}").status_code == 404
    assert colleague.submit(f"/historique/{saved}/annuler", {}).status_code == 404
    assert colleague.submit(f"/corbeille/note/{note_id}/ajouter", {}).status_code == 404


def test_those_named_and_the_director_read_it(
    app: Flask, officer: PageClient, colleague: PageClient, session: Session
) -> None:
    structure = StructureFactory()
    named = str(colleague.user.id)  # type: ignore[attr-defined]
    assert _write(officer, structure.id, is_confidential="y", readers=named) == 303
    assert SECRET in colleague.get(f"/structures/{structure.id}").text
    boss = sign_in(app.test_client(), session, "director")
    assert SECRET in boss.get(f"/structures/{structure.id}").text
    other = sign_in(app.test_client(), session, "administrator")
    assert SECRET not in other.get(f"/structures/{structure.id}").text


def test_what_becomes_confidential_leaves_the_record_s_history(
    officer: PageClient, colleague: PageClient, session: Session
) -> None:
    structure = StructureFactory()
    _write(officer, structure.id)
    page = f"/structures/{structure.id}"
    assert SECRET in colleague.get(page).text
    note_id = session.scalars(select(Note.id)).one()
    sent = {"body": SECRET, "is_confidential": "y", "version": "1"}
    assert officer.submit(f"/notes/{note_id}/modifier", sent).status_code == 303
    assert SECRET not in colleague.get(f"{page}?fil=tout").text


def test_what_was_confidential_keeps_its_past_to_a_few(
    app: Flask, officer: PageClient, colleague: PageClient, session: Session
) -> None:
    structure = StructureFactory()
    _write(officer, structure.id, is_confidential="y")
    note_id = session.scalars(select(Note.id)).one()
    saved = session.scalars(select(ChangeSet.id).order_by(ChangeSet.id.desc())).first()
    sent = {"body": "Rien de secret", "version": "1"}
    assert officer.submit(f"/notes/{note_id}/modifier", sent).status_code == 303
    page = f"/structures/{structure.id}?fil=tout"
    assert "Rien de secret" in colleague.get(page).text
    assert SECRET not in colleague.get(page).text
    assert colleague.get(f"/historique/{saved}").status_code == 404
    boss = sign_in(app.test_client(), session, "director")
    assert boss.get(f"/historique/{saved}").status_code == 200


def test_a_colleague_does_not_choose_who_reads(
    officer: PageClient, colleague: PageClient, session: Session
) -> None:
    structure = StructureFactory()
    _write(officer, structure.id)
    note_id = session.scalars(select(Note.id)).one()
    sent = {"body": "Complété", "is_confidential": "y", "version": "1"}
    assert colleague.submit(f"/notes/{note_id}/modifier", sent).status_code == 303
    session.expire_all()
    note = session.get_one(Note, note_id)
    assert (note.body, note.is_confidential) == ("Complété", False)


def test_a_confidential_note_in_the_trash_is_not_listed(
    officer: PageClient, colleague: PageClient, session: Session
) -> None:
    _write(officer, StructureFactory().id, is_confidential="y")
    note_id = session.scalars(select(Note.id)).one()
    sent = {"reason": "Un motif de canari"}
    assert officer.submit(f"/corbeille/note/{note_id}/ajouter", sent).status_code == 303
    officer.get("/corbeille")  # shows the message of the deletion, once
    assert "Un motif de canari" in officer.get("/corbeille").text
    assert "Un motif de canari" not in colleague.get("/corbeille").text


def test_the_second_editor_sees_both_versions(officer: PageClient, session: Session) -> None:
    _write(officer, StructureFactory().id)
    url = f"/notes/{session.scalars(select(Note.id)).one()}/modifier"
    officer.submit(url, {"body": "La leur", "version": "1"})
    answer = officer.submit(url, {"body": "La mienne", "version": "1"})
    assert answer.status_code == 409
    assert "La leur" in answer.text
    assert "La mienne" in answer.text


@pytest.mark.parametrize("body", ["", "   ", "x" * 20_001])
def test_a_note_that_is_none_is_refused(officer: PageClient, body: str) -> None:
    structure = StructureFactory()
    answer = officer.submit(f"/notes/structure/{structure.id}/nouvelle", {"body": body})
    assert answer.status_code == 422


@pytest.mark.parametrize("address", ["structure/999999", "user/1", "note/1", "licorne/1"])
def test_only_a_record_that_is_there_is_noted(officer: PageClient, address: str) -> None:
    assert officer.get(f"/notes/{address}/nouvelle").status_code == 404


def test_a_note_in_the_trash_comes_back(officer: PageClient, session: Session) -> None:
    structure = StructureFactory()
    _write(officer, structure.id)
    note_id = session.scalars(select(Note.id)).one()
    assert officer.submit(f"/corbeille/note/{note_id}/ajouter", {}).status_code == 303
    fil = officer.get(f"/structures/{structure.id}").text.partition('id="historique"')[0]
    assert SECRET not in fil.partition('id="fil"')[2]
    assert officer.submit(f"/corbeille/note/{note_id}/restaurer", {}).status_code == 303
    assert SECRET in officer.get(f"/structures/{structure.id}").text
