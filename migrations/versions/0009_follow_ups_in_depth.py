"""Follow-ups that matter more or less, come back, are about a person or a project, bear fruit."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_PRIORITIES = "priority IN ('urgente', 'normale', 'basse')"
_RECURRENCES = "recurrence IN ('semaine', 'quinzaine', 'mois', 'trimestre', 'semestre', 'an')"


def _key_text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(
        sa.String(length=length, collation="C"), "postgresql"
    )


def upgrade() -> None:
    last_id = _last_id()
    with op.batch_alter_table("follow_up", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.add_column(
            sa.Column("priority", _key_text(10), nullable=False, server_default="normale")
        )
        table.add_column(sa.Column("recurrence", _key_text(12), nullable=True))
        table.add_column(sa.Column("anchored_on", sa.Date(), nullable=True))
        table.add_column(sa.Column("previous_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("contact_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("project_id", sa.Integer(), nullable=True))
        table.add_column(sa.Column("outcome", sa.Text(), nullable=True))
        table.create_check_constraint(op.f("ck_follow_up_priority"), _PRIORITIES)
        table.create_check_constraint(op.f("ck_follow_up_recurrence"), _RECURRENCES)
        table.create_unique_constraint(op.f("uq_follow_up_previous_id"), ["previous_id"])
        table.create_foreign_key(
            op.f("fk_follow_up_previous_id"), "follow_up", ["previous_id"], ["id"]
        )
        table.create_foreign_key(op.f("fk_follow_up_contact_id"), "contact", ["contact_id"], ["id"])
        table.create_foreign_key(op.f("fk_follow_up_project_id"), "project", ["project_id"], ["id"])
        table.create_index(op.f("ix_follow_up_contact_id"), ["contact_id"])
        table.create_index(op.f("ix_follow_up_project_id"), ["project_id"])
    with op.batch_alter_table("follow_up", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.alter_column("priority", server_default=None)
    _count_on_from(last_id)


def _last_id() -> int:
    """Return the last id ever given; only SQLite forgets it when a table is made again."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return 0
    found = sa.text("SELECT seq FROM sqlite_sequence WHERE name = 'follow_up'")
    return connection.scalar(found) or 0


def _count_on_from(last_id: int) -> None:
    if last_id:
        connection = op.get_bind()
        gone = sa.text("DELETE FROM sqlite_sequence WHERE name = 'follow_up'")
        kept = sa.text("INSERT INTO sqlite_sequence (name, seq) VALUES ('follow_up', :last_id)")
        connection.execute(gone)
        connection.execute(kept, {"last_id": last_id})


def downgrade() -> None:
    last_id = _last_id()
    with op.batch_alter_table("follow_up", table_kwargs={"sqlite_autoincrement": True}) as table:
        table.drop_index(op.f("ix_follow_up_project_id"))
        table.drop_index(op.f("ix_follow_up_contact_id"))
        for name in ("project_id", "contact_id", "previous_id"):
            table.drop_constraint(op.f(f"fk_follow_up_{name}"), type_="foreignkey")
        table.drop_constraint(op.f("uq_follow_up_previous_id"), type_="unique")
        table.drop_constraint(op.f("ck_follow_up_recurrence"), type_="check")
        table.drop_constraint(op.f("ck_follow_up_priority"), type_="check")
        for name in (
            "outcome", "project_id", "contact_id", "previous_id", "anchored_on", "recurrence",
            "priority",
        ):  # fmt: skip
            table.drop_column(name)
    _count_on_from(last_id)
