"""Actors in depth: what hangs on a structure, seats, notes, the trash, undo, runs of jobs."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "job_run",
        sa.Column(
            "job",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=200), nullable=True),
        sa.Column("error", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("job", "day", name=op.f("pk_job_run")),
    )
    op.create_table(
        "export_record",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.Column("title", sa.String(length=120), nullable=False),
        sa.Column(
            "extension",
            sa.String(length=8).with_variant(sa.String(length=8, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("filter_names", sa.String(length=300), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_export_record_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_export_record")),
    )
    with op.batch_alter_table("export_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_export_record_at"), ["at"], unique=False)

    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "entity",
            sa.String(length=30).with_variant(sa.String(length=30, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("is_confidential", sa.Boolean(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["author_id"], ["user.id"], name=op.f("fk_note_author_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_note")),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_author_id"), ["author_id"], unique=False)
        batch_op.create_index(
            "ix_note_entity_record_id", ["entity", "record_id", "created_at"], unique=False
        )

    op.create_table(
        "trash_entry",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "entity",
            sa.String(length=30).with_variant(sa.String(length=30, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("record_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=300), nullable=False),
        sa.Column("reason", sa.String(length=300), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Integer(), nullable=True),
        sa.Column("actor_name", sa.String(length=120), nullable=False),
        sa.ForeignKeyConstraint(["actor_id"], ["user.id"], name=op.f("fk_trash_entry_actor_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trash_entry")),
        sa.UniqueConstraint("entity", "record_id", name=op.f("uq_trash_entry_entity_record_id")),
    )
    with op.batch_alter_table("trash_entry", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_trash_entry_at"), ["at"], unique=False)

    op.create_table(
        "note_reader",
        sa.Column("note_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["note_id"], ["note.id"], name=op.f("fk_note_reader_note_id")),
        sa.ForeignKeyConstraint(["user_id"], ["user.id"], name=op.f("fk_note_reader_user_id")),
        sa.PrimaryKeyConstraint("note_id", "user_id", name=op.f("pk_note_reader")),
    )
    with op.batch_alter_table("note_reader", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_note_reader_user_id"), ["user_id"], unique=False)

    op.create_table(
        "contact_point",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=True),
        sa.Column("contact_id", sa.Integer(), nullable=True),
        sa.Column(
            "medium",
            sa.String(length=10).with_variant(sa.String(length=10, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "nature",
            sa.String(length=20).with_variant(sa.String(length=20, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("value", sa.String(length=300), nullable=False),
        sa.Column(
            "value_key",
            sa.String(length=300).with_variant(sa.String(length=300, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("label", sa.String(length=80), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "(structure_id IS NULL) <> (contact_id IS NULL)",
            name=op.f("ck_contact_point_one_owner"),
        ),
        sa.ForeignKeyConstraint(
            ["contact_id"], ["contact.id"], name=op.f("fk_contact_point_contact_id")
        ),
        sa.ForeignKeyConstraint(
            ["structure_id"], ["structure.id"], name=op.f("fk_contact_point_structure_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_point")),
    )
    with op.batch_alter_table("contact_point", schema=None) as batch_op:
        batch_op.create_index("ix_contact_point_contact_id", ["contact_id"], unique=False)
        batch_op.create_index("ix_contact_point_structure_id", ["structure_id"], unique=False)
        batch_op.create_index("ix_contact_point_value_key", ["value_key"], unique=False)

    op.create_table(
        "network_membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("fee_cents", sa.Integer(), nullable=True),
        sa.Column("is_paid", sa.Boolean(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.Column("voting_contact_id", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("fee_cents >= 0", name=op.f("ck_network_membership_fee_cents")),
        sa.ForeignKeyConstraint(
            ["structure_id"], ["structure.id"], name=op.f("fk_network_membership_structure_id")
        ),
        sa.ForeignKeyConstraint(
            ["voting_contact_id"],
            ["contact.id"],
            name=op.f("fk_network_membership_voting_contact_id"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_network_membership")),
        sa.UniqueConstraint(
            "structure_id", "year", name=op.f("uq_network_membership_structure_id_year")
        ),
    )
    with op.batch_alter_table("network_membership", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_network_membership_voting_contact_id"),
            ["voting_contact_id"],
            unique=False,
        )
        batch_op.create_index("ix_network_membership_year", ["year", "structure_id"], unique=False)

    op.create_table(
        "partnership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=False),
        sa.Column("partner_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(length=200), nullable=True),
        sa.Column("start_on", sa.Date(), nullable=True),
        sa.Column("end_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "start_on IS NULL OR end_on IS NULL OR start_on <= end_on",
            name=op.f("ck_partnership_end_after_start"),
        ),
        sa.CheckConstraint("structure_id <> partner_id", name=op.f("ck_partnership_not_itself")),
        sa.ForeignKeyConstraint(
            ["partner_id"], ["structure.id"], name=op.f("fk_partnership_partner_id")
        ),
        sa.ForeignKeyConstraint(
            ["structure_id"], ["structure.id"], name=op.f("fk_partnership_structure_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_partnership")),
    )
    with op.batch_alter_table("partnership", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_partnership_partner_id"), ["partner_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_partnership_structure_id"), ["structure_id"], unique=False
        )

    op.create_table(
        "seat",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=120), nullable=False),
        sa.Column("is_elected", sa.Boolean(), nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "opened_on IS NULL OR closed_on IS NULL OR opened_on <= closed_on",
            name=op.f("ck_seat_closed_after_opened"),
        ),
        sa.ForeignKeyConstraint(
            ["structure_id"], ["structure.id"], name=op.f("fk_seat_structure_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_seat")),
    )
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_seat_structure_id"), ["structure_id"], unique=False)

    op.create_table(
        "structure_address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.String(length=80), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=True),
        sa.Column(
            "postcode",
            sa.String(length=10).with_variant(sa.String(length=10, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column(
            "commune_code",
            sa.String(length=5).with_variant(sa.String(length=5, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["commune_code"], ["commune.insee_code"], name=op.f("fk_structure_address_commune_code")
        ),
        sa.ForeignKeyConstraint(
            ["structure_id"], ["structure.id"], name=op.f("fk_structure_address_structure_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_structure_address")),
    )
    with op.batch_alter_table("structure_address", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_structure_address_structure_id"), ["structure_id"], unique=False
        )

    op.create_table(
        "structure_expertise",
        sa.Column("structure_id", sa.Integer(), nullable=False),
        sa.Column("expertise_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["expertise_id"],
            ["reference_item.id"],
            name=op.f("fk_structure_expertise_expertise_id"),
        ),
        sa.ForeignKeyConstraint(
            ["structure_id"], ["structure.id"], name=op.f("fk_structure_expertise_structure_id")
        ),
        sa.PrimaryKeyConstraint(
            "structure_id", "expertise_id", name=op.f("pk_structure_expertise")
        ),
    )
    with op.batch_alter_table("structure_expertise", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_structure_expertise_expertise_id"), ["expertise_id"], unique=False
        )

    op.add_column(
        "affiliation",
        sa.Column(
            "end_reason",
            sa.String(length=20).with_variant(sa.String(length=20, collation="C"), "postgresql"),
            nullable=True,
        ),
    )
    _add_reference("affiliation", "seat_id", "seat")
    op.create_index(
        "ix_change_entity_record_id", "change", ["entity", "record_id", "id"], unique=False
    )
    op.add_column("change_set", sa.Column("label", sa.String(length=200), nullable=True))
    _add_reference("change_set", "undoes_id", "change_set")
    op.add_column("follow_up", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("structure", sa.Column("dormant_on", sa.Date(), nullable=True))
    op.add_column("structure", sa.Column("verified_on", sa.Date(), nullable=True))
    _add_reference("structure", "referent_id", "user")


def _add_reference(table: str, column: str, target: str) -> None:
    """Add an indexed column that points at another table."""
    with op.batch_alter_table(table) as batch_op:
        batch_op.add_column(sa.Column(column, sa.Integer(), nullable=True))
        batch_op.create_index(f"ix_{table}_{column}", [column], unique=False)
        batch_op.create_foreign_key(f"fk_{table}_{column}", target, [column], ["id"])


def downgrade() -> None:
    with op.batch_alter_table("structure", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_structure_referent_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_structure_referent_id"))
        batch_op.drop_column("referent_id")
        batch_op.drop_column("verified_on")
        batch_op.drop_column("dormant_on")

    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.drop_column("deleted_at")

    with op.batch_alter_table("change_set", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_change_set_undoes_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_change_set_undoes_id"))
        batch_op.drop_column("undoes_id")
        batch_op.drop_column("label")

    with op.batch_alter_table("change", schema=None) as batch_op:
        batch_op.drop_index("ix_change_entity_record_id")

    with op.batch_alter_table("affiliation", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_affiliation_seat_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_affiliation_seat_id"))
        batch_op.drop_column("seat_id")
        batch_op.drop_column("end_reason")

    with op.batch_alter_table("structure_expertise", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_structure_expertise_expertise_id"))

    op.drop_table("structure_expertise")
    with op.batch_alter_table("structure_address", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_structure_address_structure_id"))

    op.drop_table("structure_address")
    with op.batch_alter_table("seat", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_seat_structure_id"))

    op.drop_table("seat")
    with op.batch_alter_table("partnership", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_partnership_structure_id"))
        batch_op.drop_index(batch_op.f("ix_partnership_partner_id"))

    op.drop_table("partnership")
    with op.batch_alter_table("network_membership", schema=None) as batch_op:
        batch_op.drop_index("ix_network_membership_year")
        batch_op.drop_index(batch_op.f("ix_network_membership_voting_contact_id"))

    op.drop_table("network_membership")
    with op.batch_alter_table("contact_point", schema=None) as batch_op:
        batch_op.drop_index("ix_contact_point_value_key")
        batch_op.drop_index("ix_contact_point_structure_id")
        batch_op.drop_index("ix_contact_point_contact_id")

    op.drop_table("contact_point")
    with op.batch_alter_table("note_reader", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_note_reader_user_id"))

    op.drop_table("note_reader")
    with op.batch_alter_table("trash_entry", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trash_entry_at"))

    op.drop_table("trash_entry")
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.drop_index("ix_note_entity_record_id")
        batch_op.drop_index(batch_op.f("ix_note_author_id"))

    op.drop_table("note")
    with op.batch_alter_table("export_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_export_record_at"))

    op.drop_table("export_record")
    op.drop_table("job_run")
