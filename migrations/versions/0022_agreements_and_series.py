"""Agreements that axes belong to, what they plan, and figures noted by hand.

The axes that sessions, events and campaigns count for stay where they are, and so does what counts
for them: those in use go to an agreement made for them, over the years of that work.
"""

from datetime import UTC, date, datetime

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

_GATHERED, _GATHERED_KEY = "Convention à compléter", "convention a completer"
_USES = (
    ("session_axis", "session_id", "accompaniment_session", "held_on"),
    ("event_axis", "event_id", "event", "held_on"),
    ("campaign_axis", "campaign_id", "campaign", "starts_on"),
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


def _day(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.Date(), nullable=False)


def _number(name: str, *, is_needed: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=not is_needed)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _text(name: str, length: int, *, is_needed: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=not is_needed)


def _code(name: str, length: int, *, is_needed: bool = False) -> sa.Column[str]:
    return sa.Column(name, _key_text(length), nullable=not is_needed)


def _life() -> tuple[sa.Column[object], ...]:
    return (
        _instant("created_at", is_needed=True),
        _instant("deleted_at"),
        _number("version", is_needed=True),
    )


def upgrade() -> None:
    _create_agreements()
    _create_actions()
    _create_records()
    _create_series()
    _gather_axes()


def _create_agreements() -> None:
    op.create_table(
        "agreement",
        _number("id", is_needed=True),
        _text("name", 200, is_needed=True),
        _code("sort_name", 200, is_needed=True),
        _text("reference", 60),
        _day("starts_on"),
        _day("ends_on"),
        sa.Column("notes", sa.Text(), nullable=True),
        *_life(),
        _check("agreement", "ends_after_start", "starts_on <= ends_on"),
        _primary("agreement", "id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_agreement_starts_on", "agreement", ["deleted_at", "starts_on", "id"])
    op.create_table(
        "agreement_funder",
        _number("agreement_id", is_needed=True),
        _number("structure_id", is_needed=True),
        _key("agreement_funder", "agreement_id", "agreement.id"),
        _key("agreement_funder", "structure_id", "structure.id"),
        _primary("agreement_funder", "agreement_id", "structure_id"),
    )
    op.create_index("ix_agreement_funder_structure_id", "agreement_funder", ["structure_id"])
    op.create_table(
        "axis",
        _number("item_id", is_needed=True),
        _number("agreement_id", is_needed=True),
        _number("position", is_needed=True),
        _key("axis", "item_id", "reference_item.id"),
        _key("axis", "agreement_id", "agreement.id"),
        _primary("axis", "item_id"),
    )
    op.create_index("ix_axis_agreement_id", "axis", ["agreement_id"])


def _create_actions() -> None:
    name = "planned_action"
    op.create_table(
        name,
        _number("id", is_needed=True),
        _number("agreement_id", is_needed=True),
        _number("axis_id"),
        _number("position", is_needed=True),
        _text("label", 300, is_needed=True),
        _text("target_text", 120),
        _number("target_count"),
        _code("rhythm", 20, is_needed=True),
        _number("year"),
        _code("figure_code", 60),
        _flag("by_axis"),
        _text("kept", 1000),
        *_life(),
        _check(name, "rhythm", "rhythm IN ('chaque_annee', 'une_annee', 'convention')"),
        _check(name, "year", "(rhythm = 'une_annee') = (year IS NOT NULL)"),
        _check(name, "target_count", "target_count >= 0"),
        _key(name, "agreement_id", "agreement.id"),
        _key(name, "axis_id", "reference_item.id"),
        _primary(name, "id"),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{name}_agreement_id", name, ["agreement_id", "position", "id"])
    op.create_index(f"ix_{name}_axis_id", name, ["axis_id"])


def _create_records() -> None:
    name = "action_record"
    op.create_table(
        name,
        _number("id", is_needed=True),
        _number("action_id", is_needed=True),
        _day("done_on"),
        _text("what", 300, is_needed=True),
        _number("count", is_needed=True),
        _text("source", 300),
        _number("author_id"),
        *_life(),
        _check(name, "count", "count >= 0"),
        _key(name, "action_id", "planned_action.id"),
        _key(name, "author_id", "user.id"),
        _primary(name, "id"),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{name}_action_id", name, ["action_id", "done_on", "id"])
    op.create_index(f"ix_{name}_author_id", name, ["author_id"])


def _create_series() -> None:
    op.create_table(
        "series",
        _number("id", is_needed=True),
        _text("name", 120, is_needed=True),
        _code("sort_name", 120, is_needed=True),
        _text("unit", 60, is_needed=True),
        _code("reading", 10, is_needed=True),
        _text("source", 300),
        sa.Column("notes", sa.Text(), nullable=True),
        *_life(),
        _check("series", "reading", "reading IN ('niveau', 'somme')"),
        _primary("series", "id"),
        sqlite_autoincrement=True,
    )
    name = "series_point"
    op.create_table(
        name,
        _number("id", is_needed=True),
        _number("series_id", is_needed=True),
        _day("day"),
        _number("count", is_needed=True),
        _flag("is_approximate"),
        _text("wording", 80),
        _text("source", 300),
        _text("note", 300),
        _number("author_id"),
        *_life(),
        _check(name, "count", "count >= 0"),
        _key(name, "series_id", "series.id"),
        _key(name, "author_id", "user.id"),
        _primary(name, "id"),
        sqlite_autoincrement=True,
    )
    alive = sa.text("deleted_at IS NULL")
    op.create_index(
        f"uq_{name}_series_id_day_alive",
        name,
        ["series_id", "day"],
        unique=True,
        sqlite_where=alive,
        postgresql_where=alive,
    )
    op.create_index(f"ix_{name}_author_id", name, ["author_id"])
    op.create_table(
        "formula",
        _number("id", is_needed=True),
        _text("name", 120, is_needed=True),
        _code("sort_name", 120, is_needed=True),
        _text("expression", 500, is_needed=True),
        sa.Column("rule", sa.Text(), nullable=True),
        *_life(),
        _primary("formula", "id"),
        sqlite_autoincrement=True,
    )


def _gather_axes() -> None:
    """Put the axes in use in an agreement made for them; those that nothing uses stay free."""
    connection = op.get_bind()
    found = list(
        connection.execute(
            sa.text("SELECT id FROM reference_item WHERE list_code = 'axis' ORDER BY position, id")
        ).scalars()
    )
    days: list[str] = []
    for link, column, table, day in _USES:
        first, last, count = connection.execute(
            sa.text(
                f"SELECT min({day}), max({day}), count(*) FROM {table}"  # noqa: S608 - our names
                f" WHERE id IN (SELECT {column} FROM {link})"
            )
        ).one()
        if count:
            days += [str(each or datetime.now(UTC).date()) for each in (first, last)]
    if not found or not days:
        return
    agreement = sa.table(
        "agreement",
        *(sa.column(each) for each in ("id", "name", "sort_name", "version")),
        sa.column("starts_on", sa.Date()),
        sa.column("ends_on", sa.Date()),
        sa.column("created_at", sa.DateTime(timezone=True)),
    )
    connection.execute(
        agreement.insert().values(
            name=_GATHERED,
            sort_name=_GATHERED_KEY,
            starts_on=date(int(min(days)[:4]), 1, 1),
            ends_on=date(int(max(days)[:4]), 12, 31),
            created_at=datetime.now(UTC),
            version=1,
        )
    )
    agreement_id = connection.execute(sa.select(sa.func.max(agreement.c.id))).scalar_one()
    axis = sa.table("axis", *(sa.column(each) for each in ("item_id", "agreement_id", "position")))
    connection.execute(
        axis.insert(),
        [
            {"item_id": item_id, "agreement_id": agreement_id, "position": position}
            for position, item_id in enumerate(found, start=1)
        ],
    )


def downgrade() -> None:
    for name in (
        "formula", "series_point", "series", "action_record", "planned_action", "axis",
        "agreement_funder", "agreement",
    ):  # fmt: skip
        op.drop_table(name)
