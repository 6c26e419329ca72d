"""Deliveries by the day they settled: who was written to lately."""

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

_SETTLED = sa.text("settled_at IS NOT NULL")


def upgrade() -> None:
    """Find those of a time without reading all the others."""
    op.create_index(
        "ix_delivery_settled_at",
        "delivery",
        ["settled_at", "state"],
        sqlite_where=_SETTLED,
        postgresql_where=_SETTLED,
    )


def downgrade() -> None:
    """Read them all again."""
    op.drop_index("ix_delivery_settled_at", table_name="delivery")
