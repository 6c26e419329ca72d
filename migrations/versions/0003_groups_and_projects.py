"""Groups with representatives and mergers; projects with roles, budgets and headcounts."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_ROLES = ("chef_de_file", "partenaire", "relais", "envoi", "accueil", "operateur")
_STATUSES = ("idee", "montage", "en_cours", "termine", "abandonne")
_KINDS = (
    "participants", "jeunes", "mineurs", "adultes", "benevoles", "beneficiaires", "public",
)  # fmt: skip


def _key_text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(
        sa.String(length=length, collation="C"), "postgresql"
    )


def _one_of(column: str, values: tuple[str, ...]) -> str:
    listed = ", ".join(f"'{value}'" for value in values)
    return f"{column} IN ({listed})"


def upgrade() -> None:
    _change_groups()
    _add_representatives()
    _change_projects()
    _give_partners_an_id()
    _add_links_of_projects()


def _change_groups() -> None:
    alive = sa.text("deleted_at IS NULL")
    with op.batch_alter_table("group") as batch:
        batch.add_column(sa.Column("merged_into_id", sa.Integer(), nullable=True))
        batch.add_column(sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
        batch.drop_constraint(op.f("uq_group_sort_name"), type_="unique")
        batch.create_foreign_key(
            op.f("fk_group_merged_into_id"), "group", ["merged_into_id"], ["id"]
        )
        batch.create_check_constraint(
            op.f("ck_group_merged_when_closed"),
            "merged_into_id IS NULL OR (closed_on IS NOT NULL AND merged_into_id <> id)",
        )
        batch.create_index(op.f("ix_group_merged_into_id"), ["merged_into_id"])
        batch.create_index(
            "uq_group_sort_name_alive",
            ["sort_name"],
            unique=True,
            sqlite_where=alive,
            postgresql_where=alive,
        )


def _add_representatives() -> None:
    op.create_table(
        "group_representative",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("start_on", sa.Date(), nullable=False),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "end_on IS NULL OR start_on <= end_on",
            name=op.f("ck_group_representative_end_after_start"),
        ),
        sa.ForeignKeyConstraint(
            ["membership_id"],
            ["membership.id"],
            name=op.f("fk_group_representative_membership_id"),
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_group_representative_contact_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_representative")),
    )
    op.create_index(
        "ix_group_representative_membership_id",
        "group_representative",
        ["membership_id", "start_on"],
    )
    op.create_index("ix_group_representative_contact_id", "group_representative", ["contact_id"])


def _change_projects() -> None:
    with op.batch_alter_table("project") as batch:
        batch.add_column(
            sa.Column("status", _key_text(12), nullable=False, server_default="en_cours")
        )
        for name in ("is_pooled", "is_publishable"):
            batch.add_column(
                sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())
            )
        batch.add_column(sa.Column("places_abroad", sa.String(length=500), nullable=True))
        batch.add_column(sa.Column("places_key", _key_text(500), nullable=True))
        batch.add_column(sa.Column("budget_cents", sa.BigInteger(), nullable=True))
        batch.create_check_constraint(op.f("ck_project_status"), _one_of("status", _STATUSES))
        batch.create_check_constraint(op.f("ck_project_budget_cents"), "budget_cents >= 0")
    op.execute("UPDATE project SET status = 'termine' WHERE end_on < CURRENT_DATE")
    with op.batch_alter_table("project") as batch:
        for name in ("status", "is_pooled", "is_publishable"):
            batch.alter_column(name, server_default=None)


def _give_partners_an_id() -> None:
    """Make the table anew with its rows: a structure may now hold several roles, each told of."""
    connection = op.get_bind()
    old = sa.table("project_partner", *map(sa.column, ("project_id", "structure_id", "role")))
    rows = [dict(row) for row in connection.execute(sa.select(old)).mappings()]
    op.drop_table("project_partner")
    made = op.create_table(
        "project_partner",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=False),
        sa.Column("role", _key_text(30), nullable=False),
        sa.CheckConstraint(_one_of("role", _ROLES), name=op.f("ck_project_partner_role")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_partner_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["structure_id"], ["structure.id"], name=op.f("fk_project_partner_structure_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_partner")),
        sa.UniqueConstraint(
            "project_id",
            "structure_id",
            "role",
            name=op.f("uq_project_partner_project_id_structure_id_role"),
        ),
    )
    op.create_index(op.f("ix_project_partner_structure_id"), "project_partner", ["structure_id"])
    for row in rows:
        row["role"] = row["role"] if row["role"] in _ROLES else "partenaire"
    if rows:
        op.bulk_insert(made, rows)


def _add_links_of_projects() -> None:
    op.create_table(
        "project_sdg",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("sdg_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_sdg_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["sdg_id"], ["reference_item.id"], name=op.f("fk_project_sdg_sdg_id")
        ),
        sa.PrimaryKeyConstraint("project_id", "sdg_id", name=op.f("pk_project_sdg")),
    )
    op.create_index(op.f("ix_project_sdg_sdg_id"), "project_sdg", ["sdg_id"])
    op.create_table(
        "project_headcount",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("counted_on", sa.Date(), nullable=False),
        sa.Column("kind", _key_text(20), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("is_approximate", sa.Boolean(), nullable=False),
        sa.Column("wording", sa.String(length=80), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(_one_of("kind", _KINDS), name=op.f("ck_project_headcount_kind")),
        sa.CheckConstraint("count >= 0", name=op.f("ck_project_headcount_count")),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_headcount_project_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_project_headcount")),
    )
    op.create_index(
        "ix_project_headcount_project_id", "project_headcount", ["project_id", "counted_on"]
    )


def downgrade() -> None:
    op.drop_table("project_headcount")
    op.drop_table("project_sdg")
    _take_the_id_of_partners()
    with op.batch_alter_table("project") as batch:
        batch.drop_constraint(op.f("ck_project_budget_cents"), type_="check")
        batch.drop_constraint(op.f("ck_project_status"), type_="check")
        for name in (
            "budget_cents", "places_key", "places_abroad", "is_publishable", "is_pooled", "status",
        ):  # fmt: skip
            batch.drop_column(name)
    op.drop_table("group_representative")
    with op.batch_alter_table("group") as batch:
        batch.drop_index("uq_group_sort_name_alive")
        batch.drop_index(op.f("ix_group_merged_into_id"))
        batch.drop_constraint(op.f("ck_group_merged_when_closed"), type_="check")
        batch.drop_constraint(op.f("fk_group_merged_into_id"), type_="foreignkey")
        batch.create_unique_constraint(op.f("uq_group_sort_name"), ["sort_name"])
        batch.drop_column("deleted_at")
        batch.drop_column("merged_into_id")


def _take_the_id_of_partners() -> None:
    connection = op.get_bind()
    table = sa.table("project_partner", *map(sa.column, ("project_id", "structure_id", "role")))
    first_role = sa.func.min(table.c.role).label("role")
    rows = connection.execute(
        sa.select(table.c.project_id, table.c.structure_id, first_role).group_by(
            table.c.project_id, table.c.structure_id
        )
    ).mappings()
    kept = [dict(row) for row in rows]
    op.drop_table("project_partner")
    made = op.create_table(
        "project_partner",
        sa.Column("project_id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=False),
        sa.Column("role", _key_text(30), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"], ["project.id"], name=op.f("fk_project_partner_project_id")
        ),
        sa.ForeignKeyConstraint(
            ["structure_id"], ["structure.id"], name=op.f("fk_project_partner_structure_id")
        ),
        sa.PrimaryKeyConstraint("project_id", "structure_id", name=op.f("pk_project_partner")),
    )
    op.create_index(op.f("ix_project_partner_structure_id"), "project_partner", ["structure_id"])
    if kept:
        op.bulk_insert(made, kept)
