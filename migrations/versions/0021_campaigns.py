"""Campaigns: targets and what moved them."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_STAGES = (
    "'a_contacter', 'contactee', 'a_repondu', 'interessee', 'inscrite', 'presente',"
    " 'accompagnee', 'deposee', 'financee', 'sans_suite'"
)
_OBSTACLES = "'moyens_humains', 'moyens_financiers', 'calendrier', 'elus', 'autre'"
_CAUSES = (
    "'main', 'appel', 'envoi', 'reponse', 'inscription', 'presence', 'seance', 'depot',"
    " 'obtention', 'annulation'"
)
_MEASURES = (
    "'ciblees', 'touchees', 'ayant_repondu', 'rencontrees', 'accompagnees', 'deposees', 'financees'"
)


def _key_text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(
        sa.String(length=length, collation="C"), "postgresql"
    )


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _primary(table: str, *columns: str) -> sa.PrimaryKeyConstraint:
    return sa.PrimaryKeyConstraint(*columns, name=op.f(f"pk_{table}"))


def _instant(name: str, *, is_needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not is_needed)


def _day(name: str, *, is_needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=not is_needed)


def _number(name: str, *, is_needed: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=not is_needed)


def _text(name: str, length: int, *, is_needed: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=not is_needed)


def _code(name: str, length: int, *, is_needed: bool = False) -> sa.Column[str]:
    return sa.Column(name, _key_text(length), nullable=not is_needed)


def upgrade() -> None:
    _create_campaigns()
    for name, column, target in (
        ("campaign_axis", "axis_id", "reference_item.id"),
        ("campaign_member", "user_id", "user.id"),
        ("campaign_event", "event_id", "event.id"),
    ):
        _create_link(name, column, target)
    _create_goals()
    _create_mailings()
    _create_targets()
    _create_moves()
    op.create_table(
        "directory_entry",
        _code("insee_code", 5, is_needed=True),
        _text("email", 254),
        _code("phone", 20),
        _text("website", 300),
        _instant("read_at", is_needed=True),
        _key("directory_entry", "insee_code", "commune.insee_code"),
        _primary("directory_entry", "insee_code"),
    )


def _create_campaigns() -> None:
    name = "campaign"
    op.create_table(
        name,
        _number("id", is_needed=True),
        _text("name", 200, is_needed=True),
        _code("sort_name", 200, is_needed=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        _code("status", 20, is_needed=True),
        _day("starts_on", is_needed=True),
        _day("ends_on", is_needed=True),
        _number("reporting_year", is_needed=True),
        *(_number(f"{each}_id") for each in ("call", "scheme", "theme", "segment")),
        _text("functions", 300),
        sa.Column("script", sa.Text(), nullable=True),
        _number("cloned_from_id"),
        _instant("created_at", is_needed=True),
        _instant("deleted_at"),
        _number("version", is_needed=True),
        _check(name, "status", "status IN ('preparation', 'en_cours', 'terminee')"),
        _check(name, "ends_after_start", "starts_on <= ends_on"),
        _key(name, "call_id", "funding_call.id"),
        _key(name, "scheme_id", "funding_scheme.id"),
        _key(name, "theme_id", "reference_item.id"),
        _key(name, "segment_id", "segment.id"),
        _key(name, "cloned_from_id", "campaign.id"),
        _primary(name, "id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_campaign_starts_on", name, ["deleted_at", "starts_on", "id"])
    op.create_index("ix_campaign_status", name, ["status", "deleted_at"])
    op.create_index("ix_campaign_reporting_year", name, ["reporting_year", "deleted_at"])
    for each in ("call", "scheme", "theme", "segment", "cloned_from"):
        op.create_index(f"ix_campaign_{each}_id", name, [f"{each}_id"])


def _create_link(name: str, column: str, target: str) -> None:
    op.create_table(
        name,
        _number("campaign_id", is_needed=True),
        sa.Column(column, sa.Integer(), nullable=False),
        _key(name, "campaign_id", "campaign.id"),
        _key(name, column, target),
        _primary(name, "campaign_id", column),
    )
    op.create_index(f"ix_{name}_{column}", name, [column])


def _create_goals() -> None:
    name = "campaign_goal"
    op.create_table(
        name,
        _number("campaign_id", is_needed=True),
        _code("departement_code", 3, is_needed=True),
        _code("measure", 20, is_needed=True),
        _number("count", is_needed=True),
        _check(name, "measure", f"measure IN ({_MEASURES})"),
        _check(name, "count", "count > 0"),
        _key(name, "campaign_id", "campaign.id"),
        _key(name, "departement_code", "departement.code"),
        _primary(name, "campaign_id", "departement_code", "measure"),
    )
    op.create_index(f"ix_{name}_departement_code", name, ["departement_code"])


def _create_mailings() -> None:
    name = "campaign_mailing"
    op.create_table(
        name,
        _number("id", is_needed=True),
        _number("campaign_id", is_needed=True),
        _text("what", 200, is_needed=True),
        _day("planned_on"),
        _number("mailing_id"),
        _instant("created_at", is_needed=True),
        _key(name, "campaign_id", "campaign.id"),
        _key(name, "mailing_id", "mailing.id"),
        _primary(name, "id"),
        sa.UniqueConstraint("mailing_id", name=op.f(f"uq_{name}_mailing_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{name}_campaign_id", name, ["campaign_id", "planned_on", "id"])


def _create_targets() -> None:
    name = "target"
    op.create_table(
        name,
        _number("id", is_needed=True),
        _number("campaign_id", is_needed=True),
        _number("structure_id", is_needed=True),
        _number("contact_id"),
        _text("role", 120),
        _number("officer_id"),
        _code("stage", 20, is_needed=True),
        _code("obstacle", 20),
        _text("obstacle_note", 500),
        _day("next_call_on"),
        _code("origin", 10, is_needed=True),
        _text("structure_name", 200, is_needed=True),
        _code("family_code", 20, is_needed=True),
        _code("departement_code", 3),
        _instant("created_at", is_needed=True),
        _instant("deleted_at"),
        _number("version", is_needed=True),
        _check(name, "stage", f"stage IN ({_STAGES})"),
        _check(name, "obstacle", f"obstacle IN ({_OBSTACLES})"),
        _check(name, "origin", "origin IN ('criteres', 'segment', 'collee', 'fichier', 'reprise')"),
        _check(name, "dropped_with_obstacle", "(stage = 'sans_suite') = (obstacle IS NOT NULL)"),
        _key(name, "campaign_id", "campaign.id"),
        _key(name, "structure_id", "structure.id"),
        _key(name, "contact_id", "contact.id"),
        _key(name, "officer_id", "user.id"),
        _primary(name, "id"),
        sqlite_autoincrement=True,
    )
    alive = sa.text("deleted_at IS NULL")
    op.create_index(
        "uq_target_campaign_id_structure_id_alive",
        name,
        ["campaign_id", "structure_id"],
        unique=True,
        sqlite_where=alive,
        postgresql_where=alive,
    )
    op.create_index("ix_target_stage", name, ["campaign_id", "stage", "deleted_at", "id"])
    op.create_index("ix_target_next_call_on", name, ["campaign_id", "next_call_on", "id"])
    op.create_index("ix_target_structure_id", name, ["structure_id", "campaign_id"])
    op.create_index("ix_target_officer_id", name, ["officer_id", "campaign_id"])
    op.create_index("ix_target_contact_id", name, ["contact_id"])


def _create_moves() -> None:
    name = "target_move"
    op.create_table(
        name,
        _number("id", is_needed=True),
        _number("target_id", is_needed=True),
        _number("campaign_id", is_needed=True),
        _code("from_stage", 20, is_needed=True),
        _code("to_stage", 20, is_needed=True),
        _code("reached", 20),
        _code("cause", 20, is_needed=True),
        _text("note", 500),
        _code("obstacle", 20),
        _code("source_kind", 30),
        _number("source_id"),
        _day("next_call_before"),
        _day("happened_on", is_needed=True),
        _instant("at", is_needed=True),
        _number("author_id"),
        _number("undoes_id"),
        *(
            _check(name, each, f"{each} IN ({_STAGES})")
            for each in ("from_stage", "to_stage", "reached")
        ),
        _check(name, "cause", f"cause IN ({_CAUSES})"),
        _check(name, "obstacle", f"obstacle IN ({_OBSTACLES})"),
        _key(name, "target_id", "target.id"),
        _key(name, "campaign_id", "campaign.id"),
        _key(name, "author_id", "user.id"),
        _key(name, "undoes_id", "target_move.id"),
        _primary(name, "id"),
        sa.UniqueConstraint("undoes_id", name=op.f(f"uq_{name}_undoes_id")),
        sqlite_autoincrement=True,
    )
    sourced = sa.text("source_id IS NOT NULL AND undoes_id IS NULL")
    op.create_index(
        "uq_target_move_source",
        name,
        ["target_id", "cause", "source_id"],
        unique=True,
        sqlite_where=sourced,
        postgresql_where=sourced,
    )
    op.create_index("ix_target_move_campaign_id", name, ["campaign_id", "at", "id"])
    op.create_index("ix_target_move_reached", name, ["campaign_id", "reached", "target_id"])
    op.create_index("ix_target_move_target_id", name, ["target_id"])
    op.create_index("ix_target_move_author_id", name, ["author_id"])


def downgrade() -> None:
    for name in (
        "directory_entry",
        "target_move",
        "target",
        "campaign_mailing",
        "campaign_goal",
        "campaign_event",
        "campaign_member",
        "campaign_axis",
        "campaign",
    ):
        op.drop_table(name)
