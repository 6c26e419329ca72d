"""Likely duplicates, how far they were looked for, and merges that can be undone."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0005"
branch_labels = None
depends_on = None


def _key_text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(
        sa.String(length=length, collation="C"), "postgresql"
    )


def upgrade() -> None:
    for table in ("structure", "contact"):
        _add_pointer(op.get_bind(), table)
        op.create_index(f"ix_{table}_merged_into_id", table, ["merged_into_id"])
    _create_pairs()
    _create_scans()
    _create_merges()


def _add_pointer(connection: sa.Connection, table: str) -> None:
    """Add the column; on SQLite the table is made again from its own text, for a named key."""
    name = f"fk_{table}_merged_into_id"
    if connection.dialect.name != "sqlite":
        op.add_column(table, sa.Column("merged_into_id", sa.Integer(), nullable=True))
        op.create_foreign_key(name, table, table, ["merged_into_id"], ["id"])
        return
    master = "FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL AND type ="
    definition = connection.scalar(sa.text(f"SELECT sql {master} 'table'"), {"name": table})
    indexes = connection.scalars(
        sa.text(f"SELECT sql {master} 'index' ORDER BY name"), {"name": table}
    ).all()
    columns = ", ".join(column["name"] for column in sa.inspect(connection).get_columns(table))
    body = definition[definition.index("(") :].rstrip().removesuffix(")")
    body = body.replace("created_at DATETIME", "merged_into_id INTEGER, created_at DATETIME", 1)
    key = f'CONSTRAINT {name} FOREIGN KEY(merged_into_id) REFERENCES "{table}" (id)'
    for statement in (
        f'CREATE TABLE "{table}_again" {body}, {key})',
        f'INSERT INTO "{table}_again" ({columns}) SELECT {columns} FROM "{table}"',  # noqa: S608 - the schema's own names
        f'DROP TABLE "{table}"',
        f'ALTER TABLE "{table}_again" RENAME TO "{table}"',
        *indexes,
    ):
        connection.exec_driver_sql(statement)


def _create_pairs() -> None:
    op.create_table(
        "duplicate_pair",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _key_text(12), nullable=False),
        sa.Column("low_id", sa.Integer(), nullable=False),
        sa.Column("high_id", sa.Integer(), nullable=False),
        sa.Column("score", sa.Integer(), nullable=False),
        sa.Column("reasons", sa.JSON(), nullable=False),
        sa.Column("state", _key_text(12), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("low_id < high_id", name=op.f("ck_duplicate_pair_low_before_high")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate_pair")),
        sa.UniqueConstraint(
            "kind", "low_id", "high_id", name=op.f("uq_duplicate_pair_kind_low_id_high_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_duplicate_pair_state", "duplicate_pair", ["kind", "state", "score", "id"])
    op.create_index("ix_duplicate_pair_high_id", "duplicate_pair", ["kind", "high_id"])


def _create_scans() -> None:
    op.create_table(
        "duplicate_scan",
        sa.Column("kind", _key_text(12), nullable=False),
        sa.Column("last_change_id", sa.Integer(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("compared", sa.Integer(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kind", name=op.f("pk_duplicate_scan")),
    )


def _create_merges() -> None:
    op.create_table(
        "record_merge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _key_text(12), nullable=False),
        sa.Column("kept_id", sa.Integer(), nullable=False),
        sa.Column("merged_id", sa.Integer(), nullable=False),
        sa.Column("kept_name", sa.String(length=300), nullable=False),
        sa.Column("merged_name", sa.String(length=300), nullable=False),
        sa.Column("moved", sa.JSON(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("change_set_id", sa.Integer(), nullable=False),
        sa.Column("last_change_id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("kept_id <> merged_id", name=op.f("ck_record_merge_not_itself")),
        sa.ForeignKeyConstraint(
            ["change_set_id"], ["change_set.id"], name=op.f("fk_record_merge_change_set_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_record_merge")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_record_merge_kept_id", "record_merge", ["kind", "kept_id"])
    op.create_index("ix_record_merge_merged_id", "record_merge", ["kind", "merged_id"])
    op.create_index("ix_record_merge_change_set_id", "record_merge", ["change_set_id"])


def downgrade() -> None:
    for table in ("record_merge", "duplicate_scan", "duplicate_pair"):
        op.drop_table(table)
    for table in ("structure", "contact"):
        op.drop_index(f"ix_{table}_merged_into_id", table)
        with op.batch_alter_table(table) as batch:
            batch.drop_constraint(f"fk_{table}_merged_into_id", type_="foreignkey")
            batch.drop_column("merged_into_id")
