"""The confidential part of a session: read by a few, unknown to everyone else."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.core import clock
from crm.followups.models import AccompanimentSession, SessionPrivateNote
from crm.history.models import Change
from crm.history.trash import KEPT_FOR, move_to_trash, purge_trash
from tests.factories.contacts import StructureFactory
from tests.factories.followups import SessionFactory, reference
from tests.support.client import PageClient
from tests.support.people import sign_in

SECRET = "Le maire ne se représente pas"
NEW = "/seances/nouvelle"


def fields(**changes: Any) -> dict[str, Any]:
    values = {
        "submission_key": "a-key-of-the-form-000000",
        "structures": [str(StructureFactory().id)],
        "held_on": "hier",
        "kind": str(reference("session_kind", "rdv").id),
    }
    return values | changes


@pytest.fixture
def record(officer: PageClient, session: Session) -> AccompanimentSession:
    """Return a session that the officer has written, with its confidential part."""
    officer.submit(NEW, fields(private_notes=SECRET, notes="Pour tout le monde"))
    return session.scalars(select(AccompanimentSession)).one()


def other(app: Flask, session: Session, role: str = "officer") -> PageClient:
    return sign_in(app.test_client(), session, role)


def version_in(page: str) -> str:
    found = re.search(r'name="version" type="hidden" value="(\d+)"', page)
    assert found, page
    return found[1]


def test_its_author_reads_it_everywhere_it_may_be(
    officer: PageClient, record: AccompanimentSession
) -> None:
    for url in (f"/seances/{record.id}", f"/seances/{record.id}/modifier"):
        assert SECRET in officer.get(url).text, url
    assert SECRET in officer.get("/seances/export.csv").data.decode("utf-8-sig")


@pytest.mark.parametrize("role", ["officer", "campaign_manager", "administrator"])
def test_nobody_else_reads_it_anywhere(
    app: Flask, session: Session, record: AccompanimentSession, role: str
) -> None:
    person = other(app, session, role)
    structure_id = session.scalars(select(AccompanimentSession.id)).one()
    assert structure_id == record.id
    told = session.scalars(
        select(Change.change_set_id).where(Change.entity == "session_private_note")
    ).one()
    for url in (
        "/", "/seances", f"/seances/{record.id}", f"/seances/{record.id}/modifier",
        f"{NEW}?modele={record.id}", "/recherche?q=représente", "/recherche/palette?q=représente",
        "/seances?q=représente", "/seances/export.csv", "/seances/export.csv?colonnes=toutes",
        f"/historique/{told}", "/corbeille",
    ):  # fmt: skip
        response = person.get(url)
        assert SECRET not in response.data.decode("utf-8-sig", errors="replace"), url
    assert person.get(f"/historique/{told}").status_code == 404


def test_the_director_reads_it(app: Flask, session: Session, record: AccompanimentSession) -> None:
    assert SECRET in other(app, session, "director").get(f"/seances/{record.id}").text


def test_its_history_is_told_to_its_readers_only(
    app: Flask, officer: PageClient, session: Session, record: AccompanimentSession
) -> None:
    assert "Partie confidentielle : création" in _plain(officer.get(f"/seances/{record.id}").text)
    assert "Partie confidentielle" not in other(app, session).get(f"/seances/{record.id}").text


def test_who_may_not_read_it_changes_the_session_and_not_that(
    app: Flask, session: Session, record: AccompanimentSession
) -> None:
    person = other(app, session)
    edit = f"/seances/{record.id}/modifier"
    page = person.get(edit).text
    assert "private_notes" not in page
    typed = fields(
        notes="Changé", version=version_in(page), private_notes="Effacé ?",
        officers=[str(person.user.id)],
    )  # fmt: skip
    assert person.submit(edit, typed).status_code == 303
    note = session.scalars(select(SessionPrivateNote)).one()
    session.refresh(note)
    assert note.body == SECRET
    # Being on the team now does not open what was written before.
    assert SECRET not in person.get(f"/seances/{record.id}").text


def test_an_officer_named_by_its_author_reads_it(
    app: Flask, officer: PageClient, session: Session, record: AccompanimentSession
) -> None:
    person = other(app, session)
    edit = f"/seances/{record.id}/modifier"
    typed = fields(
        version=version_in(officer.get(edit).text), private_notes=SECRET,
        officers=[str(officer.user.id), str(person.user.id)],
    )  # fmt: skip
    assert officer.submit(edit, typed).status_code == 303
    assert SECRET in person.get(f"/seances/{record.id}").text


def test_two_editors_of_it_see_both_versions(
    officer: PageClient, record: AccompanimentSession
) -> None:
    edit = f"/seances/{record.id}/modifier"
    version = version_in(officer.get(edit).text)
    typed = fields(version=version)
    assert officer.submit(edit, typed | {"private_notes": "Première"}).status_code == 303
    late = officer.submit(edit, typed | {"private_notes": "Seconde"})
    assert late.status_code == 409
    assert "Première" in late.text
    assert "choix-private_notes" in late.text


def test_it_is_emptied_and_the_undo_brings_it_back(
    officer: PageClient, session: Session, record: AccompanimentSession
) -> None:
    edit = f"/seances/{record.id}/modifier"
    typed = fields(version=version_in(officer.get(edit).text), private_notes="")
    assert officer.submit(edit, typed).status_code == 303
    assert 'id="confidentiel"' not in officer.get(f"/seances/{record.id}").text
    last = session.scalars(
        select(Change.change_set_id)
        .where(Change.entity == "session_private_note")
        .order_by(Change.id.desc())
    ).first()
    officer.submit(f"/historique/{last}/annuler", {})
    assert SECRET in officer.get(f"/seances/{record.id}").text


def test_the_undo_of_its_first_save_can_be_undone(
    app: Flask, officer: PageClient, session: Session
) -> None:
    reader, stranger = other(app, session), other(app, session)
    team = [str(officer.user.id), str(reader.user.id)]
    officer.submit(NEW, fields(officers=team))
    record = session.scalars(select(AccompanimentSession)).one()
    edit = f"/seances/{record.id}/modifier"
    typed = fields(version=version_in(officer.get(edit).text), private_notes=SECRET, officers=team)
    assert officer.submit(edit, typed).status_code == 303
    written = last_save(session)
    assert officer.submit(f"/historique/{written}/annuler", {}).status_code == 303
    assert session.scalars(select(SessionPrivateNote)).all() == []
    undone = last_save(session)
    assert SECRET not in stranger.get(f"/historique/{undone}").text
    assert stranger.submit(f"/historique/{undone}/annuler", {}).status_code == 404
    assert reader.submit(f"/historique/{undone}/annuler", {}).status_code == 303
    note = session.scalars(select(SessionPrivateNote)).one()
    assert (note.session_id, note.author_id) == (record.id, officer.user.id)
    for person in (officer, reader):
        assert SECRET in person.get(f"/seances/{record.id}").text
    assert SECRET not in stranger.get(f"/seances/{record.id}").text


def last_save(session: Session) -> int:
    statement = select(Change.change_set_id).where(Change.entity == "session_private_note")
    return session.scalars(statement.order_by(Change.id.desc())).first() or 0


def test_the_same_form_twice_writes_it_once(officer: PageClient, session: Session) -> None:
    typed = fields(private_notes=SECRET)
    first, second = officer.submit(NEW, typed), officer.submit(NEW, typed | {"private_notes": "?"})
    assert first.location == second.location
    assert session.scalars(select(SessionPrivateNote.body)).all() == [SECRET]


def test_a_text_too_long_is_said_beside_it(officer: PageClient, session: Session) -> None:
    page = officer.submit(NEW, fields(private_notes="x" * 20_001))
    assert page.status_code == 422
    assert "C’est trop long" in page.text


def test_erased_for_good_with_its_session(session: Session, record: AccompanimentSession) -> None:
    move_to_trash(session, entity="session", record_id=record.id)
    purge_trash(session, now=clock.now() + KEPT_FOR)
    assert session.scalars(select(SessionPrivateNote)).all() == []
    told = session.scalars(select(Change.fields).where(Change.entity == "session_private_note"))
    assert set(map(str, told)) == {"{}"}


def test_a_session_without_it_shows_no_trace(officer: PageClient, session: Session) -> None:
    record = SessionFactory(structures=[StructureFactory()])
    assert "Partie confidentielle" not in officer.get(f"/seances/{record.id}").text
    assert session.scalars(select(User)).first() is not None


def _plain(page: str) -> str:
    return page.replace("\u00a0", " ").replace("\u202f", " ")
