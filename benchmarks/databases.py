"""The databases that are measured: built once for each size and kept, copied for each run."""

import fcntl
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, make_url, text

from benchmarks.generator import build
from crm.database import engine_options

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "var" / "benchmarks"


@contextmanager
def copied_database(backend: str, contacts: int) -> Iterator[str]:
    """Give the address of a copy that the run may write into; it is removed afterwards."""
    name = f"passerelle_bench_{contacts}"
    copy = f"{name}_{os.getpid()}"
    with _alone():
        _build_once(backend, name, contacts)
        _remove(backend, copy)
        if backend == "sqlite":
            shutil.copyfile(_file(name), _file(copy))
        else:
            _administer(f'CREATE DATABASE "{copy}" TEMPLATE "{name}"')
    try:
        yield _url(backend, copy)
    finally:
        _remove(backend, copy)


@contextmanager
def empty_database(backend: str, name: str, prepare: Callable[[str], None]) -> Iterator[str]:
    """Give the address of a new database, prepared; it is removed afterwards."""
    copy = f"passerelle_bench_{name}_{os.getpid()}"
    FOLDER.mkdir(parents=True, exist_ok=True)
    _remove(backend, copy)
    if backend != "sqlite":
        _administer(f'CREATE DATABASE "{copy}"')
    try:
        prepare(_url(backend, copy))
        yield _url(backend, copy)
    finally:
        _remove(backend, copy)


def why_not(backend: str) -> str | None:
    """Return why this kind of database cannot be measured here; None when it can."""
    if backend == "postgresql" and not os.environ.get("TEST_DATABASE_URL"):
        return "TEST_DATABASE_URL names no server"
    return None


@contextmanager
def _alone() -> Iterator[None]:
    """Wait while another run builds or copies."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / "lock").open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _remove(backend: str, name: str) -> None:
    if backend == "sqlite":
        for suffix in ("", "-wal", "-shm"):
            _file(name, suffix).unlink(missing_ok=True)
    else:
        _administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _build_once(backend: str, name: str, contacts: int) -> None:
    stamp, recipe = FOLDER / f"{backend}-{contacts}.recipe", _recipe()
    if stamp.is_file() and stamp.read_text(encoding="ascii") == recipe and _exists(backend, name):
        return
    sys.stdout.write(f"Building {contacts} contacts on {backend}")
    sys.stdout.flush()
    started = time.monotonic()
    stamp.unlink(missing_ok=True)
    _remove(backend, name)
    if backend == "postgresql":
        _administer(f'CREATE DATABASE "{name}"')
    url = _url(backend, name)
    engine = create_engine(url, **engine_options(url))
    build(engine, contacts)
    engine.dispose()
    stamp.write_text(recipe, encoding="ascii")
    sys.stdout.write(f": {time.monotonic() - started:.0f} s\n")


def _recipe() -> str:
    """Return a hash of what decides the contents: another one means building again."""
    total = hashlib.sha256()
    recipes = ("benchmarks/generator.py", "crm/*/index*.py", "crm/search/rules.py",
               "crm/core/text.py", "migrations/versions/*.py")  # fmt: skip
    for path in sorted(path for recipe in recipes for path in ROOT.glob(recipe)):
        total.update(path.read_bytes())
    return total.hexdigest()


def _exists(backend: str, name: str) -> bool:
    if backend == "sqlite":
        return _file(name).is_file()
    engine = create_engine(os.environ["TEST_DATABASE_URL"])
    with engine.connect() as connection:
        found = connection.scalar(
            text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}
        )
    engine.dispose()
    return found is not None


def _file(name: str, suffix: str = "") -> Path:
    return FOLDER / f"{name}.sqlite{suffix}"


def _url(backend: str, name: str) -> str:
    if backend == "sqlite":
        return f"sqlite:///{_file(name)}"
    server = make_url(os.environ["TEST_DATABASE_URL"])
    return server.set(database=name).render_as_string(hide_password=False)


def _administer(statement: str) -> None:
    server = create_engine(os.environ["TEST_DATABASE_URL"], isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(statement))
    server.dispose()
