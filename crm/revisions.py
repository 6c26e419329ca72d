"""Which revision the database is at, and which it should be at, told without Alembic.

Every page is served by processes that have no migration to run: Alembic and what it brings would
cost each of them 9 MB.
"""

from functools import cache
from pathlib import Path

from sqlalchemy import Connection, String, column, inspect, select, table

_HERE = Path(__file__).resolve().parent
_VERSION = select(column("version_num", String)).select_from(table("alembic_version"))


def migrations_folder() -> Path:
    """Return where the migrations are: in the package of a wheel, beside it in a checkout."""
    places = (_HERE / "migrations", _HERE.parent / "migrations")
    return next(path for path in places if path.is_dir())


def current_revision(connection: Connection) -> str | None:
    """Return the revision the database is at; None before the first."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.scalar(_VERSION)


@cache
def latest_revision() -> str | None:
    """Return the newest revision that this version of the product has, by its file's number."""
    names = [path.name for path in (migrations_folder() / "versions").glob("[0-9]*.py")]
    return max(names).partition("_")[0] if names else None
