"""Schemes, calls and applications; what sessions and follow-ups have to do with them."""

import re
import unicodedata
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_STATUSES = (
    "'identifie', 'montage', 'depose', 'instruction', 'obtenu', 'partiel', 'refuse', "
    "'ineligible', 'abandonne', 'solde'"
)
_FAMILIES = (
    "'association', 'collectivite', 'entreprise', 'universitaire', 'scolaire', 'jeunesse', "
    "'reseau', 'institution', 'etranger', 'autre'"
)
_ROLES = "'codemandeur', 'partenaire', 'partenaire_etranger', 'parrain', 'operateur'"
_LEVELS = "'initie', 'substantiel', 'leger'"
_AUTOINCREMENT = {"sqlite_autoincrement": True}


def _key_text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(
        sa.String(length=length, collation="C"), "postgresql"
    )


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _id() -> sa.Column[int]:
    return sa.Column("id", sa.Integer(), nullable=False)


def _number(name: str, *, is_needed: bool = True) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=not is_needed)


def _cents(name: str, *, is_needed: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=not is_needed)


def _life() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True),
        _number("version"),
    )


def upgrade() -> None:
    _create_schemes()
    _create_calls()
    _create_applications()
    _create_partners()
    _create_steps()
    _create_money()
    _create_deadlines()
    _link_sessions()
    _link_follow_ups()
    _take_schemes_from_the_list()


def _create_schemes() -> None:
    op.create_table(
        "funding_scheme",
        _id(),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("sort_name", _key_text(200), nullable=False),
        sa.Column("summary", sa.Text(), nullable=True),
        sa.Column("link", sa.String(300), nullable=True),
        sa.Column("is_recurring", sa.Boolean(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        *_life(),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_funding_scheme")),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_funding_scheme_sort_name", "funding_scheme", ["deleted_at", "sort_name", "id"]
    )
    name = "funding_scheme_funder"
    op.create_table(
        name,
        _number("scheme_id"),
        _number("structure_id"),
        _key(name, "scheme_id", "funding_scheme.id"),
        _key(name, "structure_id", "structure.id"),
        sa.PrimaryKeyConstraint("scheme_id", "structure_id", name=op.f(f"pk_{name}")),
    )
    op.create_index(f"ix_{name}_structure_id", name, ["structure_id"])


def _create_calls() -> None:
    name = "funding_call"
    op.create_table(
        name,
        _id(),
        _number("scheme_id"),
        sa.Column("name", sa.String(200), nullable=False),
        _number("year"),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("predeposit_on", sa.Date(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=True),
        sa.Column("results_on", sa.Date(), nullable=True),
        _number("minimum_partners", is_needed=False),
        _cents("cap_cents"),
        _number("rate_percent", is_needed=False),
        _cents("budget_cents"),
        sa.Column("link", sa.String(300), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        *_life(),
        _check(name, "closes_after_opening", "opens_on <= closes_on"),
        _check(name, "closes_after_predeposit", "predeposit_on <= closes_on"),
        _check(name, "results_after_closing", "closes_on <= results_on"),
        _check(name, "rate_percent", "rate_percent BETWEEN 1 AND 100"),
        _check(name, "cap_cents", "cap_cents > 0"),
        _check(name, "budget_cents", "budget_cents > 0"),
        _check(name, "minimum_partners", "minimum_partners > 0"),
        _key(name, "scheme_id", "funding_scheme.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint("scheme_id", "id", name=op.f(f"uq_{name}_scheme_id_id")),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{name}_closes_on", name, ["deleted_at", "closes_on", "id"])
    family = "funding_call_family"
    op.create_table(
        family,
        _number("call_id"),
        sa.Column("family_code", _key_text(20), nullable=False),
        _check(family, "family_code", f"family_code IN ({_FAMILIES})"),
        _key(family, "call_id", "funding_call.id"),
        sa.PrimaryKeyConstraint("call_id", "family_code", name=op.f(f"pk_{family}")),
    )
    place = "funding_call_departement"
    op.create_table(
        place,
        _number("call_id"),
        sa.Column("departement_code", _key_text(3), nullable=False),
        _key(place, "call_id", "funding_call.id"),
        _key(place, "departement_code", "departement.code"),
        sa.PrimaryKeyConstraint("call_id", "departement_code", name=op.f(f"pk_{place}")),
    )
    op.create_index(f"ix_{place}_departement_code", place, ["departement_code"])


def _create_applications() -> None:
    name = "funding_application"
    op.create_table(
        name,
        _id(),
        _number("scheme_id"),
        _number("call_id", is_needed=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("sort_title", _key_text(200), nullable=False),
        sa.Column("reference", _key_text(60), nullable=True),
        _number("beneficiary_id"),
        sa.Column("beneficiary_name", sa.String(200), nullable=False),
        sa.Column("family_code", _key_text(20), nullable=False),
        sa.Column("departement_code", _key_text(3), nullable=True),
        sa.Column("commune_code", _key_text(5), nullable=True),
        _number("funder_id", is_needed=False),
        _number("project_id", is_needed=False),
        _number("person_id", is_needed=False),
        sa.Column("status", _key_text(12), nullable=False),
        _cents("total_cents"),
        _cents("requested_cents"),
        _cents("awarded_cents"),
        sa.Column("award_reason", sa.String(300), nullable=True),
        sa.Column("filed_on", sa.Date(), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        _number("refusal_reason_id", is_needed=False),
        sa.Column("refusal_note", sa.String(500), nullable=True),
        sa.Column("notes", sa.Text(), nullable=True),
        *_life(),
        _check(name, "status", f"status IN ({_STATUSES})"),
        _check(name, "family_code", f"family_code IN ({_FAMILIES})"),
        *(
            _check(name, f"{each}_cents", f"{each}_cents >= 0")
            for each in ("requested", "awarded", "total")
        ),
        _check(name, "decided_after_filing", "filed_on <= decided_on"),
        _check(
            name,
            "awarded",
            "(awarded_cents IS NOT NULL) = (status IN ('obtenu', 'partiel', 'solde'))",
        ),
        _check(name, "filed", "status NOT IN ('depose', 'instruction') OR filed_on IS NOT NULL"),
        _check(
            name,
            "decided",
            "(decided_on IS NOT NULL) = "
            "(status IN ('obtenu', 'partiel', 'solde', 'refuse', 'ineligible'))",
        ),
        _key(name, "scheme_id", "funding_scheme.id"),
        sa.ForeignKeyConstraint(
            ["scheme_id", "call_id"],
            ["funding_call.scheme_id", "funding_call.id"],
            name=op.f(f"fk_{name}_scheme_id_call_id"),
        ),
        _key(name, "beneficiary_id", "structure.id"),
        _key(name, "funder_id", "structure.id"),
        _key(name, "project_id", "project.id"),
        _key(name, "person_id", "user.id"),
        _key(name, "refusal_reason_id", "reference_item.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sqlite_autoincrement=True,
    )
    for column in (
        "call_id", "reference", "beneficiary_id", "commune_code", "funder_id", "project_id",
        "person_id", "refusal_reason_id",
    ):  # fmt: skip
        op.create_index(f"ix_{name}_{column}", name, [column])
    op.create_index(f"ix_{name}_title", name, ["deleted_at", "sort_title", "id"])
    op.create_index(f"ix_{name}_status", name, ["status", "deleted_at", "id"])
    op.create_index(f"ix_{name}_scheme", name, ["scheme_id", "call_id", "deleted_at"])
    op.create_index(f"ix_{name}_filed_on", name, ["deleted_at", "filed_on", "id"])
    op.create_index(f"ix_{name}_decided_on", name, ["deleted_at", "decided_on", "id"])


def _create_partners() -> None:
    name = "application_partner"
    op.create_table(
        name,
        _id(),
        _number("application_id"),
        _number("structure_id"),
        sa.Column("role", _key_text(20), nullable=False),
        _check(name, "role", f"role IN ({_ROLES})"),
        _key(name, "application_id", "funding_application.id"),
        _key(name, "structure_id", "structure.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(
            "application_id",
            "structure_id",
            "role",
            name=op.f(f"uq_{name}_application_id_structure_id_role"),
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{name}_structure_id", name, ["structure_id"])


def _create_steps() -> None:
    name = "application_step"
    op.create_table(
        name,
        _id(),
        _number("application_id"),
        sa.Column("status", _key_text(12), nullable=False),
        sa.Column("changed_on", sa.Date(), nullable=False),
        _number("author_id", is_needed=False),
        _check(name, "status", f"status IN ({_STATUSES})"),
        _key(name, "application_id", "funding_application.id"),
        _key(name, "author_id", "user.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{name}_of", name, ["application_id", "changed_on", "id"])
    op.create_index(f"ix_{name}_author_id", name, ["author_id"])


def _create_money() -> None:
    name = "co_funding"
    op.create_table(
        name,
        _id(),
        _number("application_id"),
        _number("funder_id"),
        _cents("requested_cents"),
        _cents("awarded_cents"),
        sa.Column("note", sa.String(300), nullable=True),
        _number("version"),
        _check(name, "requested_cents", "requested_cents >= 0"),
        _check(name, "awarded_cents", "awarded_cents >= 0"),
        _key(name, "application_id", "funding_application.id"),
        _key(name, "funder_id", "structure.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sa.UniqueConstraint(
            "application_id", "funder_id", name=op.f(f"uq_{name}_application_id_funder_id")
        ),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{name}_funder_id", name, ["funder_id"])
    paid = "payment"
    op.create_table(
        paid,
        _id(),
        _number("application_id"),
        sa.Column("received_on", sa.Date(), nullable=False),
        _cents("amount_cents", is_needed=True),
        sa.Column("note", sa.String(300), nullable=True),
        _number("version"),
        _check(paid, "amount_cents", "amount_cents > 0"),
        _key(paid, "application_id", "funding_application.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{paid}")),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{paid}_of", paid, ["application_id", "received_on", "id"])


def _create_deadlines() -> None:
    name = "reporting_deadline"
    op.create_table(
        name,
        _id(),
        _number("application_id"),
        sa.Column("what", sa.String(200), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("done_on", sa.Date(), nullable=True),
        _number("version"),
        _key(name, "application_id", "funding_application.id"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        sqlite_autoincrement=True,
    )
    op.create_index(f"ix_{name}_of", name, ["application_id", "due_on", "id"])
    op.create_index(f"ix_{name}_due_on", name, ["done_on", "due_on"])


def _link_sessions() -> None:
    name = "session_application"
    op.create_table(
        name,
        _number("session_id"),
        _number("application_id"),
        sa.Column("level", _key_text(12), nullable=False),
        _check(name, "level", f"level IN ({_LEVELS})"),
        _key(name, "session_id", "accompaniment_session.id"),
        _key(name, "application_id", "funding_application.id"),
        sa.PrimaryKeyConstraint("session_id", "application_id", name=op.f(f"pk_{name}")),
    )
    op.create_index(f"ix_{name}_application_id", name, ["application_id"])


def _link_follow_ups() -> None:
    last_id = _last_id()
    with op.batch_alter_table("follow_up", table_kwargs=_AUTOINCREMENT) as table:
        table.add_column(_number("application_id", is_needed=False))
        table.add_column(_number("call_id", is_needed=False))
        table.add_column(_number("days_before_closing", is_needed=False))
        table.create_foreign_key(
            op.f("fk_follow_up_application_id"), "funding_application", ["application_id"], ["id"]
        )
        table.create_foreign_key(op.f("fk_follow_up_call_id"), "funding_call", ["call_id"], ["id"])
        table.create_index(op.f("ix_follow_up_application_id"), ["application_id"])
        table.create_index(op.f("ix_follow_up_call_id"), ["call_id"])
    _count_on_from(last_id)


def _take_schemes_from_the_list() -> None:
    """Make the schemes that a network had in its list of words, which nothing pointed at."""
    item = sa.table(
        "reference_item",
        *(sa.column(name) for name in ("id", "list_code", "label", "is_active", "position")),
    )
    scheme = sa.table(
        "funding_scheme",
        *(sa.column(name) for name in ("name", "sort_name", "version")),
        *(sa.column(name, sa.Boolean()) for name in ("is_recurring", "is_active")),
        sa.column("created_at", sa.DateTime(timezone=True)),
    )
    connection = op.get_bind()
    found = connection.execute(
        sa.select(item.c.label, item.c.is_active)
        .where(item.c.list_code == "scheme")
        .order_by(item.c.position, item.c.id)
    ).all()
    if found:
        now = datetime.now(UTC)
        made = [
            {
                "name": label,
                "sort_name": _sorted_as(label),
                "is_recurring": False,
                "is_active": bool(is_active),
                "created_at": now,
                "version": 1,
            }
            for label, is_active in found
        ]
        connection.execute(sa.insert(scheme), made)
    connection.execute(
        sa.delete(item).where(item.c.list_code.in_(("scheme", "application_status")))
    )


def _sorted_as(label: str) -> str:
    plain = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode().lower()
    return " ".join(re.findall("[a-z0-9]+", plain))[:200]


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
    with op.batch_alter_table("follow_up", table_kwargs=_AUTOINCREMENT) as table:
        for name in ("application_id", "call_id"):
            table.drop_index(op.f(f"ix_follow_up_{name}"))
            table.drop_constraint(op.f(f"fk_follow_up_{name}"), type_="foreignkey")
            table.drop_column(name)
        table.drop_column("days_before_closing")
    _count_on_from(last_id)
    for name in (
        "session_application", "reporting_deadline", "payment", "co_funding", "application_step",
        "application_partner", "funding_application", "funding_call_departement",
        "funding_call_family", "funding_call", "funding_scheme_funder", "funding_scheme",
    ):  # fmt: skip
        op.drop_table(name)
