"""When a person's record was last verified."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Give people the day on which their record was verified; nobody's was yet."""
    op.add_column("contact", sa.Column("verified_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Forget when people were verified."""
    op.drop_column("contact", "verified_on")
