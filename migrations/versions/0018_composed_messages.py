"""Messages made of blocks, their pictures and their templates."""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def _key_text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(
        sa.String(length=length, collation="C"), "postgresql"
    )


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _number(name: str, *, is_needed: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=not is_needed)


def _instant(name: str, *, is_needed: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not is_needed)


def _primary(table: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))


def _foreign(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    _create_messages()
    _create_images()
    _create_templates()
    _create_identity()
    _create_tests()


def _create_messages() -> None:
    name = "message"
    op.create_table(
        name,
        _id(),
        sa.Column("owner_kind", _key_text(30), nullable=False),
        _number("owner_id", is_needed=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("preheader", sa.String(200), nullable=False),
        sa.Column("blocks", sa.JSON(), nullable=False),
        sa.Column("outline", sa.Text(), nullable=False),
        sa.Column("text_override", sa.Text(), nullable=True),
        sa.Column("text_made_from", _key_text(64), nullable=True),
        _instant("locked_at", is_needed=False),
        _instant("created_at"),
        _number("version"),
        _primary(name),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_message_owner", name, ["owner_kind", "owner_id", "id"])


def _create_images() -> None:
    name = "message_image"
    op.create_table(
        name,
        _id(),
        _number("message_id"),
        sa.Column("digest", _key_text(64), nullable=False),
        sa.Column("subtype", _key_text(4), nullable=False),
        *(_number(each) for each in ("width", "height", "size_bytes")),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        _instant("created_at"),
        sa.CheckConstraint("subtype IN ('png', 'jpeg', 'gif')", name=op.f(f"ck_{name}_subtype")),
        _foreign(name, "message_id", "message.id"),
        _primary(name),
        sa.UniqueConstraint("message_id", "digest", name=op.f(f"uq_{name}_message_id_digest")),
        sqlite_autoincrement=True,
    )


def _create_templates() -> None:
    name = "message_template"
    op.create_table(
        name,
        _id(),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("sort_name", _key_text(200), nullable=False),
        sa.Column("description", sa.String(300), nullable=True),
        _instant("created_at"),
        _instant("deleted_at", is_needed=False),
        _number("version"),
        _primary(name),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{name}_sort_name", name, ["deleted_at", "sort_name", "id"])


def _create_identity() -> None:
    name = "composing_identity"
    op.create_table(
        name,
        _id(),
        sa.Column("sender_name", sa.String(120), nullable=False),
        sa.Column("postal_address", sa.String(300), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("rights_contact", sa.String(254), nullable=False),
        _number("version"),
        sa.CheckConstraint("id = 1", name=op.f(f"ck_{name}_one")),
        _primary(name),
        sqlite_autoincrement=True,
    )


def _create_tests() -> None:
    name = "message_test"
    op.create_table(
        name,
        _id(),
        _number("message_id"),
        _number("delivery_id"),
        _number("recipient_id", is_needed=False),
        _foreign(name, "message_id", "message.id"),
        _foreign(name, "delivery_id", "delivery.id"),
        _primary(name),
        sa.UniqueConstraint("delivery_id", name=op.f(f"uq_{name}_delivery_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{name}_message_id", name, ["message_id"])


def downgrade() -> None:
    """Forget the messages; what was sent as a test keeps its line in the ledger."""
    for name in (
        "message_test", "composing_identity", "message_template", "message_image", "message",
    ):  # fmt: skip
        op.drop_table(name)
