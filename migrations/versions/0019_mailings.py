"""Mailings: one message to a frozen audience."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_STATUSES = "'draft', 'frozen', 'sending', 'paused', 'cancelled', 'done'"
_PURPOSES = "'newsletter', 'invitations', 'calls', 'network_life'"


def _key_text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(
        sa.String(length=length, collation="C"), "postgresql"
    )


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def _check(name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_mailing_{name}"))


def _instant(name: str, *, is_needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not is_needed)


def _number(name: str, *, is_needed: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=not is_needed)


def upgrade() -> None:
    op.add_column("contact", sa.Column("language", _key_text(2), nullable=True))
    _create_mailings()
    _create_segments()
    _create_recipients()
    op.create_table(
        "mailing_link",
        _number("id"),
        _number("mailing_id"),
        _number("number"),
        sa.Column("url", sa.Text(), nullable=False),
        _key("mailing_link", "mailing_id", "mailing.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing_link")),
        sa.UniqueConstraint("mailing_id", "number", name=op.f("uq_mailing_link_mailing_id_number")),
        sqlite_autoincrement=True,
    )


def _create_mailings() -> None:
    op.create_table(
        "mailing",
        _number("id"),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("sort_name", _key_text(200), nullable=False),
        sa.Column("purpose", _key_text(20), nullable=False),
        sa.Column("status", _key_text(10), nullable=False),
        sa.Column("pause_reason", sa.String(200), nullable=True),
        _number("message_id"),
        sa.Column("reach", _key_text(12), nullable=False),
        sa.Column("functions", sa.String(300), nullable=True),
        sa.Column("takes_generic", sa.Boolean(), nullable=False),
        _number("follows_id", is_needed=False),
        sa.Column("footer", sa.JSON(), nullable=True),
        sa.Column("is_public", sa.Boolean(), nullable=False),
        _instant("starts_at"),
        _number("per_hour", is_needed=False),
        _instant("frozen_at"),
        _instant("let_go_at"),
        _instant("ended_at"),
        _number("created_by_id", is_needed=False),
        _instant("created_at", is_needed=True),
        _instant("deleted_at"),
        _number("version"),
        _check("status", f"status IN ({_STATUSES})"),
        _check("reach", "reach IN ('people', 'structures')"),
        _check("purpose", f"purpose IN ({_PURPOSES})"),
        _check("per_hour", "per_hour > 0"),
        _key("mailing", "message_id", "message.id"),
        _key("mailing", "follows_id", "mailing.id"),
        _key("mailing", "created_by_id", "user.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailing")),
        sa.UniqueConstraint("message_id", name=op.f("uq_mailing_message_id")),
        sqlite_autoincrement=True,
    )
    for name, columns in (
        ("ix_mailing_status_starts_at", ["status", "starts_at"]),
        ("ix_mailing_created_at", ["deleted_at", "created_at", "id"]),
        ("ix_mailing_follows_id", ["follows_id"]),
        ("ix_mailing_created_by_id", ["created_by_id"]),
    ):
        op.create_index(name, "mailing", columns)


def _create_segments() -> None:
    name = "mailing_segment"
    op.create_table(
        name,
        _number("mailing_id"),
        _number("segment_id"),
        sa.Column("is_excluded", sa.Boolean(), nullable=False),
        _key(name, "mailing_id", "mailing.id"),
        _key(name, "segment_id", "segment.id"),
        sa.PrimaryKeyConstraint("mailing_id", "segment_id", name=op.f(f"pk_{name}")),
    )
    op.create_index(f"ix_{name}_segment_id", name, ["segment_id"])


def _create_recipients() -> None:
    name = "mailing_recipient"
    targets = {"mailing": True, "contact": False, "structure": False, "segment": False}
    op.create_table(
        name,
        _number("id"),
        *(_number(f"{each}_id", is_needed=needed) for each, needed in targets.items()),
        sa.Column("is_in", sa.Boolean(), nullable=False),
        sa.Column("reason", _key_text(20), nullable=False),
        sa.Column("address", sa.String(254), nullable=True),
        sa.Column("address_key", _key_text(254), nullable=True),
        sa.Column("first_name", sa.String(100), nullable=True),
        sa.Column("last_name", sa.String(100), nullable=True),
        sa.Column("role", sa.String(120), nullable=True),
        sa.Column("structure_name", sa.String(200), nullable=True),
        sa.Column("family_code", _key_text(20), nullable=True),
        sa.Column("commune_name", sa.String(100), nullable=True),
        sa.Column("departement_code", _key_text(3), nullable=True),
        sa.Column("token", _key_text(40), nullable=True),
        _number("delivery_id", is_needed=False),
        *(_key(name, f"{each}_id", f"{each}.id") for each in (*targets, "delivery")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("token", name=op.f(f"uq_{name}_token")),
        sa.UniqueConstraint("delivery_id", name=op.f(f"uq_{name}_delivery_id")),
        sqlite_autoincrement=True,
    )
    in_it = sa.text("is_in")
    op.create_index(f"uq_{name}_contact", name, ["mailing_id", "contact_id"], unique=True)
    op.create_index(
        f"uq_{name}_address",
        name,
        ["mailing_id", "address_key"],
        unique=True,
        sqlite_where=in_it,
        postgresql_where=in_it,
    )
    op.create_index(f"ix_{name}_mailing_id", name, ["mailing_id", "is_in", "reason"])
    op.create_index(f"ix_{name}_contact_id", name, ["contact_id", "mailing_id"])
    op.create_index(f"ix_{name}_structure_id", name, ["structure_id", "mailing_id"])
    op.create_index(f"ix_{name}_segment_id", name, ["segment_id"])


def downgrade() -> None:
    for name in ("mailing_link", "mailing_recipient", "mailing_segment", "mailing"):
        op.drop_table(name)
    with op.batch_alter_table("contact") as contact:
        contact.drop_column("language")
