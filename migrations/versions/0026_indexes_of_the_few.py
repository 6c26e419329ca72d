"""Indexes of what few records have hold those alone.

An index in which nearly every row is empty looks useless where the database has been analysed:
SQLite then reads the whole table to find the one row.
"""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("structure", "parent_id"),
    ("structure", "merged_into_id"),
    ("contact", "merged_into_id"),
    ("group", "merged_into_id"),
)


def upgrade() -> None:
    """Leave the empty values out of the indexes."""
    for table, column in _COLUMNS:
        name, filled = op.f(f"ix_{table}_{column}"), sa.text(f"{column} IS NOT NULL")
        op.drop_index(name, table)
        op.create_index(name, table, [column], sqlite_where=filled, postgresql_where=filled)


def downgrade() -> None:
    """Take every row into the indexes."""
    for table, column in _COLUMNS:
        name = op.f(f"ix_{table}_{column}")
        op.drop_index(name, table)
        op.create_index(name, table, [column])
