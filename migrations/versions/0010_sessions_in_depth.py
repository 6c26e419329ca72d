"""The projects and the axes that sessions are about."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _link("session_project", "project_id", "project")
    _link("session_axis", "axis_id", "reference_item")


def downgrade() -> None:
    for table in ("session_axis", "session_project"):
        op.drop_table(table)


def _link(table: str, column: str, target: str) -> None:
    op.create_table(
        table,
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column(column, sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"], ["accompaniment_session.id"], name=op.f(f"fk_{table}_session_id")
        ),
        sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}")),
        sa.PrimaryKeyConstraint("session_id", column, name=op.f(f"pk_{table}")),
    )
    op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
