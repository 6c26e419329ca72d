"""Events, registrations, attendances; messages that carry a calendar file."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

_STATUSES = "'en_preparation', 'confirme', 'realise', 'reporte', 'annule'"
_REGISTRATIONS = "'inscrite', 'attente', 'proposee', 'annulee'"
_REMINDERS = "'j7', 'j1', 'h1', 'replay', 'absence'"
_TABLES = (
    "event_follow_up", "event_session",
    "attendance_heading", "attendance_row", "attendance_file", "attendance", "event_reminder",
    "registration", "event_question", "event_move", "event_country", "event_axis", "event_theme",
    "event",
)  # fmt: skip


def _key_text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(
        sa.String(length=length, collation="C"), "postgresql"
    )


def _code(name: str, length: int, *, is_needed: bool = False) -> sa.Column[str]:
    return sa.Column(name, _key_text(length), nullable=not is_needed)


def _text(name: str, length: int | None, *, is_needed: bool = False) -> sa.Column[str]:
    kind = sa.Text() if length is None else sa.String(length)
    return sa.Column(name, kind, nullable=not is_needed)


def _number(name: str, *, is_needed: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=not is_needed)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def _json(name: str) -> sa.Column[object]:
    return sa.Column(name, sa.JSON(), nullable=False)


def _instant(name: str, *, is_needed: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=not is_needed)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def _unique(table: str, *columns: str) -> sa.UniqueConstraint:
    return sa.UniqueConstraint(*columns, name=op.f(f"uq_{table}_{'_'.join(columns)}"))


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


def _index(table: str, *columns: str, name: str = "") -> None:
    op.create_index(f"ix_{table}_{name or columns[0]}", table, list(columns))


def upgrade() -> None:
    _create_events()
    _create_links()
    _create_moves()
    _create_questions()
    _create_registrations()
    _create_reminders()
    _create_attendances()
    _create_files()
    _create_outcomes()
    op.add_column("outbox_message", _text("calendar", None))


def downgrade() -> None:
    op.drop_column("outbox_message", "calendar")
    for table in _TABLES:
        op.drop_table(table)


def _create_events() -> None:
    name = "event"
    keys = {
        "kind_id": "reference_item.id",
        "role_id": "reference_item.id",
        "organiser_id": "structure.id",
        "group_id": "group.id",
        "call_id": "funding_call.id",
    }
    _create(
        name, keys,
        _text("title", 200, is_needed=True), _code("sort_title", 200, is_needed=True),
        _number("kind_id", is_needed=True), _number("role_id"),
        _code("status", 20, is_needed=True),
        _instant("starts_at"), _instant("ends_at"), _flag("is_all_day"),
        sa.Column("held_on", sa.Date(), nullable=True),
        _text("place", 200), _text("link", 300),
        _number("organiser_id"), _text("organiser", 200), _number("group_id"), _number("call_id"),
        _number("capacity"),
        _number("headcount"), _flag("headcount_is_about"), _text("headcount_wording", 80),
        _number("presence_percent"),
        _flag("takes_registrations"),
        _instant("registration_opens_at"), _instant("registration_closes_at"),
        _flag("is_public"), _text("description", None), _text("replay_link", 300),
        _number("sequence", is_needed=True),
        _instant("created_at", is_needed=True), _instant("deleted_at"),
        _number("version", is_needed=True),
        _check(name, "status", f"status IN ({_STATUSES})"),
        _check(name, "ends_after_start", "starts_at <= ends_at"),
        _check(name, "capacity", "capacity > 0"),
        _check(name, "headcount", "headcount >= 0"),
        _check(name, "presence_percent", "presence_percent BETWEEN 1 AND 100"),
        _check(
            name, "registration_closes_after", "registration_opens_at <= registration_closes_at"
        ),
    )  # fmt: skip
    for column in ("starts_at", "sort_title", "held_on"):
        _index(name, "deleted_at", column, "id", name=column)
    for column in keys:
        _index(name, column)


def _create_links() -> None:
    links = {
        "event_theme": ("theme_id", sa.Integer(), "reference_item.id"),
        "event_axis": ("axis_id", sa.Integer(), "reference_item.id"),
        "event_country": ("country_code", _key_text(2), "country.code"),
    }
    for name, (column, kind, target) in links.items():
        op.create_table(
            name,
            _number("event_id", is_needed=True), sa.Column(column, kind, nullable=False),
            _key(name, "event_id", "event.id"),
            _key(name, column, target),
            sa.PrimaryKeyConstraint("event_id", column, name=op.f(f"pk_{name}")),
        )  # fmt: skip
        _index(name, column)


def _create_moves() -> None:
    _create(
        "event_move", {"event_id": "event.id"},
        _number("event_id", is_needed=True), _number("sequence", is_needed=True),
        *(_instant(each) for each in (
            "old_starts_at", "old_ends_at", "new_starts_at", "new_ends_at"
        )),
        _flag("was_all_day"), _flag("is_all_day"),
        _instant("moved_at", is_needed=True), _text("moved_by", 120, is_needed=True),
    )  # fmt: skip
    _index("event_move", "event_id", "moved_at")


def _create_questions() -> None:
    name = "event_question"
    _create(
        name, {"event_id": "event.id"},
        _number("event_id", is_needed=True), _number("position", is_needed=True),
        _text("label", 200, is_needed=True), _code("kind", 10, is_needed=True), _json("options"),
        _flag("is_required"), _flag("is_active"), _number("version", is_needed=True),
        _check(name, "kind", "kind IN ('texte', 'choix', 'oui_non')"),
    )  # fmt: skip
    _index(name, "event_id", "position", "id")


def _create_registrations() -> None:
    name = "registration"
    keys = {
        "event_id": "event.id",
        "contact_id": "contact.id",
        "structure_id": "structure.id",
        "recipient_id": "mailing_recipient.id",
        "wording_id": "consent_wording.id",
    }
    _create(
        name, keys,
        _number("event_id", is_needed=True), _number("contact_id"), _number("structure_id"),
        _text("first_name", 100), _text("last_name", 100, is_needed=True),
        _text("email", 254, is_needed=True), _code("email_key", 254, is_needed=True),
        _text("structure_name", 200),
        _code("status", 10, is_needed=True), _number("waiting_number"), _instant("offered_until"),
        _code("source", 12, is_needed=True), _number("recipient_id"), _json("answers"),
        _number("wording_id"), _json("wordings"), _json("accepted"),
        _code("uid", 80, is_needed=True), _number("sequence", is_needed=True),
        _number("told_sequence"),
        _instant("reviewed_at"), _text("reviewed_by", 120),
        _instant("created_at", is_needed=True), _instant("cancelled_at"),
        _number("version", is_needed=True),
        _unique(name, "uid"),
        _check(name, "status", f"status IN ({_REGISTRATIONS})"),
        _check(name, "source", "source IN ('public', 'invitation', 'equipe')"),
        _check(name, "offered_until", "(status = 'proposee') = (offered_until IS NOT NULL)"),
    )  # fmt: skip
    live = sa.text("status <> 'annulee'")
    op.create_index(
        "uq_registration_event_id_email_key_live",
        name,
        ["event_id", "email_key"],
        unique=True,
        sqlite_where=live,
        postgresql_where=live,
    )
    _index(name, "event_id", "status", "waiting_number")
    _index(name, "status", "offered_until", name="status_offered_until")
    for column in ("contact_id", "structure_id"):
        _index(name, column, "event_id")
    for column in ("email_key", "recipient_id", "wording_id"):
        _index(name, column)


def _create_reminders() -> None:
    name = "event_reminder"
    _create(
        name, {"registration_id": "registration.id"},
        _number("registration_id", is_needed=True), _code("kind", 10, is_needed=True),
        _instant("due_at", is_needed=True), _code("message_key", 120), _code("skip_reason", 12),
        _unique(name, "registration_id", "kind"),
        _check(name, "kind", f"kind IN ({_REMINDERS})"),
    )  # fmt: skip
    is_due = sa.text("message_key IS NULL AND skip_reason IS NULL")
    op.create_index(
        f"ix_{name}_due_at", name, ["due_at"], sqlite_where=is_due, postgresql_where=is_due
    )


def _create_attendances() -> None:
    name = "attendance"
    keys = {
        "event_id": "event.id",
        "registration_id": "registration.id",
        "contact_id": "contact.id",
        "structure_id": "structure.id",
    }
    _create(
        name, keys,
        _number("event_id", is_needed=True), _number("registration_id"), _number("contact_id"),
        _number("structure_id"), _text("name", 200, is_needed=True), _text("email", 254),
        _text("structure_name", 200), _code("family_code", 20), _code("departement_code", 3),
        _number("minutes"), _flag("is_present"), _code("source", 10, is_needed=True),
        _code("match", 12), _instant("created_at", is_needed=True),
        _number("version", is_needed=True),
        _unique(name, "event_id", "contact_id"), _unique(name, "event_id", "registration_id"),
        _check(name, "source", "source IN ('liste', 'fichier')"),
        _check(name, "match", "match IN ('inscription', 'adresse', 'nom', 'equipe')"),
        _check(name, "minutes", "minutes >= 0"),
    )  # fmt: skip
    _index(name, "event_id", "is_present")
    for column in ("contact_id", "structure_id"):
        _index(name, column, "is_present", "event_id")
    _index(name, "registration_id")


def _create_files() -> None:
    name = "attendance_file"
    _create(
        name,
        {
            "event_id": "event.id",
            "created_by_id": "user.id",
            "change_set_id": "change_set.id",
        },
        _number("event_id", is_needed=True), _text("name", 200, is_needed=True),
        _code("content_hash", 64, is_needed=True), _code("tool", 20), _json("headings"),
        _instant("created_at", is_needed=True), _number("created_by_id"), _instant("applied_at"),
        _number("change_set_id"),
        _unique(name, "event_id", "content_hash"),
    )  # fmt: skip
    _index(name, "created_by_id")
    _index(name, "change_set_id")
    name = "attendance_row"
    found = ("registration", "contact", "structure")
    _create(
        name,
        {"file_id": "attendance_file.id", **{f"{each}_id": f"{each}.id" for each in found}},
        _number("file_id", is_needed=True), _number("number", is_needed=True),
        _text("name", 200, is_needed=True), _text("email", 254), _code("email_key", 254),
        _number("minutes"), _number("sittings", is_needed=True),
        _instant("joined_at"), _instant("left_at"), _json("cells"),
        *(_number(f"{each}_id") for each in found),
        _code("match", 12), _code("decision", 12),
        _unique(name, "file_id", "number"),
    )  # fmt: skip
    for each in found:
        _index(name, f"{each}_id")
    op.create_table(
        "attendance_heading",
        _code("heading", 120, is_needed=True),
        _code("field", 20, is_needed=True),
        _instant("chosen_at", is_needed=True),
        sa.PrimaryKeyConstraint("heading", name=op.f("pk_attendance_heading")),
    )


def _create_outcomes() -> None:
    for name, column, target in (
        ("event_follow_up", "follow_up_id", "follow_up.id"),
        ("event_session", "session_id", "accompaniment_session.id"),
    ):
        op.create_table(
            name,
            _number("event_id", is_needed=True),
            _number(column, is_needed=True),
            _key(name, "event_id", "event.id"),
            _key(name, column, target),
            sa.PrimaryKeyConstraint("event_id", column, name=op.f(f"pk_{name}")),
        )
        _index(name, column)
