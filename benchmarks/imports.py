"""A file of people and their structures brought in, and undone; beside the same rows by the driver.

Runs in a process of its own, so that its peak memory is its own.
"""

import argparse
import csv
import json
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

from sqlalchemy import create_engine, select
from sqlalchemy.orm import Session

from benchmarks.databases import FOLDER, empty_database, why_not
from benchmarks.generator import SEED, invented_name
from benchmarks.import_raw import taken_rows, write_by_driver
from benchmarks.servers import our_application
from crm import schema
from crm.config import DEFAULT_DEPARTEMENTS
from crm.contacts.models import Affiliation, Contact, Structure
from crm.core.text import fold
from crm.database import WRITING, Base, engine_options, transaction
from crm.history.models import Change, ChangeSubject
from crm.history.recording import COMMAND
from crm.imports.intake import receive
from crm.imports.models import Import
from crm.imports.operations import ask_to_undo, choose_fields, create_import, launch
from crm.imports.types import Settings, State
from crm.imports.working import work_on
from crm.reference.defaults import load_defaults
from crm.search.models import SearchVariant, SearchWord
from crm.territories.models import Commune, CommunePostcode
from crm.territories.operations import load_territories

PEOPLE_A_STRUCTURE = 4
RECORDS: tuple[type[Base], ...] = (Structure, Contact, Affiliation)
BESIDE: tuple[type[Base], ...] = (Change, ChangeSubject, SearchWord, SearchVariant)
_HEADER = ("Structure", "Type", "Code postal", "Commune", "Nom", "Prénom", "Fonction", "Courriel",
           "Téléphone", "Mobile")  # fmt: skip
_ROLES = ("Présidente", "Trésorier", "Secrétaire", "Chargé de projet", "Bénévole")
_WATCH_SECONDS = 0.2


@dataclass(slots=True)
class Bringing:
    """Seconds of each part, megabytes at the peak, and rows kept."""

    database: str
    rows: int
    seconds: dict[str, float] = field(default_factory=dict)
    megabytes: float = 0.0
    kept: dict[str, int] = field(default_factory=dict)

    @property
    def whole(self) -> float:
        """Return the seconds from the file to the last row written."""
        return sum(self.seconds[part] for part in ("look", "trial", "write"))


def measure_import(backend: str, rows: int) -> Bringing:
    """Bring a file of so many rows into an empty network, in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.imports", "--child", backend, str(rows)]
    answer = subprocess.run(  # noqa: S603 - ourselves
        command, check=True, capture_output=True, text=True
    )
    return Bringing(**json.loads(answer.stdout.splitlines()[-1]))


def _measured(backend: str, rows: int) -> Bringing:
    found = Bringing(backend, rows)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (
        tempfile.TemporaryDirectory(dir=FOLDER) as kept,
        empty_database(backend, f"import_{rows}", _prepare) as url,
    ):
        folder = Path(kept)
        app = our_application(url, folder)
        path = folder / "people.csv"
        with app.app_context():
            _write_file(path, rows)
            with _watched_memory() as peak:
                _bring(found, path)
            found.megabytes = round(max(peak), 1)
            with empty_database(backend, f"raw_{rows}", _prepare) as raw_url:
                _write_raw(found, url, raw_url)
            _undo(found)
    return found


def _prepare(url: str) -> None:
    engine = create_engine(url, **engine_options(url))
    schema.upgrade(engine)
    with Session(engine) as session:
        session.info[WRITING] = True
        load_defaults(session)
        load_territories(session, DEFAULT_DEPARTEMENTS)
        session.commit()
    engine.dispose()


def _write_file(path: Path, rows: int) -> None:
    rng = random.Random(SEED)
    with transaction() as session:
        places = session.execute(
            select(CommunePostcode.postcode, Commune.name)
            .join(Commune, Commune.insee_code == CommunePostcode.insee_code)
            .where(~Commune.is_homonym)
            .order_by(Commune.insee_code, CommunePostcode.postcode)
        ).all()
    with path.open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target, delimiter=";")
        writer.writerow(_HEADER)
        structure: Sequence[str] = ()
        for number in range(rows):
            if number % PEOPLE_A_STRUCTURE == 0:
                postcode, commune = rng.choice(places)
                name = f"Association {invented_name(rng)} {invented_name(rng)} {number}"
                structure = (name, "Association", postcode, commune)
            first, last = invented_name(rng), invented_name(rng)
            address = f"{fold(first)}.{fold(last)}{number}@reseau.example"
            phone = f"03 20 {number // 10000 % 100:02} {number // 100 % 100:02} {number % 100:02}"
            mobile = phone.replace("03 20", "06 12")
            writer.writerow([*structure, last.upper(), first, rng.choice(_ROLES), address, phone,
                             mobile])  # fmt: skip


@contextmanager
def _watched_memory() -> Iterator[list[float]]:
    """Give a list that fills with the process's own megabytes, mapped files left out."""
    seen, is_over = [_own_megabytes()], threading.Event()

    def watch() -> None:
        while not is_over.wait(_WATCH_SECONDS):
            seen.append(_own_megabytes())

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield seen
    finally:
        is_over.set()
        watcher.join()


def _own_megabytes() -> float:
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    line = next(line for line in status if line.startswith("RssAnon:"))
    return int(line.split()[1]) / 1024


@contextmanager
def _timed(found: Bringing, part: str) -> Iterator[None]:
    start = time.perf_counter()
    yield
    found.seconds[part] = round(time.perf_counter() - start, 2)


def _bring(found: Bringing, path: Path) -> None:
    with _timed(found, "look"):
        with path.open("rb") as stream:
            sent, look = receive(stream, path.name, "contacts")
        with transaction() as session:
            run = create_import(session, sent=sent, look=look, actor=COMMAND)
    with _timed(found, "trial"):
        with transaction() as session:
            settings = Settings(**run.settings)
            choose_fields(session, import_id=run.id, fields=run.fields, settings=settings)
        work_on(run.id)
    _check(run.id, State.PLANNED)
    with _timed(found, "write"):
        with transaction() as session:
            launch(session, import_id=run.id, good_rows=False)
        work_on(run.id)
    _check(run.id, State.DONE)


def _check(import_id: int, state: State) -> None:
    with transaction() as session:
        run = session.get_one(Import, import_id, populate_existing=True)
        if run.state != state or run.counts.get("rows.refused"):
            raise RuntimeError(f"{run.state} {run.problem} {run.counts}")


def _undo(found: Bringing) -> None:
    with _timed(found, "undo"):
        with transaction() as session:
            run_id = session.scalars(select(Import.id)).one()
            ask_to_undo(session, import_id=run_id)
        work_on(run_id)
    _check(run_id, State.UNDONE)


def _write_raw(found: Bringing, url: str, raw_url: str) -> None:
    """Write the same rows by the driver: the records alone, then what goes with them."""
    change_sets = taken_rows(url, "change_set")
    for part, models in (("raw records", RECORDS), ("raw beside", BESIDE)):
        taken = [(model.__tablename__, taken_rows(url, model.__tablename__)) for model in models]
        found.kept |= {name: rows.count for name, rows in taken}
        if part == "raw beside":
            write_by_driver(raw_url, "change_set", change_sets)
        with _timed(found, part):
            for name, rows in taken:
                write_by_driver(raw_url, name, rows)


def import_lines(found: Sequence[Bringing]) -> list[str]:
    """Return the measures as the rows of a table."""
    lines = [
        (
            "| database | rows | look | trial | write | rows a second | raw records |"
            " raw with history and index | whole ÷ raw | write ÷ raw | peak MB | undo |"
        ),
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
    ]
    for each in found:
        seconds = each.seconds
        raw = seconds["raw records"] + seconds["raw beside"]
        lines.append(
            f"| {each.database} | {each.rows:,} | {seconds['look']:.1f} | {seconds['trial']:.1f} |"
            f" {seconds['write']:.1f} | {each.rows / each.whole:,.0f} |"
            f" {seconds['raw records']:.1f} | {raw:.1f} | {each.whole / raw:.1f} |"
            f" {seconds['write'] / raw:.1f} | {each.megabytes:.0f} | {seconds['undo']:.1f} |"
        )
    return lines


def main() -> int:
    """Measure what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.imports", description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        sys.stdout.write(json.dumps(asdict(_measured(asked.child[0], int(asked.child[1])))) + "\n")
        return 0
    found = []
    for backend in asked.databases:
        if reason := why_not(backend):
            sys.stdout.write(f"{backend} left out: {reason}\n")
            continue
        found += [measure_import(backend, rows) for rows in asked.rows]
    sys.stdout.write("\n".join(import_lines(found)) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
