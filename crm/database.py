"""The database: engine settings, column types, and `transaction()`, the one place that commits."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import IntEnum
from typing import Any

from flask import has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    DateTime,
    Engine,
    Index,
    MetaData,
    String,
    Table,
    event,
    func,
    select,
    text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.orm.exc import StaleDataError
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.types import TypeDecorator

from crm.core.errors import DatabaseBusyError, StaleRecordError, UncommittedWriteError
from crm.core.json_text import json_text, read_json
from crm.sqlite_dialect import BEGIN_MODE, speak_so
from crm.statement_cache import StatementCache

SQLITE_BUSY_TIMEOUT_SECONDS = 8
_SQLITE_RECONNECT_SECONDS = 3_600  # a connection reads the statistics when it is made
POSTGRESQL_LOCK_TIMEOUT = "8s"
# Preparing a record's thirty statements anew takes half as long as its whole page; the driver
# keeps 128, which a day's pages are more than.
_MOST_PREPARED = 512
WRITING = "writing"
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """The declarative base of every table; constraints are named by one convention."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)

    @classmethod
    def __table_cls__(cls, *args: Any, **options: Any) -> Table:
        """Make the table; on SQLite an id that was erased is never given again."""
        return Table(*args, **{"sqlite_autoincrement": True, **options})


# create_savepoint matters only where a test hands the session a connection already in use.
db = SQLAlchemy(
    session_options={"expire_on_commit": False, "join_transaction_mode": "create_savepoint"}
)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant, kept in UTC on both databases; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """Return what its values are: undo reads it to bring one back from history."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant in UTC, without its zone on SQLite, which keeps none."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime has no place in the database")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the stored instant, aware, in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


def key_text(length: int) -> String:
    """Return a text type that both databases compare and sort byte by byte."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


def index_of_filled(table: str, column: str) -> Index:
    """Return the index of a column that few rows fill, without the others.

    With them it looks useless to SQLite once the database is analysed: « this id, or merged into
    it » then reads the whole table.
    """
    filled = text(f"{column} IS NOT NULL")
    name = f"ix_{table}_{column}"
    return Index(name, column, sqlite_where=filled, postgresql_where=filled)


def engine_options(database_url: str) -> dict[str, Any]:
    """Return the options that `SQLALCHEMY_ENGINE_OPTIONS` takes for this database."""
    kept = {
        "execution_options": {"compiled_cache": StatementCache()},
        "json_serializer": json_text,
        "json_deserializer": read_json,
    }
    if database_url.startswith("sqlite"):
        return {
            **kept,
            "pool_recycle": _SQLITE_RECONNECT_SECONDS,
            "connect_args": {
                "timeout": SQLITE_BUSY_TIMEOUT_SECONDS,
                "isolation_level": None,
                "cached_statements": _MOST_PREPARED,
            },
        }
    # Compiling its expressions took 13 s of the 13.4 s that a deep segment ran.
    settings = (f"lock_timeout={POSTGRESQL_LOCK_TIMEOUT}", "timezone=UTC", "jit=off")
    return {
        **kept,
        "pool_pre_ping": True,
        "connect_args": {"options": " ".join(f"-c {each}" for each in settings)},
    }


@event.listens_for(Engine, "connect")
def _set_pragmas(connection: Any, _entry: ConnectionPoolEntry) -> None:
    if isinstance(connection, sqlite3.Connection):
        for pragma in (
            "journal_mode=WAL",
            "foreign_keys=ON",
            "synchronous=FULL",
            "temp_store=MEMORY",
            "cache_size=-32000",
            "mmap_size=268435456",
        ):
            connection.execute(f"PRAGMA {pragma}")


# Two deferred transactions that both turn to writing lose one of them: a writer says so first.
speak_so()


@event.listens_for(Session, "before_flush")
def _refuse_write_outside_transaction(session: Session, *_: Any) -> None:
    if (session.new or session.dirty or session.deleted) and not session.info.get(WRITING):
        raise UncommittedWriteError("a write outside transaction()")


@contextmanager
def transaction(*, housekeeping: bool = False) -> Iterator[Session]:
    """Open the one write transaction of this request or command, and commit it at the end.

    `housekeeping` allows it in a GET, for what is no change of the network's data (a sign of life).
    Raises DatabaseBusyError when the lock or the disk does not allow the write, StaleRecordError
    when someone saved the same record at the same moment: nothing is kept.
    """
    session = db.session()
    if has_request_context() and request.method in _SAFE_METHODS and not housekeeping:
        raise UncommittedWriteError(f"{request.method} {request.endpoint} wants to write")
    if session.info.get(WRITING):
        raise UncommittedWriteError("transaction() inside transaction()")
    session.commit()  # ends the read snapshot, so that what is read below is today's
    session.info[WRITING] = True
    try:
        session.connection(execution_options={BEGIN_MODE: "IMMEDIATE"})
        yield session
        session.commit()
    except OperationalError as error:
        session.rollback()
        if is_passing(error):
            raise DatabaseBusyError(str(error.orig)) from error
        raise
    except StaleDataError as error:
        session.rollback()
        raise StaleRecordError from error
    except BaseException:
        session.rollback()
        raise
    finally:
        session.info.pop(WRITING, None)
        _forget_transaction_notes(session)


def end_reads() -> None:
    """End what was only read by COMMIT, so that no read stays open; what is not flushed is lost.

    At a ROLLBACK psycopg forgets every statement that it prepared, and PostgreSQL plans them all
    again at the next ones: that takes longer than running them.
    """
    session = db.session()
    if session.is_active and not (session.new or session.dirty or session.deleted):
        session.commit()
    else:
        session.rollback()


def end_reading(error: BaseException | None) -> None:
    """End a request that only read (see `end_reads`); called when it is torn down."""
    if error is None and request.method in _SAFE_METHODS and db.session.registry.has():
        end_reads()


def learn_sizes(session: Session, tables: Iterable[str]) -> None:
    """Let PostgreSQL look again at tables that are growing fast: it plans by what it last saw."""
    if session.connection().dialect.name == "postgresql":
        for name in tables:
            session.connection().exec_driver_sql(f'ANALYZE "{name}"')


class Turn(IntEnum):
    """What only one transaction at a time may do; the numbers are those of PostgreSQL's locks."""

    GIVE_PARENT = 1
    MERGE = 2
    SCAN_DUPLICATES = 3
    WRITE_IMPORT = 4
    CHOOSE = 5


def take_turn(session: Session, subject: Turn) -> None:
    """Wait until no other transaction works on this subject; it is given back at the end of ours.

    SQLite has one writer at a time anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(subject)))


def is_passing(error: OperationalError) -> bool:
    """Tell whether the same write may succeed later: locked, or no room on the disk."""
    text = str(error.orig).lower()
    return any(
        sign in text
        for sign in (
            "database is locked",
            "database or disk is full",
            "lock timeout",
            "no space",
            "deadlock detected",
        )
    )


_notes_to_forget: set[str] = set()


def note_of_transaction(name: str) -> str:
    """Register a key of `session.info` that lives no longer than its transaction."""
    _notes_to_forget.add(name)
    return name


def _forget_transaction_notes(session: Session) -> None:
    for name in _notes_to_forget:
        session.info.pop(name, None)
