"""Fixtures for every test: a database of each kind, an application, people signed in."""

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import time_machine
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
    drop_models,
    migrated_engine,
    new_database_url,
    why_no_postgresql,
)
from tests.support.days import NOON
from tests.support.people import sign_in
from tests.support.reference import load_reference
from tests.support.templates import KeptBytecode

# Tests make much that lives long: looking through all of it as often as a server took a tenth.
gc.set_threshold(100_000, 50, 100)
_TEMPLATES = KeptBytecode()
WORKER = os.environ.get("PYTEST_XDISTWORKER", "main")


def pytest_sessionfinish() -> None:
    """Leave no database behind."""
    drop_models()


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
    url = new_database_url(backend, folder, f"passerelle_{WORKER}")
    engine = migrated_engine(url)
    load_reference(engine)
    yield engine
    engine.dispose()
    drop_database(url)


@pytest.fixture
def today_stays() -> Iterator[None]:
    """Keep a test on the day that its module calls TODAY, in a run that crosses midnight too."""
    with time_machine.travel(NOON):
        yield


@pytest.fixture
def settings(prepared_engine: Engine, tmp_path: Path) -> Settings:
    """Return test settings on the prepared database."""
    return _settings(prepared_engine, tmp_path)


def _settings(engine: Engine, folder: Path) -> Settings:
    return Settings.read(
        {
            "CRM_MODE": "test",
            "DATABASE_URL": engine.url.render_as_string(hide_password=False),
            "CRM_DATA_DIRECTORY": str(folder),
            "CRM_HOST_NAMES": "localhost,127.0.0.1",
        }
    )


@pytest.fixture(scope="session")
def shared_app(prepared_engine: Engine, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """Give the process one application: making one takes longer than most tests."""
    folder = tmp_path_factory.mktemp("shared")
    application = create_app(_settings(prepared_engine, folder))
    application.test_client_class = PageClient
    return application


@pytest.fixture
def app(shared_app: Flask, settings: Settings, prepared_engine: Engine) -> Iterator[Flask]:
    """Return the application as it was made, each of whose writes is rolled back afterwards."""
    config, extensions = dict(shared_app.config), dict(shared_app.extensions)
    shared_app.config["SETTINGS"] = settings
    with _rolled_back(shared_app, prepared_engine):
        yield shared_app
    shared_app.config.clear()
    shared_app.config.update(config)
    shared_app.extensions.clear()
    shared_app.extensions.update(extensions)


@pytest.fixture
def own_app(settings: Settings, prepared_engine: Engine) -> Iterator[Flask]:
    """Return an application of the test's own, for one that adds pages to it."""
    application = create_app(settings)
    application.jinja_env.bytecode_cache = _TEMPLATES
    application.test_client_class = PageClient
    with _rolled_back(application, prepared_engine):
        yield application


@contextmanager
def _rolled_back(application: Flask, engine: Engine) -> Iterator[None]:
    """Let an application read and write through one connection that forgets all at the end."""
    with application.app_context():
        its_own = db.engines[None]
        its_own.dispose()
    with engine.connect() as connection:
        outer = connection.begin()
        with application.app_context():
            db.engines[None] = connection  # type: ignore[assignment]
        try:
            yield
        finally:
            with application.app_context():
                db.session.remove()
                db.engines[None] = its_own
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
