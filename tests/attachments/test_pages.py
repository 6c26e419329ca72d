"""Files joined to sessions and projects: sent, taken away, brought back, cleaned up."""

import io
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from crm.attachments.jobs import ERASE_ORPHANS
from crm.attachments.models import Attachment
from crm.attachments.storage import keep_file
from crm.config import Settings
from crm.core import clock
from crm.core.errors import RuleError
from crm.followups.models import AccompanimentSession
from crm.history.trash import KEPT_FOR, move_to_trash, purge_trash
from crm.jobs.results import in_words
from tests.factories.contacts import StructureFactory
from tests.factories.followups import SessionFactory
from tests.factories.projects import ProjectFactory
from tests.support.client import PageClient

PDF = b"%PDF-1.7\nun compte rendu"
KEY = "a-key-of-the-form-000000"


@pytest.fixture
def record(officer: PageClient, session: Session) -> AccompanimentSession:
    """Return a session to join files to."""
    return SessionFactory(structures=[StructureFactory(name="Ville de Lens")])


def send(client: PageClient, url: str, *files: tuple[bytes, str], **changes: Any) -> TestResponse:
    data: dict[str, Any] = {"csrf_token": client.csrf_token(), "submission_key": KEY} | changes
    data["files"] = [(io.BytesIO(content), name) for content, name in files]
    return client.post(url, data=data, content_type="multipart/form-data")


def join_url(record: AccompanimentSession) -> str:
    return f"/pieces-jointes/session/{record.id}/ajouter"


def stored(settings: Settings) -> set[Path]:
    return {p for p in (settings.data_directory / "attachments").rglob("*") if p.is_file()}


def test_a_file_is_joined_shown_and_sent_as_a_sealed_download(
    officer: PageClient, session: Session, record: AccompanimentSession, settings: Settings
) -> None:
    response = send(officer, join_url(record), (PDF, "Compte rendu.pdf"))
    assert response.location == f"/seances/{record.id}#pieces"
    found = session.scalars(select(Attachment)).one()
    page = officer.get(f"/seances/{record.id}").text
    assert f'href="/pieces-jointes/{found.id}"' in page
    assert f'href="/seances/{record.id}"' in officer.get("/seances?pieces=avec").text
    officer.submit(f"/pieces-jointes/{found.id}/retirer", {})
    assert f'href="/seances/{record.id}"' not in officer.get("/seances?pieces=avec").text
    officer.submit(f"/pieces-jointes/{found.id}/remettre", {})
    assert "Compte rendu.pdf" in page
    sent = officer.get(f"/pieces-jointes/{found.id}")
    assert sent.data == PDF
    assert sent.headers["Content-Disposition"].startswith("attachment; filename")
    assert sent.headers["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in sent.headers["Content-Security-Policy"]
    assert sent.headers["Cache-Control"] == "no-store"
    (path,) = stored(settings)
    assert "Compte" not in path.name
    assert path.stat().st_mode & 0o077 in (0o044, 0)
    assert path.parent.stat().st_mode & 0o077 == 0


def test_several_go_together_and_one_refused_leaves_nothing(
    officer: PageClient, session: Session, record: AccompanimentSession, settings: Settings
) -> None:
    both = send(officer, join_url(record), (PDF, "a.pdf"), (b"GIF89a..", "b.gif"))
    assert both.status_code == 303
    refused = send(
        officer, join_url(record), (PDF, "c.pdf"), (b"MZ\x90\x00", "d.pdf"), submission_key="b" * 24
    )
    assert refused.status_code == 422
    assert "d.pdf" in refused.text
    assert session.scalars(select(Attachment.name).order_by(Attachment.id)).all() == [
        "a.pdf", "b.gif",
    ]  # fmt: skip
    assert len(stored(settings)) == 2


def test_the_same_form_twice_joins_once(
    officer: PageClient, session: Session, record: AccompanimentSession, settings: Settings
) -> None:
    for _ in range(2):
        assert send(officer, join_url(record), (PDF, "a.pdf")).status_code == 303
    assert len(session.scalars(select(Attachment)).all()) == len(stored(settings)) == 1


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ([], "Choisissez un fichier."),
        ([(b"", "vide.pdf")], "est vide"),
        ([(PDF, f"{number}.pdf") for number in range(11)], "10 fichiers au plus"),
    ],
)
def test_what_cannot_be_joined_is_said(
    officer: PageClient,
    record: AccompanimentSession,
    files: list[tuple[bytes, str]],
    sentence: str,
) -> None:
    page = send(officer, join_url(record), *files)
    assert page.status_code == 422
    assert sentence in page.text


def test_a_file_too_large_is_said_in_megabytes(
    app: Flask, officer: PageClient, record: AccompanimentSession, settings: Settings
) -> None:
    app.config["SETTINGS"] = replace(settings, largest_attachment_megabytes=0)
    page = send(officer, join_url(record), (PDF, "lourd.pdf"))
    assert page.status_code == 422
    assert "0 Mo au plus" in page.text.replace("\u00a0", " ")
    assert stored(settings) == set()


class BrokenStream(io.BytesIO):
    """A connection that is cut half-way."""

    def read(self, size: int | None = -1) -> bytes:
        """Give a piece once, then fail."""
        if self.tell():
            raise OSError("connection reset")
        return super().read(4)


def test_a_broken_upload_leaves_nothing_half_written(app: Flask, settings: Settings) -> None:
    with app.app_context(), pytest.raises(RuleError):
        keep_file(BrokenStream(PDF), "a.pdf")
    assert stored(settings) == set()


@pytest.mark.parametrize(
    "url",
    [
        "/pieces-jointes/session/999999/ajouter",
        "/pieces-jointes/structure/1/ajouter",
        "/pieces-jointes/note/1/ajouter",
        "/pieces-jointes/zzz/1/ajouter",
        "/pieces-jointes/999999",
    ],
)
def test_what_takes_no_file_is_not_there(officer: PageClient, url: str) -> None:
    StructureFactory()
    assert officer.get(url).status_code == 404


def test_a_visitor_who_has_not_signed_in_gets_nothing(
    app: Flask, officer: PageClient, session: Session, record: AccompanimentSession
) -> None:
    send(officer, join_url(record), (PDF, "a.pdf"))
    found = session.scalars(select(Attachment)).one()
    assert app.test_client().get(f"/pieces-jointes/{found.id}").status_code in (302, 303, 401)


def test_it_goes_to_the_trash_and_the_toast_brings_it_back(
    officer: PageClient, session: Session, record: AccompanimentSession, settings: Settings
) -> None:
    send(officer, join_url(record), (PDF, "a.pdf"))
    found = session.scalars(select(Attachment)).one()
    officer.submit(f"/pieces-jointes/{found.id}/retirer", {})
    page = officer.get(f"/seances/{record.id}").text
    assert f'href="/pieces-jointes/{found.id}"' not in page
    assert f"/pieces-jointes/{found.id}/remettre" in page
    assert officer.get(f"/pieces-jointes/{found.id}").status_code == 404
    assert "a.pdf" in officer.get("/corbeille").text
    officer.submit(f"/pieces-jointes/{found.id}/remettre", {})
    assert officer.get(f"/pieces-jointes/{found.id}").data == PDF
    assert len(stored(settings)) == 1


def test_the_files_of_a_session_in_the_trash_wait_for_it(
    officer: PageClient, session: Session, record: AccompanimentSession
) -> None:
    send(officer, join_url(record), (PDF, "a.pdf"))
    found = session.scalars(select(Attachment)).one()
    officer.submit(f"/pieces-jointes/{found.id}/retirer", {})
    officer.submit(f"/seances/{record.id}/supprimer", {})
    assert officer.submit(f"/pieces-jointes/{found.id}/remettre", {}).status_code == 404
    assert officer.get(join_url(record)).status_code == 404


def age_files(settings: Settings) -> None:
    """Make every kept file two days old."""
    moment = (clock.now() - timedelta(days=2)).timestamp()
    for path in stored(settings):
        os.utime(path, (moment, moment))


def test_orphans_are_erased_and_nothing_else(
    app: Flask,
    officer: PageClient,
    session: Session,
    record: AccompanimentSession,
    settings: Settings,
) -> None:
    send(officer, join_url(record), (PDF, "a.pdf"))
    (kept,) = stored(settings)
    folder = settings.data_directory / "attachments"
    half = folder / "incoming" / "half"
    half.write_bytes(b"half")
    lost = folder / "ab" / "abandoned"
    lost.parent.mkdir(exist_ok=True)
    lost.write_bytes(b"lost")
    with app.app_context():
        assert in_words(ERASE_ORPHANS.work(session, clock.now())) == "Effacées\xa0: 0"
        age_files(settings)
        assert in_words(ERASE_ORPHANS.work(session, clock.now())) == "Effacées\xa0: 2"
    assert stored(settings) == {kept}


def test_files_go_for_good_with_their_session(
    app: Flask,
    officer: PageClient,
    session: Session,
    record: AccompanimentSession,
    settings: Settings,
) -> None:
    send(officer, join_url(record), (PDF, "a.pdf"))
    move_to_trash(session, entity="session", record_id=record.id)
    purge_trash(session, now=clock.now() + KEPT_FOR)
    assert session.scalars(select(Attachment)).all() == []
    age_files(settings)
    with app.app_context():
        ERASE_ORPHANS.work(session, clock.now())
    assert stored(settings) == set()


def test_a_project_takes_files_too(officer: PageClient, session: Session) -> None:
    project = ProjectFactory()
    url = f"/pieces-jointes/project/{project.id}/ajouter"
    assert officer.get(url).status_code == 200
    assert send(officer, url, (b"GIF89a..", "plan.gif")).location == f"/projets/{project.id}#pieces"
    page = officer.get(f"/projets/{project.id}").text
    assert "plan.gif" in page
    assert "Pièce jointe" in page
