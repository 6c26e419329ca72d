"""What goes wrong is said on a page that helps, and nothing typed is lost."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from crm import create_app
from crm import database as database_module
from crm.config import Settings
from crm.contacts.models import Structure
from crm.core.errors import StaleRecordError
from crm.database import WRITING, db
from crm.web.access import Reach, allow
from tests.factories import use_session
from tests.support.client import PageClient
from tests.support.databases import migrated_engine
from tests.support.people import sign_in


@pytest.fixture
def app(own_app: Flask) -> Flask:
    """Return an application to which tests of this file may add a page."""
    return own_app


def test_health(client: FlaskClient) -> None:
    assert client.get("/healthz").json == {"status": "ok"}
    assert client.get("/readyz").json == {"status": "ok"}


def test_an_unknown_page_leads_home(officer: PageClient) -> None:
    response = officer.get("/nulle-part")
    assert response.status_code == 404
    assert 'href="/"' in response.text


def test_a_role_that_is_lacking_is_refused_in_words(officer: PageClient) -> None:
    for path in ("/administration/listes", "/administration/utilisateurs"):
        response = officer.get(path)
        assert response.status_code == 403
        assert 'href="/"' in response.text


def test_a_wrong_method_is_a_page(officer: PageClient) -> None:
    assert officer.get("/structures/adopter").status_code == 405


def test_an_action_without_a_form_says_its_rule(officer: PageClient) -> None:
    response = officer.submit("/structures/adopter", {"value": "commune:99999"})
    assert response.status_code == 422
    assert "Aucune commune" in response.text


def test_a_form_without_its_token_is_offered_again_with_what_was_typed(
    officer: PageClient,
) -> None:
    response = officer.post("/structures/nouvelle", data={"name": "Ce que j’ai écrit"})
    assert response.status_code == 400
    assert "Ce que j’ai écrit" in response.text


def test_a_save_at_the_same_moment_is_offered_again(app: Flask, officer: PageClient) -> None:
    def clash() -> str:
        raise StaleRecordError

    app.add_url_rule("/meme-moment", "clash", allow(Reach.PUBLIC)(clash), methods=["POST"])
    response = officer.submit("/meme-moment", {"name": "Ce que j’ai écrit"})
    assert response.status_code == 409
    assert "au même moment" in response.text
    assert "Ce que j’ai écrit" in response.text


def test_too_much_is_refused_in_words(officer: PageClient) -> None:
    response = officer.submit("/structures/nouvelle", {"name": "x" * (9 * 1024 * 1024)})
    assert response.status_code == 413


def test_an_incident_has_a_number_that_the_log_has_and_no_personal_data(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    def crash() -> str:
        raise RuntimeError("Camille Exemple <camille@reseau.example>")

    app.config["SHOWS_INCIDENTS"] = True
    app.add_url_rule("/incident", "incident", allow(Reach.PUBLIC)(crash))
    response = client.get("/incident")
    assert response.status_code == 500
    records = [record for record in caplog.records if record.getMessage() == "incident"]
    number = records[0].request_id  # type: ignore[attr-defined]
    assert number in response.text
    line = app.logger.handlers[0].format(records[0])
    assert json.loads(line)["exception"] == "RuntimeError"
    assert "camille" not in line.lower()


@pytest.fixture
def busy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PageClient]:
    """Return an officer's browser on a database that another writer holds."""
    monkeypatch.setattr(database_module, "SQLITE_BUSY_TIMEOUT_SECONDS", 0.2)
    url = f"sqlite:///{tmp_path}/busy.sqlite"
    engine = migrated_engine(url)
    app = create_app(
        Settings.read(
            {"CRM_MODE": "test", "DATABASE_URL": url, "CRM_DATA_DIRECTORY": str(tmp_path)}
        )
    )
    app.test_client_class = PageClient
    with Session(engine, expire_on_commit=False) as session:
        session.info[WRITING] = True
        use_session(session)
        client = sign_in(app.test_client(), session, "officer")
        session.commit()
    holder = engine.connect().execution_options(sqlite_begin_mode="IMMEDIATE")
    holder.execute(text("SELECT 1"))
    yield client  # type: ignore[misc]
    holder.close()
    engine.dispose()
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def test_a_locked_database_says_so_keeps_what_was_typed_and_writes_nothing(
    busy: PageClient,
) -> None:
    typed = {"name": "Ce que j’ai écrit", "family_code": "association", "submission_key": "k"}
    response = busy.submit("/structures/nouvelle", typed)
    assert response.status_code in {422, 503}
    assert "Ce que j’ai écrit" in response.text
    with busy.application.app_context():
        assert db.session.scalar(select(func.count()).select_from(Structure)) == 0
