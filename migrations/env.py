"""Runs the migrations on the connection it is given, with SQLite's foreign keys off.

A batch rebuild of a parent table under foreign keys deletes its children; so they are switched
off before the transaction, checked after it, and switched on again.
"""

from alembic import context
from sqlalchemy import Connection

from crm.database import UtcDateTime
from crm.schema import metadata


def render_item(kind: str, item: object, _context: object) -> str | bool:
    """Write our own types as SQLAlchemy's, so that an old migration needs none of our code."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def run(connection: Connection) -> None:
    """Apply the asked revisions in one transaction."""
    is_sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=is_sqlite,
        compare_type=True,
        render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()
        if is_sqlite:
            orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if orphans:
                raise RuntimeError(f"the migration leaves orphans: {orphans[:5]}")


run(context.config.attributes["connection"])
