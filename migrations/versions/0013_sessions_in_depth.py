"""What sessions are about (projects, axes), what is for a few eyes, and files."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _link("session_project", "project_id", "project")
    _link("session_axis", "axis_id", "reference_item")
    _create_private_notes()
    _create_attachments()


def downgrade() -> None:
    for table in (
        "attachment", "session_private_note_reader", "session_private_note", "session_axis",
        "session_project",
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


def _key_text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(
        sa.String(length=length, collation="C"), "postgresql"
    )


def _create_attachments() -> None:
    op.create_table(
        "attachment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entity", _key_text(30), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("key", _key_text(40), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("content_type", _key_text(100), nullable=False),
        sa.Column("size_bytes", sa.Integer(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_attachment_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("key", name=op.f("uq_attachment_key")),
        sqlite_autoincrement=True,
    )
    op.create_index(op.f("ix_attachment_author_id"), "attachment", ["author_id"])
    op.create_index("ix_attachment_entity_record_id", "attachment", ["entity", "record_id", "id"])
