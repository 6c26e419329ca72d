"""One demonstration for every test of this folder; each file rolls back what it wrote."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crm.config import Settings
from crm.database import WRITING
from crm.demo.load import load_demo
from crm.wiring import register_search
from tests.conftest import WORKER
from tests.support.databases import drop_database, migrated_engine, new_database_url
from tests.support.reference import load_reference


@pytest.fixture(scope="session")
def demo_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("demo")
    return Settings.read({"CRM_MODE": "test", "CRM_DATA_DIRECTORY": str(folder)})


@pytest.fixture(scope="session")
def demo_engine(
    backend: str,
    shared_app: Flask,
    demo_settings: Settings,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Engine]:
    """Give the process one database with the demonstration in it."""
    register_search()
    url = new_database_url(
        backend, tmp_path_factory.mktemp(f"demo-{backend}"), f"passerelle_demo_{WORKER}"
    )
    engine = migrated_engine(url)
    load_reference(engine)
    with Session(engine) as session:
        session.info[WRITING] = True
        with shared_app.app_context():
            load_demo(session, demo_settings)
        session.commit()
    yield engine
    engine.dispose()
    drop_database(url)


@pytest.fixture(scope="module")
def demo(demo_engine: Engine) -> Iterator[Session]:
    """Return a session on the demonstration; a test that writes uses a savepoint."""
    with demo_engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            session.info[WRITING] = True
            yield session
        outer.rollback()
