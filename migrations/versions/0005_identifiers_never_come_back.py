"""On SQLite, an identifier is never given twice: what history tells of it stays its own.

PostgreSQL's sequences never go back. SQLite takes the highest id plus one, so that a new record
could inherit the history of an erased one, unless its key says AUTOINCREMENT. Each table is made
again from its own text, which keeps its checks, collations and indexes as they are.
"""

import re

from alembic import op
from sqlalchemy import Connection, text

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_KEY = re.compile(r",\s*CONSTRAINT (pk_\w+) PRIMARY KEY \(id\)")


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return
    tables = connection.execute(
        text("SELECT name, sql FROM sqlite_master WHERE type = 'table' ORDER BY name")
    ).all()
    for name, definition in tables:
        key = _KEY.search(definition or "")
        if key and "id INTEGER NOT NULL" in definition:
            _rebuild(connection, name, definition, key)
    _begin_after_what_is_told(connection)


def _rebuild(connection: Connection, name: str, definition: str, key: re.Match[str]) -> None:
    own_key = f"id INTEGER NOT NULL CONSTRAINT {key[1]} PRIMARY KEY AUTOINCREMENT"
    body = _KEY.sub("", definition).replace("id INTEGER NOT NULL", own_key, 1)
    body = body[body.index("(") :]
    indexes = connection.execute(
        text(
            "SELECT sql FROM sqlite_master"
            " WHERE type = 'index' AND tbl_name = :name AND sql IS NOT NULL ORDER BY name"
        ),
        {"name": name},
    ).scalars()
    indexes_of_table = list(indexes)
    for statement in (
        f'CREATE TABLE "{name}_again" {body}',
        f'INSERT INTO "{name}_again" SELECT * FROM "{name}"',  # noqa: S608 - the schema's own name
        f'DROP TABLE "{name}"',
        f'ALTER TABLE "{name}_again" RENAME TO "{name}"',
        *indexes_of_table,
    ):
        connection.exec_driver_sql(statement)


def _begin_after_what_is_told(connection: Connection) -> None:
    """Count on from the highest id that history knows of, even if its record is gone."""
    told = connection.execute(text("SELECT entity, max(record_id) FROM change GROUP BY entity"))
    for entity, last in told.all():
        sequence = {"name": entity, "last": last}
        is_table = text("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = :name")
        if not connection.execute(is_table, sequence).first():
            continue
        raised = connection.execute(
            text("UPDATE sqlite_sequence SET seq = max(seq, :last) WHERE name = :name"), sequence
        )
        if not raised.rowcount:
            connection.execute(
                text("INSERT INTO sqlite_sequence (name, seq) VALUES (:name, :last)"), sequence
            )


def downgrade() -> None:
    # Nothing to give back: an earlier version lives with it.
    pass
