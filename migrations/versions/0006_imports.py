"""Imports of files, what each part of them wrote, and how files of a shape are read."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def _key(length: int) -> sa.String:
    return sa.String(length=length).with_variant(sa.String(length, collation="C"), "postgresql")


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def upgrade() -> None:
    _create_runs()
    op.create_index("ix_import_run_actor_id", "import_run", ["actor_id"])
    op.create_index("ix_import_run_state", "import_run", ["state"])
    _create_chunks()
    op.create_table(
        "import_shape",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _key(20), nullable=False),
        sa.Column("shape", _key(64), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("used_at", _instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_shape")),
        sa.UniqueConstraint("kind", "shape", name=op.f("uq_import_shape_kind_shape")),
        sqlite_autoincrement=True,
    )


def _create_runs() -> None:
    op.create_table(
        "import_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("folder", _key(40), nullable=False),
        sa.Column("kind", _key(20), nullable=False),
        sa.Column("state", _key(12), nullable=False),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("file_size", sa.Integer(), nullable=False),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("source", _key(20), nullable=False),
        *(sa.Column(name, sa.JSON(), nullable=False) for name in _JSON_OF_RUN),
        sa.Column("is_extracted", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in _NUMBERS_OF_RUN),
        sa.Column("takes_good_rows", sa.Boolean(), nullable=False),
        sa.Column("stops_as", _key(12), nullable=True),
        sa.Column("problem", sa.JSON(), nullable=True),
        sa.Column("started_at", _instant(), nullable=True),
        sa.Column("finished_at", _instant(), nullable=True),
        sa.Column("lease_key", _key(40), nullable=True),
        sa.Column("lease_until", _instant(), nullable=True),
        sa.Column("files_erased_at", _instant(), nullable=True),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_import_run_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_run")),
        sa.UniqueConstraint("folder", name=op.f("uq_import_run_folder")),
        sqlite_autoincrement=True,
    )


_JSON_OF_RUN = (
    "layout", "headers", "fields", "settings", "corrections", "decisions", "counts",
)  # fmt: skip
_NUMBERS_OF_RUN = ("left_out", "row_count", "rows_done", "position")


def _create_chunks() -> None:
    op.create_table(
        "import_chunk",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("row_count", sa.Integer(), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=True),
        sa.Column("undo_set_id", sa.Integer(), nullable=True),
        sa.Column("is_undone", sa.Boolean(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        *(
            sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_import_chunk_{column}"))
            for column, target in (
                ("import_id", "import_run.id"),
                ("change_set_id", "change_set.id"),
                ("undo_set_id", "change_set.id"),
            )
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_chunk")),
        sa.UniqueConstraint("import_id", "number", name=op.f("uq_import_chunk_import_id_number")),
        sa.UniqueConstraint("change_set_id", name=op.f("uq_import_chunk_change_set_id")),
        sqlite_autoincrement=True,
    )


def downgrade() -> None:
    op.drop_table("import_shape")
    op.drop_table("import_chunk")
    op.drop_table("import_run")
