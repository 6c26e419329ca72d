"""The Word file that a closed year was published in."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_COUNTS_ON = {"sqlite_autoincrement": True}


def upgrade() -> None:
    """Let a closure name its template; those of before name the one there was on their day."""
    with op.batch_alter_table("report_closure", table_kwargs=_COUNTS_ON) as batch:
        batch.add_column(sa.Column("template_id", sa.Integer(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_report_closure_template_id"), "report_template", ["template_id"], ["id"]
        )
        batch.create_index(op.f("ix_report_closure_template_id"), ["template_id"])
    op.execute(
        "UPDATE report_closure SET template_id = (SELECT max(report_template.id)"
        " FROM report_template"
        " WHERE report_template.definition_id = report_closure.definition_id"
        " AND report_template.created_at <= report_closure.closed_at"
        " AND (report_template.deleted_at IS NULL"
        " OR report_template.deleted_at > report_closure.closed_at))"
    )


def downgrade() -> None:
    """Forget which template a year was published in."""
    with op.batch_alter_table("report_closure", table_kwargs=_COUNTS_ON) as batch:
        batch.drop_constraint(op.f("fk_report_closure_template_id"), type_="foreignkey")
        batch.drop_index(op.f("ix_report_closure_template_id"))
        batch.drop_column("template_id")
