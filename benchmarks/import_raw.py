"""The rows of an import, taken from one database and written into another by its driver alone."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import make_url


@dataclass(frozen=True, slots=True)
class Taken:
    """The rows of a table as its driver gives and takes them, and how many there are."""

    count: int
    rows: Any


def taken_rows(url: str, table: str) -> Taken:
    """Return what an import wrote into a table."""
    parsed = make_url(url)
    if parsed.drivername.startswith("sqlite"):
        with closing(sqlite3.connect(parsed.database or "")) as connection:
            rows = connection.execute(_selected(table)).fetchall()
            return Taken(len(rows), rows)
    plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain) as connection, connection.cursor() as cursor:
        with cursor.copy(f"COPY ({_selected(table)}) TO STDOUT") as copied:  # type: ignore[arg-type]
            blocks = [bytes(block) for block in copied]
        return Taken(cursor.rowcount, blocks)


def _selected(table: str) -> str:
    """Return what selects the rows that the import wrote."""
    narrowed = " WHERE kind IN ('structure', 'contact')" if table.startswith("search_") else ""
    return f'SELECT * FROM "{table}"{narrowed}'  # noqa: S608 - our own names


def write_by_driver(url: str, table: str, taken: Taken) -> None:
    """Write rows into a table of another database, by executemany or COPY."""
    parsed = make_url(url)
    if parsed.drivername.startswith("sqlite"):
        with closing(sqlite3.connect(parsed.database or "", isolation_level=None)) as connection:
            for pragma in ("journal_mode=WAL", "foreign_keys=ON", "synchronous=FULL"):
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("BEGIN IMMEDIATE")
            marks = ", ".join("?" * len(taken.rows[0]))
            connection.executemany(
                f'INSERT INTO "{table}" VALUES ({marks})',  # noqa: S608 - our own names
                taken.rows,
            )
            connection.execute("COMMIT")
        return
    plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    with (
        psycopg.connect(plain) as connection,
        connection.cursor() as cursor,
        cursor.copy(f'COPY "{table}" FROM STDIN') as copied,  # type: ignore[arg-type]
    ):
        for block in taken.rows:
            copied.write(block)
