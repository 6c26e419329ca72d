"""What was sent together, and what is heard of a message after it left."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def _key_text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(
        sa.String(length=length, collation="C"), "postgresql"
    )


def upgrade() -> None:
    op.add_column("delivery", sa.Column("batch_id", sa.Integer(), nullable=True))
    op.create_index("ix_delivery_batch_id_state_id", "delivery", ["batch_id", "state", "id"])
    op.create_table(
        "delivery_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("provider", _key_text(12), nullable=False),
        sa.Column("event_id", _key_text(120), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("kind", _key_text(16), nullable=False),
        sa.Column("happened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("detail", sa.String(length=300), nullable=True),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("is_robot", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_delivery_event_delivery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_event")),
        sa.UniqueConstraint(
            "provider", "event_id", name=op.f("uq_delivery_event_provider_event_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_delivery_event_delivery_id_kind", "delivery_event", ["delivery_id", "kind"])


def downgrade() -> None:
    op.drop_table("delivery_event")
    op.drop_index("ix_delivery_batch_id_state_id", table_name="delivery")
    op.drop_column("delivery", "batch_id")
