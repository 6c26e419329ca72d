"""What sessions are about (projects, axes), and what of them is for a few eyes."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _link("session_project", "project_id", "project")
    _link("session_axis", "axis_id", "reference_item")
    _create_private_notes()


def downgrade() -> None:
    for table in (
        "session_private_note_reader", "session_private_note", "session_axis", "session_project",
    ):  # fmt: skip
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


def _create_private_notes() -> None:
    op.create_table(
        "session_private_note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("session_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["accompaniment_session.id"],
            name=op.f("fk_session_private_note_session_id"),
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["user.id"], name=op.f("fk_session_private_note_author_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_session_private_note")),
        sa.UniqueConstraint("session_id", name=op.f("uq_session_private_note_session_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        op.f("ix_session_private_note_author_id"), "session_private_note", ["author_id"]
    )
    op.create_table(
        "session_private_note_reader",
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["note_id"],
            ["session_private_note.id"],
            name=op.f("fk_session_private_note_reader_note_id"),
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user.id"], name=op.f("fk_session_private_note_reader_user_id")
        ),
        sa.PrimaryKeyConstraint("note_id", "user_id", name=op.f("pk_session_private_note_reader")),
    )
    op.create_index(
        op.f("ix_session_private_note_reader_user_id"), "session_private_note_reader", ["user_id"]
    )
