"""Reports of the year: what they are made of, their texts, the years that are closed."""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

_KINDS = "'section', 'chiffre', 'tableau', 'serie', 'liste', 'texte'"
_TABLES = ("report_closure", "report_text", "report_item", "report_template", "report_definition")
_OPEN = sa.text("reopened_at IS NULL")


def _key_text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(
        sa.String(length=length, collation="C"), "postgresql"
    )


def _code(name: str, length: int, *, is_needed: bool = False) -> sa.Column[str]:
    return sa.Column(name, _key_text(length), nullable=not is_needed)


def _text(name: str, length: int, *, is_needed: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String(length), nullable=not is_needed)


def _number(name: str, *, is_needed: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=not is_needed)


def _instant(name: str, *, is_needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not is_needed)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _create(table: str, keys: dict[str, str], *parts: sa.schema.SchemaItem) -> None:
    """Create a table with an id and foreign keys."""
    op.create_table(
        table,
        _number("id", is_needed=True),
        *parts,
        *(_key(table, column, target) for column, target in keys.items()),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sqlite_autoincrement=True,
    )


def upgrade() -> None:
    _create_definitions()
    _create_templates()
    _create_items()
    _create_texts()
    _create_closures()


def downgrade() -> None:
    for table in _TABLES:
        op.drop_table(table)


def _create_definitions() -> None:
    name = "report_definition"
    _create(
        name,
        {"agreement_id": "agreement.id"},
        _text("name", 120, is_needed=True), _code("sort_name", 120, is_needed=True),
        _text("funder", 200), _number("agreement_id"),
        _code("level", 20, is_needed=True), _code("period", 20, is_needed=True),
        _code("support", 20, is_needed=True),
        _instant("created_at", is_needed=True), _instant("deleted_at"),
        _number("version", is_needed=True),
        _check(name, "level", "level IN ('structure', 'parente')"),
        _check(name, "period", "period IN ('civile', 'convention')"),
        _check(name, "support", "support IN ('tout', 'formal', 'ad_hoc')"),
        _check(name, "agreement", "period <> 'convention' OR agreement_id IS NOT NULL"),
    )  # fmt: skip
    op.create_index(f"ix_{name}_agreement_id", name, ["agreement_id"])


def _create_templates() -> None:
    name = "report_template"
    _create(
        name,
        {"definition_id": "report_definition.id", "author_id": "user.id"},
        _number("definition_id", is_needed=True), _text("name", 200, is_needed=True),
        sa.Column("content", sa.LargeBinary(), nullable=False), _number("author_id"),
        _instant("created_at", is_needed=True), _instant("deleted_at"),
        _number("version", is_needed=True),
    )  # fmt: skip
    for column in ("definition_id", "author_id"):
        op.create_index(f"ix_{name}_{column}", name, [column])


def _create_items() -> None:
    name = "report_item"
    _create(
        name,
        {"definition_id": "report_definition.id"},
        _number("definition_id", is_needed=True), _number("position", is_needed=True),
        _code("kind", 20, is_needed=True), _text("title", 200), _code("code", 60), _code("by", 20),
        sa.Column("kept", sa.JSON(), nullable=False),
        _instant("created_at", is_needed=True), _instant("deleted_at"),
        _number("version", is_needed=True),
        _check(name, "kind", f"kind IN ({_KINDS})"),
    )  # fmt: skip
    op.create_index("ix_report_item_definition_id", name, ["definition_id", "position", "id"])


def _create_texts() -> None:
    name = "report_text"
    _create(
        name,
        {"item_id": "report_item.id", "author_id": "user.id"},
        _number("item_id", is_needed=True), _number("year", is_needed=True),
        sa.Column("body", sa.Text(), nullable=False), _number("author_id"),
        _instant("updated_at", is_needed=True), _number("version", is_needed=True),
        sa.UniqueConstraint("item_id", "year", name=op.f(f"uq_{name}_item_id_year")),
    )  # fmt: skip
    op.create_index(f"ix_{name}_author_id", name, ["author_id"])


def _create_closures() -> None:
    name = "report_closure"
    _create(
        name,
        {
            "definition_id": "report_definition.id",
            "closed_by_id": "user.id",
            "reopened_by_id": "user.id",
        },
        _number("definition_id", is_needed=True), _number("year", is_needed=True),
        _instant("closed_at", is_needed=True), _number("closed_by_id"),
        _code("digest", 64, is_needed=True), sa.Column("content", sa.LargeBinary(), nullable=False),
        _number("open_sessions", is_needed=True), _instant("reopened_at"),
        _number("reopened_by_id"), _text("reopen_reason", 500),
        _check(name, "reopened_with_reason", "(reopened_at IS NULL) = (reopen_reason IS NULL)"),
    )  # fmt: skip
    op.create_index(
        f"uq_{name}_definition_id_year",
        name,
        ["definition_id", "year"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    for column in ("closed_by_id", "reopened_by_id"):
        op.create_index(f"ix_{name}_{column}", name, [column])
