"""`python -m benchmarks.reports`: the full report of a year, its files, closing a year.

A quarter of a million sessions over ten years, among a hundred thousand people.

The report is set beside the sum of its raw SQL: the statements that it sends, taken down while it
is counted, then sent again by the driver alone and read to their end.
"""

import argparse
import sqlite3
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import Engine, Table, event, func, make_url, select, text
from sqlalchemy.orm import Session

from benchmarks.databases import FOLDER, copied_database, why_not
from benchmarks.servers import our_application
from crm.database import db, transaction
from crm.followups.models import (
    AccompanimentSession,
    SessionStructure,
    session_country,
    session_officer,
    session_theme,
)
from crm.yearly.behind import figure_rows
from crm.yearly.closed_years import drift_of
from crm.yearly.defaults import load_default_report
from crm.yearly.keeping import content_of
from crm.yearly.making import make_file
from crm.yearly.models import ReportDefinition
from crm.yearly.operations import close_year
from crm.yearly.presentation import YearReport, live_report, year_report
from crm.yearly.queries import definition_for_page, first_definition

YEAR = 2019
_FILES = ("docx", "pdf", "xlsx", "csv", "zip")
_COUNTED, _RAW = "report, counted", "its raw SQL"
_CLOSED, _DRIFT = "closing the year", "drift of a closed year"
_COPIES = 4
_OF_SESSIONS: tuple[Table, ...] = (
    SessionStructure.__table__,  # type: ignore[assignment]
    session_officer,
    session_theme,
    session_country,
)
Sent = list[tuple[str, Any]]


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds of each thing done, the median of several times."""

    backend: str
    contacts: int
    statements: int
    seconds: dict[str, float]


def main() -> int:
    """Measure on the databases asked for and print a table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.reports", description=__doc__)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    parser.add_argument("--contacts", type=int, default=100_000)
    parser.add_argument("--times", type=int, default=5)
    asked = parser.parse_args()
    found = []
    for backend in asked.databases:
        if reason := why_not(backend):
            sys.stdout.write(f"{backend} left out: {reason}\n")
            continue
        found.append(_measured(backend, asked.contacts, asked.times))
    sys.stdout.write(_table(found))
    return 0


def _measured(backend: str, contacts: int, times: int) -> Timings:
    with copied_database(backend, contacts) as url, our_application(url, FOLDER).app_context():
        with transaction() as session:
            load_default_report(session)
            _fill_sessions(session)
        found = _timings(url, Timings(backend, contacts, 0, {}), times)
        db.session.remove()
        db.engine.dispose()
        return found


def _fill_sessions(session: Session) -> None:
    """Make the fifty thousand sessions of five years a quarter of a million, over ten."""
    columns = [each.name for each in AccompanimentSession.__table__.columns]
    last = session.execute(select(func.max(AccompanimentSession.id))).scalar_one()
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    earlier = "date(held_on, '-5 years')" if is_sqlite else "held_on - interval '5 years'"
    for copy in range(1, _COPIES + 1):
        written = {
            "id": f"id + {copy * last}",
            "submission_key": f"'{copy}-' || id",
            "held_on": earlier if copy > 1 else "held_on",
        }
        _insert_again(session, "accompaniment_session", columns, written, f"id <= {last}")
        for table in _OF_SESSIONS:
            again = {"session_id": f"session_id + {copy * last}"}
            names = [each.name for each in table.columns]
            _insert_again(session, table.name, names, again, f"session_id <= {last}")
    session.execute(text("ANALYZE"))


def _insert_again(
    session: Session, table: str, columns: list[str], written: dict[str, str], among: str
) -> None:
    named, asked = ", ".join(columns), ", ".join(written.get(each, each) for each in columns)
    statement = f"INSERT INTO {table} ({named}) SELECT {asked} FROM {table} WHERE {among}"  # noqa: S608 - our own names
    session.execute(text(statement))


def _timings(url: str, found: Timings, times: int) -> Timings:
    session = db.session()
    definition = _definition(session)
    with _taken_down(db.engine) as sent:
        report = live_report(session, definition, YEAR)
    seconds = {
        _COUNTED: _median(lambda: live_report(session, definition, YEAR), times),
        _RAW: _raw(url, sent, times),
    }
    opened = YearReport(definition, report, None)
    for extension in _FILES:
        seconds[extension] = _median(
            lambda extension=extension: make_file(session, opened, extension),  # type: ignore[misc]
            times,
        )
    start = time.perf_counter()
    content = content_of(report, figure_rows(session, report), [])
    with transaction() as writing:
        close_year(
            writing,
            definition_id=definition.id,
            year=YEAR,
            content=content,
            open_sessions=0,
            author_id=None,
        )
    seconds[_CLOSED] = time.perf_counter() - start
    closed = year_report(db.session(), definition.id, YEAR)
    seconds[_DRIFT] = _median(lambda: drift_of(db.session(), closed), times)
    return Timings(found.backend, found.contacts, len(sent), seconds)


def _definition(session: Session) -> ReportDefinition:
    first = first_definition(session)
    if first is None:
        raise RuntimeError("there is no report")
    return definition_for_page(session, first.id)


@contextmanager
def _taken_down(engine: Engine) -> Iterator[Sent]:
    """Take down each statement with its values, as the driver gets them."""
    sent: Sent = []

    def take(_connection: Any, _cursor: Any, statement: str, values: Any, *_: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            sent.append((statement, values))

    event.listen(engine, "before_cursor_execute", take)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", take)


def _raw(url: str, sent: Sent, times: int) -> float:
    parsed = make_url(url)
    if parsed.drivername.startswith("sqlite"):
        connection: Any = sqlite3.connect(parsed.database or "")
    else:
        plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = psycopg.connect(plain, autocommit=True)
    try:

        def ask() -> None:
            for statement, values in sent:
                connection.execute(statement, values).fetchall()

        return _median(ask, times)
    finally:
        connection.close()


def _median(action: Callable[[], object], times: int) -> float:
    measured = []
    for _time in range(times):
        start = time.perf_counter()
        action()
        measured.append(time.perf_counter() - start)
    return statistics.median(measured)


def _table(found: Sequence[Timings]) -> str:
    lines = ["", "| database | contacts | what | seconds |", "| --- | ---: | --- | ---: |"]
    for each in found:
        for name, seconds in each.seconds.items():
            lines.append(f"| {each.backend} | {each.contacts} | {name} | {seconds:.3f} |")
        ratio = each.seconds[_COUNTED] / max(each.seconds[_RAW], 0.0001)
        lines.append(
            f"| {each.backend} | {each.contacts} | {each.statements} statements, beside raw | "
            f"{ratio:.2f} times |"
        )
    return "\n".join([*lines, ""])


if __name__ == "__main__":
    sys.exit(main())
