"""The path of a structure: where it stands, each step of it, what stops it; introductions."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_STAGES = "'a_qualifier', 'idee', 'montage', 'depot', 'mise_en_oeuvre', 'bilan'"
_OUTCOMES = "'abouti', 'reoriente', 'abandonne', 'sans_suite'"
_CURRENT = sa.text("closed_on IS NULL AND deleted_at IS NULL")


def _key_text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(
        sa.String(length=length, collation="C"), "postgresql"
    )


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def upgrade() -> None:
    _create_accompaniments()
    _create_stages()
    _create_obstacles()
    _create_introductions()
    _create_sides()
    _create_people()


def _create_accompaniments() -> None:
    name = "accompaniment"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=False),
        sa.Column("stage", _key_text(20), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("about", sa.String(300), nullable=True),
        sa.Column("project_id", sa.Integer(), nullable=True),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("next_milestone", sa.String(200), nullable=True),
        sa.Column("next_milestone_on", sa.Date(), nullable=True),
        sa.Column("closed_on", sa.Date(), nullable=True),
        sa.Column("outcome", _key_text(20), nullable=True),
        sa.Column("closing_note", sa.String(500), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(f"stage IN ({_STAGES})", name=op.f("ck_accompaniment_stage")),
        sa.CheckConstraint(f"outcome IN ({_OUTCOMES})", name=op.f("ck_accompaniment_outcome")),
        sa.CheckConstraint(
            "(closed_on IS NULL) = (outcome IS NULL)",
            name=op.f("ck_accompaniment_closed_with_outcome"),
        ),
        sa.CheckConstraint(
            "closed_on IS NULL OR opened_on <= closed_on",
            name=op.f("ck_accompaniment_closed_after_opened"),
        ),
        _key(name, "structure_id", "structure.id"),
        _key(name, "person_id", "user.id"),
        _key(name, "project_id", "project.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accompaniment")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "uq_accompaniment_structure_id_current",
        name,
        ["structure_id"],
        unique=True,
        sqlite_where=_CURRENT,
        postgresql_where=_CURRENT,
    )
    op.create_index("ix_accompaniment_structure_id", name, ["structure_id"])
    op.create_index("ix_accompaniment_project_id", name, ["project_id"])
    op.create_index("ix_accompaniment_stage", name, ["stage", "closed_on", "deleted_at", "id"])
    op.create_index("ix_accompaniment_person_id", name, ["person_id", "closed_on"])


def _create_stages() -> None:
    name = "accompaniment_stage"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("accompaniment_id", sa.Integer(), nullable=False),
        sa.Column("stage", _key_text(20), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        sa.Column("author_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(f"stage IN ({_STAGES})", name=op.f("ck_accompaniment_stage_stage")),
        _key(name, "accompaniment_id", "accompaniment.id"),
        _key(name, "author_id", "user.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accompaniment_stage")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_accompaniment_stage_of", name, ["accompaniment_id", "changed_on", "id"])
    op.create_index("ix_accompaniment_stage_author_id", name, ["author_id"])


def _create_obstacles() -> None:
    name = "accompaniment_obstacle"
    op.create_table(
        name,
        sa.Column("accompaniment_id", sa.Integer(), nullable=False),
        sa.Column("obstacle_id", sa.Integer(), nullable=False),
        _key(name, "accompaniment_id", "accompaniment.id"),
        _key(name, "obstacle_id", "reference_item.id"),
        sa.PrimaryKeyConstraint(
            "accompaniment_id", "obstacle_id", name=op.f("pk_accompaniment_obstacle")
        ),
    )
    op.create_index("ix_accompaniment_obstacle_obstacle_id", name, ["obstacle_id"])


def _create_introductions() -> None:
    name = "introduction"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("reason", sa.String(500), nullable=False),
        sa.Column("introduced_on", sa.Date(), nullable=False),
        sa.Column("officer_id", sa.Integer(), nullable=False),
        sa.Column("status", _key_text(20), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=True),
        sa.Column("session_id", sa.Integer(), nullable=True),
        sa.Column("follow_up_id", sa.Integer(), nullable=True),
        sa.Column("outcome", _key_text(20), nullable=True),
        sa.Column("outcome_on", sa.Date(), nullable=True),
        sa.Column("outcome_note", sa.String(1000), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "status IN ('proposee', 'accords_demandes', 'faite', 'refusee')",
            name=op.f("ck_introduction_status"),
        ),
        sa.CheckConstraint(
            "outcome IN ('rien', 'echange', 'projet_commun', 'partenariat', 'ne_sait_pas')",
            name=op.f("ck_introduction_outcome"),
        ),
        sa.CheckConstraint(
            "(status = 'faite') = (made_on IS NOT NULL)", name=op.f("ck_introduction_made_on")
        ),
        _key(name, "officer_id", "user.id"),
        _key(name, "session_id", "accompaniment_session.id"),
        _key(name, "follow_up_id", "follow_up.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_introduction_introduced_on", name, ["deleted_at", "introduced_on", "id"])
    op.create_index("ix_introduction_officer_id", name, ["officer_id", "status"])
    op.create_index("ix_introduction_session_id", name, ["session_id"])
    op.create_index("ix_introduction_follow_up_id", name, ["follow_up_id"])


def _create_sides() -> None:
    name = "introduction_side"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("introduction_id", sa.Integer(), nullable=False),
        sa.Column("structure_id", sa.Integer(), nullable=False),
        sa.Column("is_asking", sa.Boolean(), nullable=False),
        _key(name, "introduction_id", "introduction.id"),
        _key(name, "structure_id", "structure.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction_side")),
        sa.UniqueConstraint(
            "introduction_id",
            "structure_id",
            name=op.f("uq_introduction_side_introduction_id_structure_id"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_introduction_side_structure_id", name, ["structure_id"])


def _create_people() -> None:
    name = "introduction_person"
    op.create_table(
        name,
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("side_id", sa.Integer(), nullable=False),
        sa.Column("contact_id", sa.Integer(), nullable=False),
        sa.Column("asked_on", sa.Date(), nullable=True),
        sa.Column("answered_on", sa.Date(), nullable=True),
        sa.Column("answer", _key_text(3), nullable=True),
        sa.Column("means", _key_text(20), nullable=True),
        sa.CheckConstraint("answer IN ('oui', 'non')", name=op.f("ck_introduction_person_answer")),
        sa.CheckConstraint(
            "means IN ('courriel', 'telephone', 'de_vive_voix')",
            name=op.f("ck_introduction_person_means"),
        ),
        sa.CheckConstraint(
            "(answer IS NULL) = (answered_on IS NULL)",
            name=op.f("ck_introduction_person_answered_on"),
        ),
        _key(name, "side_id", "introduction_side.id"),
        _key(name, "contact_id", "contact.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_introduction_person")),
        sa.UniqueConstraint(
            "side_id", "contact_id", name=op.f("uq_introduction_person_side_id_contact_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_introduction_person_contact_id", name, ["contact_id"])


def downgrade() -> None:
    for name in ("introduction_person", "introduction_side", "introduction"):
        op.drop_table(name)
    for name in ("accompaniment_obstacle", "accompaniment_stage", "accompaniment"):
        op.drop_table(name)
