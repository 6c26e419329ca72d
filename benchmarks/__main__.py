"""`python -m benchmarks`: builds the data once, measures, prints a table and keeps it in docs."""

import argparse
import os
import random
import secrets
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Engine, create_engine, make_url, select, text
from sqlalchemy.exc import OperationalError

from benchmarks.generator import STRUCTURES, build
from benchmarks.questions import ALL_COUNTS, CONTACTS, LIST, RECORD, TIMELINE
from benchmarks.report import write_report
from benchmarks.servers import (
    Browser,
    Client,
    Timing,
    environment,
    hammer,
    memory_megabytes,
    served,
    signed_in_browser,
    timed,
)
from crm.database import engine_options
from crm.reference.models import ReferenceItem

FOLDER = Path(__file__).resolve().parent.parent / "var" / "benchmarks"
DEPARTEMENT, YEAR = "62", 2019
PATHS = {
    "structures of a département": f"/structures?departement={DEPARTEMENT}",
    "contacts by three letters": "/contacts?q=%C3%A9li",
    "a structure with its timeline": "/structures/{id}",
    "counts of a year": f"/bilan/{YEAR}",
}
LOG = "logging a session"


@dataclass
class Measures:
    """What one database of one size gave."""

    database: str
    contacts: int
    ours: dict[str, Timing] = field(default_factory=dict)
    floor: dict[str, Timing] = field(default_factory=dict)
    raw: dict[str, Timing] = field(default_factory=dict)
    memory: dict[str, float] = field(default_factory=dict)
    hammered: tuple[int, int, float] = (0, 0, 0)


def database_url(backend: str, contacts: int) -> str:
    """Return the address of the kept database of this size."""
    if backend == "sqlite":
        return f"sqlite:///{FOLDER / f'bench-{contacts}.sqlite'}"
    server = os.environ.get("TEST_DATABASE_URL", "")
    return make_url(server).set(database=f"passerelle_bench_{contacts}").render_as_string(False)


def prepared(backend: str, contacts: int) -> str:
    """Return the address of a database with this data, building it the first time."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    url = database_url(backend, contacts)
    if backend == "postgresql":
        _create_postgresql(url)
    engine = create_engine(url, **engine_options(url))
    if not _is_built(engine, contacts):
        sys.stdout.write(f"building {contacts} contacts on {backend}…\n")
        build(engine, contacts)
    engine.dispose()
    return url


def _create_postgresql(url: str) -> None:
    server = create_engine(os.environ["TEST_DATABASE_URL"], isolation_level="AUTOCOMMIT")
    name = make_url(url).database
    with server.connect() as connection:
        known = connection.scalar(
            text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": name}
        )
        if not known:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
    server.dispose()


def _is_built(engine: Engine, contacts: int) -> bool:
    try:
        with engine.connect() as connection:
            return connection.scalar(text("SELECT count(*) FROM contact")) == contacts
    except Exception:  # noqa: BLE001 - a database without tables answers with an error of its own
        return False


def measure(backend: str, contacts: int, times: int, seconds: float) -> Measures:
    """Measure every question on one database of one size."""
    url = prepared(backend, contacts)
    found = Measures(backend, contacts)
    browser = signed_in_browser(url, FOLDER)
    fields = log_fields(url)
    for name, target, visitor in (
        ("ours", "wsgi:app", browser),
        ("floor", "benchmarks.floor:app", Browser()),
    ):
        with served(target, environment(url, FOLDER)) as (port, master):
            timings = getattr(found, name)
            client = Client(port, visitor)
            for question, path in PATHS.items():
                timings[question] = timed(_asking(client, path), times)
            timings[LOG] = timed(lambda: _must(client.post("/seances/nouvelle", fields())), times)
            found.memory[name] = memory_megabytes(master)
            if name == "ours":
                logged, failed = hammer(port, visitor, fields, seconds)
                found.hammered = (logged, failed, seconds)
    found.raw = measure_raw(url, times)
    return found


def _asking(client: Client, path: str) -> Callable[[], None]:
    rng = random.Random(1)

    def ask() -> None:
        status, page = client.get(path.format(id=rng.randint(1, STRUCTURES)))
        _must(status)
        if b"<h1" not in page:
            raise RuntimeError(f"{path} gave no page")

    return ask


def _must(status: int) -> None:
    if status not in (200, 303):
        raise RuntimeError(f"status {status}")


def log_fields(url: str) -> Callable[[], dict[str, str]]:
    """Return what makes the fields of a session to log, each with a key of its own."""
    engine = create_engine(url, **engine_options(url))
    with engine.connect() as connection:
        kind = connection.scalar(
            select(ReferenceItem.id).where(ReferenceItem.list_code == "session_kind").limit(1)
        )
    engine.dispose()
    rng = random.Random(2)

    def fields() -> dict[str, str]:
        return {
            "submission_key": secrets.token_urlsafe(24),
            "structures": str(rng.randint(1, STRUCTURES)),
            "held_on": "12/03/2019",
            "kind": str(kind),
            "status": "realisee",
            "notes": "Point sur le dossier.",
        }

    return fields


def measure_raw(url: str, times: int) -> dict[str, Timing]:
    """Ask the same questions in SQL, in this process."""
    engine = create_engine(url, **engine_options(url))
    rng = random.Random(1)
    years = [{"first": f"{y}-01-01", "last": f"{y}-12-31"} for y in (YEAR, YEAR - 1)]
    with engine.connect() as connection:

        def ask(*statements: str, **values: object) -> Callable[[], None]:
            def run() -> None:
                given = values or {"id": rng.randint(1, STRUCTURES)}
                for statement in statements:
                    connection.execute(text(statement), given).all()

            return run

        def count() -> None:
            for statement in ALL_COUNTS:
                for year in years:
                    connection.execute(text(statement), year).all()

        found = {
            "structures of a département": timed(ask(LIST, departement=DEPARTEMENT), times),
            "contacts by three letters": timed(ask(CONTACTS, low="eli", high="eli\uffff"), times),
            "a structure with its timeline": timed(ask(RECORD, TIMELINE), times),
            "counts of a year": timed(count, times),
        }
    engine.dispose()
    return found


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="make bench ARGS=…")
    parser.add_argument("--contacts", type=int, nargs="+", default=[5_000, 100_000])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--times", type=int, default=200, help="requests of each kind")
    parser.add_argument("--seconds", type=float, default=60, help="of eight clients logging")
    parser.add_argument("--quick", action="store_true", help="30 requests, 5 seconds")
    asked = parser.parse_args()
    times, seconds = (30, 5) if asked.quick else (asked.times, asked.seconds)
    found = []
    for backend in asked.databases:
        if backend == "postgresql" and not os.environ.get("TEST_DATABASE_URL"):
            sys.stdout.write("PostgreSQL left out: TEST_DATABASE_URL names no server\n")
            continue
        for contacts in asked.contacts:
            try:
                found.append(measure(backend, contacts, times, seconds))
            except OperationalError as error:
                sys.stdout.write(f"{backend} left out: {error.orig}\n")
    sys.stdout.write(write_report(found, is_kept=not asked.quick))
    return 0


if __name__ == "__main__":
    sys.exit(main())
