"""Segments: rule trees over the network, and named lists of communes."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_ALIVE = sa.text("deleted_at IS NULL")
_SUBJECTS = "'structure', 'contact'"


def _key_text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(
        sa.String(length=length, collation="C"), "postgresql"
    )


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    _create_territories()
    _create_segments()
    _create_members()


def _create_territories() -> None:
    op.create_table(
        "territory",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("sort_name", _key_text(120), nullable=False),
        sa.Column("description", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_territory")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_territory_sort_name_alive",
        "territory",
        ["sort_name"],
        unique=True,
        sqlite_where=_ALIVE,
        postgresql_where=_ALIVE,
    )
    name = "territory_commune"
    op.create_table(
        name,
        sa.Column("territory_id", sa.Integer(), nullable=False),
        sa.Column("insee_code", _key_text(5), nullable=False),
        _key(name, "territory_id", "territory.id"),
        _key(name, "insee_code", "commune.insee_code"),
        sa.PrimaryKeyConstraint("territory_id", "insee_code", name=op.f(f"pk_{name}")),
    )
    op.create_index(op.f("ix_territory_commune_insee_code"), name, ["insee_code"])


def _create_segments() -> None:
    op.create_table(
        "segment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("sort_name", _key_text(120), nullable=False),
        sa.Column("description", sa.String(500), nullable=True),
        sa.Column("subject", _key_text(10), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("is_shared", sa.Boolean(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("member_count", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"subject IN ({_SUBJECTS})", name=op.f("ck_segment_subject")),
        sa.CheckConstraint(
            "(frozen_at IS NULL) = (member_count IS NULL)", name=op.f("ck_segment_frozen")
        ),
        _key("segment", "owner_id", "user.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segment")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_segment_sort_name", "segment", ["deleted_at", "sort_name", "id"])
    op.create_index(op.f("ix_segment_owner_id"), "segment", ["owner_id"])


def _create_members() -> None:
    name = "segment_member"
    op.create_table(
        name,
        sa.Column("segment_id", sa.Integer(), nullable=False),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("added_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        _key(name, "segment_id", "segment.id"),
        sa.PrimaryKeyConstraint("segment_id", "record_id", "added_at", name=op.f(f"pk_{name}")),
    )
    op.create_index("ix_segment_member_record_id", name, ["record_id"])


def downgrade() -> None:
    for table in ("segment_member", "segment", "territory_commune", "territory"):
        op.drop_table(table)
