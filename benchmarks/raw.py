"""The same questions asked of the database by its driver, without SQLAlchemy or any page."""

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from typing import Any

import psycopg
from sqlalchemy import make_url

from benchmarks import questions

_NAME = re.compile(r":(\w+)")


@contextmanager
def asked_directly(url: str) -> Iterator["Asker"]:
    """Open a connection of the driver and close it at the end."""
    parsed = make_url(url)
    if parsed.drivername.startswith("sqlite"):
        connection: Any = sqlite3.connect(parsed.database or "", isolation_level=None)
        for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")
    else:
        plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
        connection = psycopg.connect(plain, autocommit=True)
    try:
        yield Asker(connection)
    finally:
        connection.close()


class Asker:
    """Asks the questions on one connection."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection
        self._is_sqlite = isinstance(connection, sqlite3.Connection)

    def listed(self) -> None:
        """Ask for the structures of a département."""
        self._read(questions.list_values(), questions.LIST_COUNT, questions.LIST)

    def searched(self) -> None:
        """Ask for the people whose words begin so."""
        self._read(questions.search_values(), questions.SEARCH_COUNT, questions.SEARCH)

    def found_everywhere(self, shape: str) -> None:
        """Look words up in the index of every kind; first among the misspelt for a typing error."""
        _, words = questions.EVERYWHERE[shape]
        statement = questions.EVERYWHERE_WORD if len(words) == 1 else questions.EVERYWHERE_WORDS
        for kind in questions.KINDS:
            values = questions.everywhere_values(kind, words)
            if shape == "typo":
                self._read(values, questions.EVERYWHERE_MISSPELT)
            self._read(values, statement)

    def record(self, structure_id: int) -> None:
        """Ask for a structure and what happened to it."""
        self._read(
            {"structure_id": structure_id},
            questions.RECORD,
            questions.RECORD_PEOPLE,
            questions.RECORD_SESSIONS,
            questions.RECORD_CHANGES,
        )

    def year(self) -> None:
        """Ask for the counts of a year."""
        self._read(questions.year_values(), *questions.YEAR_QUESTIONS)

    def log_session(self, fields: Mapping[str, str]) -> None:
        """Write a session in one transaction."""
        user_id = int(fields["officers"])
        self.run("BEGIN", {})
        [(session_id,)] = self.run(
            questions.NEW_SESSION,
            {
                "key": fields["submission_key"],
                "kind_id": int(fields["kind"]),
                "held_on": date.fromisoformat(fields["held_on"]),
                "notes": fields["notes"],
                "user_id": user_id,
                "now": datetime.now(UTC),
            },
        )
        link = {"session_id": session_id}
        self.run(questions.NEW_SEAT, {**link, "structure_id": int(fields["structures"])})
        self.run(questions.NEW_THEME, {**link, "theme_id": int(fields["themes"])})
        self.run(questions.NEW_OFFICER, {**link, "user_id": user_id})
        self.run("COMMIT", {})

    def _read(self, values: questions.Values, *statements: str) -> None:
        for statement in statements:
            self.run(statement, questions.used(statement, values))

    def run_many(self, statement: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Send a statement once for each row."""
        written = statement if self._is_sqlite else _NAME.sub(r"%(\1)s", statement)
        names = _NAME.findall(statement)
        values = [{name: row[name] for name in names} for row in rows]
        self._connection.cursor().executemany(written, values)

    def run(self, statement: str, values: questions.Values) -> list[Any]:
        """Send a statement and return its rows."""
        if self._is_sqlite:
            plain = {name: _plain(value) for name, value in values.items()}
            return list(self._connection.execute(statement, plain))
        cursor = self._connection.execute(_NAME.sub(r"%(\1)s", statement), values)
        return list(cursor) if cursor.description else []


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.replace(tzinfo=None).isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date) else value


def everywhere_askers(asker: Asker) -> dict[str, Callable[[], None]]:
    """Return what looks each search up once, by its shape."""
    return {
        shape: lambda shape=shape: asker.found_everywhere(shape)  # type: ignore[misc]
        for shape in questions.EVERYWHERE
    }


def askers(
    asker: Asker, structure_ids: Iterator[int], fields: Callable[[], Mapping[str, str]]
) -> dict[str, Callable[[], None]]:
    """Return what asks each question once, by the question's name."""
    return {
        "list": asker.listed,
        "search": asker.searched,
        "record": lambda: asker.record(next(structure_ids)),
        "write": lambda: asker.log_session(fields()),
        "year": asker.year,
    }
