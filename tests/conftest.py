"""Fixtures for every test: a database of each kind, an application, people signed in."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from crm import create_app
from crm.config import Settings
from crm.database import WRITING, db
from tests.factories import use_session
from tests.support.client import PageClient
from tests.support.databases import (
    BACKENDS,
    drop_database,
    migrated_engine,
    new_database_url,
    why_no_postgresql,
)
from tests.support.people import sign_in
from tests.support.reference import load_reference
from tests.support.templates import KeptBytecode

_TEMPLATES = KeptBytecode()
_WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")


@pytest.fixture(scope="session", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> str:
    """Run each test that touches data once on each kind of database."""
    if request.param == "postgresql" and (reason := why_no_postgresql()):
        if os.environ.get("CRM_REQUIRE_POSTGRESQL"):
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return str(request.param)


@pytest.fixture(scope="session")
def prepared_engine(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Give the process one migrated database with the reference lists and the geography."""
    folder = tmp_path_factory.mktemp(f"database-{backend}")
    url = new_database_url(backend, folder, f"passerelle_{_WORKER}")
    engine = migrated_engine(url)
    load_reference(engine)
    yield engine
    engine.dispose()
    drop_database(url)


@pytest.fixture
def settings(prepared_engine: Engine, tmp_path: Path) -> Settings:
    """Return test settings on the prepared database."""
    return Settings.read(
        {
            "CRM_MODE": "test",
            "DATABASE_URL": prepared_engine.url.render_as_string(hide_password=False),
            "CRM_DATA_DIRECTORY": str(tmp_path),
            "CRM_HOST_NAMES": "localhost,127.0.0.1",
        }
    )


@pytest.fixture
def app(settings: Settings, prepared_engine: Engine) -> Iterator[Flask]:
    """Return an application whose every write is rolled back when the test ends."""
    application = create_app(settings)
    application.jinja_env.bytecode_cache = _TEMPLATES
    with prepared_engine.connect() as connection:
        outer = connection.begin()
        with application.app_context():
            db.engines[None].dispose()
            db.engines[None] = connection  # type: ignore[assignment]
        yield application
        with application.app_context():
            db.session.remove()
        outer.rollback()


@pytest.fixture
def connection(app: Flask) -> Connection:
    """Return the connection that the test's application uses."""
    with app.app_context():
        return db.engines[None]  # type: ignore[return-value]


@pytest.fixture
def session(connection: Connection) -> Iterator[Session]:
    """Return a session that may write, for arranging data; what it flushes, requests see.

    It is not the requests' own: no application context stays open between two requests.
    """
    with Session(
        connection, join_transaction_mode="create_savepoint", expire_on_commit=False
    ) as opened:
        opened.info[WRITING] = True
        use_session(opened)
        yield opened


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Return a browser that has not signed in; each page it gets is parsed strictly."""
    app.test_client_class = PageClient
    return app.test_client()


@pytest.fixture
def officer(client: FlaskClient, session: Session) -> FlaskClient:
    """Return a browser in which an officer has signed in."""
    return sign_in(client, session, "officer")


@pytest.fixture
def campaign_manager(client: FlaskClient, session: Session) -> FlaskClient:
    """Return a browser in which a campaign manager has signed in."""
    return sign_in(client, session, "campaign_manager")


@pytest.fixture
def director(client: FlaskClient, session: Session) -> FlaskClient:
    """Return a browser in which a director has signed in."""
    return sign_in(client, session, "director")


@pytest.fixture
def administrator(client: FlaskClient, session: Session) -> FlaskClient:
    """Return a browser in which an administrator has signed in."""
    return sign_in(client, session, "administrator")
