"""One demonstration for a whole file of tests, rolled back at its end."""

from collections.abc import Iterator

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crm.config import Settings
from crm.database import WRITING
from crm.demo.load import load_demo
from crm.wiring import register_search


@pytest.fixture(scope="package")
def demo_settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("demo")
    return Settings.read({"CRM_MODE": "test", "CRM_DATA_DIRECTORY": str(folder)})


@pytest.fixture(scope="module")
def demo(prepared_engine: Engine, demo_settings: Settings) -> Iterator[Session]:
    """Return a session on the demonstration; a test that writes uses a savepoint."""
    register_search()
    with prepared_engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            session.info[WRITING] = True
            load_demo(session, demo_settings)
            yield session
        outer.rollback()
