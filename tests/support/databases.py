"""Test databases: one of each kind per test process, migrated once, rolled back after each test."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import mkdtemp

from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import OperationalError

from crm import schema
from crm.database import engine_options

BACKENDS = ("sqlite", "postgresql")
_models: dict[str, str] = {}  # the migrated database of each kind that others are copies of


def postgresql_url() -> str | None:
    """Return the server that tests may use; None when none is named."""
    return os.environ.get("TEST_DATABASE_URL") or None


def why_no_postgresql() -> str | None:
    """Return why PostgreSQL cannot be tested here; None when it can."""
    url = postgresql_url()
    if url is None:
        return "TEST_DATABASE_URL names no PostgreSQL server"
    engine = create_engine(url, **engine_options(url))
    try:
        with engine.connect():
            return None
    except OperationalError as error:
        return f"PostgreSQL does not answer: {str(error.orig).splitlines()[0]}"
    finally:
        engine.dispose()


def new_database_url(backend: str, folder: Path, name: str) -> str:
    """Return the address of a new, empty database of this kind."""
    if backend == "sqlite":
        return f"sqlite:///{folder / name}.sqlite"
    server = postgresql_url()
    if server is None:
        raise RuntimeError("no PostgreSQL server for tests")
    name = f"{name}_{os.getpid()}"  # two runs on one server leave each other alone
    _create(server, name)
    return make_url(server).set(database=name).render_as_string(hide_password=False)


def _create(server: str, name: str, model: str = "template1") -> None:
    with _autocommit(server) as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{model}"'))
        # A test database need not outlive the machine: no commit waits for the disk.
        connection.execute(text(f'ALTER DATABASE "{name}" SET synchronous_commit = off'))


def drop_database(url: str) -> None:
    """Remove a PostgreSQL database made above; a SQLite file goes with its folder."""
    name = make_url(url).database
    server = postgresql_url()
    if url.startswith("sqlite") or server is None:
        return
    with _autocommit(server) as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))


@contextmanager
def _autocommit(url: str) -> Iterator[Connection]:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        yield connection
    engine.dispose()


def migrated_engine(url: str) -> Engine:
    """Return an engine on the database, at the latest revision.

    A process goes through the migrations once for each kind of database: others are copies.
    """
    backend = make_url(url).get_backend_name()
    if backend not in _models:
        _models[backend] = _model(backend)
    _copy(_models[backend], url)
    return create_engine(url, **engine_options(url))


def _model(backend: str) -> str:
    folder = Path(mkdtemp(prefix="passerelle-")) if backend == "sqlite" else Path()
    url = new_database_url(backend, folder, "passerelle_model")
    engine = create_engine(url, **engine_options(url))
    schema.upgrade(engine)
    engine.dispose()
    return url


def _copy(model: str, url: str) -> None:
    source, target = make_url(model).database, make_url(url).database
    assert source is not None
    assert target is not None
    if url.startswith("sqlite"):
        shutil.copyfile(source, target)
    elif server := postgresql_url():
        _create(server, target, source)


def drop_models() -> None:
    """Remove the databases that the others were copies of."""
    for url in _models.values():
        drop_database(url)
        if url.startswith("sqlite"):
            shutil.rmtree(Path(make_url(url).database or "").parent)
    _models.clear()
