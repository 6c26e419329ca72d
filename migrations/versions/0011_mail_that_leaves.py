"""The ledger of what leaves, runs of jobs under any key, and the sign of life of who does them."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def _key_text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(
        sa.String(length=length, collation="C"), "postgresql"
    )


def upgrade() -> None:
    _create_deliveries()
    _create_attempts()
    _create_suppressions()
    _give_messages_their_deliveries(op.get_bind())
    has_text = sa.text("text_body != ''")
    op.create_index(
        "ix_outbox_message_expires_at",
        "outbox_message",
        ["expires_at"],
        sqlite_where=has_text,
        postgresql_where=has_text,
    )
    _remake_runs()
    op.create_table(
        "heartbeat",
        sa.Column("name", _key_text(20), nullable=False),
        sa.Column("owner", _key_text(60), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_heartbeat")),
    )


def _create_deliveries() -> None:
    op.create_table(
        "delivery",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", _key_text(20), nullable=False),
        sa.Column("purpose", _key_text(20), nullable=False),
        sa.Column("priority", sa.Integer(), nullable=False),
        sa.Column("token", _key_text(40), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("address_hash", _key_text(64), nullable=False),
        sa.Column("state", _key_text(12), nullable=False),
        sa.Column("reason", _key_text(20), nullable=True),
        sa.Column("answer", sa.String(length=300), nullable=True),
        sa.Column("owner", _key_text(60), nullable=True),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("last_attempt", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resent", sa.Integer(), nullable=False),
        sa.Column("reason_before", _key_text(20), nullable=True),
        sa.Column("last_attempt_before", sa.Integer(), nullable=True),
        sa.Column("decided_by", sa.String(length=120), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
        sa.UniqueConstraint("token", name=op.f("uq_delivery_token")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_delivery_state_priority_id", "delivery", ["state", "priority", "id"])
    op.create_index("ix_delivery_state_due_at", "delivery", ["state", "due_at"])


def _create_attempts() -> None:
    op.create_table(
        "delivery_attempt",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("gateway", _key_text(12), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("outcome", _key_text(12), nullable=True),
        sa.Column("answer", sa.String(length=300), nullable=True),
        sa.Column("asked_by", sa.String(length=120), nullable=True),
        sa.ForeignKeyConstraint(
            ["delivery_id"], ["delivery.id"], name=op.f("fk_delivery_attempt_delivery_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery_attempt")),
        sa.UniqueConstraint(
            "delivery_id", "number", name=op.f("uq_delivery_attempt_delivery_id_number")
        ),
        sqlite_autoincrement=True,
    )


def _create_suppressions() -> None:
    op.create_table(
        "suppression",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address_hash", _key_text(64), nullable=False),
        sa.Column("purpose", _key_text(20), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression")),
        sa.UniqueConstraint(
            "address_hash", "purpose", name=op.f("uq_suppression_address_hash_purpose")
        ),
        sqlite_autoincrement=True,
    )


def _give_messages_their_deliveries(connection: sa.Connection) -> None:
    """Give each message a delivery that is over: what was written before must not leave now.

    Nobody can be told their hash here, and none is asked of what will never leave.
    """
    connection.exec_driver_sql(
        "INSERT INTO delivery (id, kind, purpose, priority, token, recipient, address_hash, state,"
        " reason, attempt, last_attempt, created_at, settled_at, resent)"
        " SELECT id, 'outbox', 'account', 5, 'before-' || id, recipient, '', 'skipped',"
        " 'before_sending', 0, 0, created_at, created_at, 0 FROM outbox_message"
    )
    keys = (
        "CONSTRAINT fk_outbox_message_delivery_id FOREIGN KEY(delivery_id) REFERENCES delivery (id)",
        "CONSTRAINT uq_outbox_message_delivery_id UNIQUE (delivery_id)",
    )
    if connection.dialect.name == "sqlite":
        _remake_messages(connection, keys)
        return
    connection.exec_driver_sql(
        "SELECT setval(pg_get_serial_sequence('delivery', 'id'),"
        " coalesce((SELECT max(id) FROM delivery), 0) + 1, false)"
    )
    connection.exec_driver_sql("ALTER TABLE outbox_message ADD COLUMN headers JSON")
    connection.exec_driver_sql("ALTER TABLE outbox_message ADD COLUMN delivery_id INTEGER")
    connection.exec_driver_sql("UPDATE outbox_message SET headers = '{}', delivery_id = id")
    for column in ("headers", "delivery_id"):
        op.alter_column("outbox_message", column, nullable=False)
    for key in keys:
        connection.exec_driver_sql(f"ALTER TABLE outbox_message ADD {key}")


def _remake_messages(connection: sa.Connection, keys: tuple[str, ...]) -> None:
    """Make the table again from its own text, which keeps its names, checks and indexes."""
    master = "FROM sqlite_master WHERE tbl_name = 'outbox_message' AND sql IS NOT NULL AND type ="
    definition = connection.scalar(sa.text(f"SELECT sql {master} 'table'"))
    indexes = connection.scalars(sa.text(f"SELECT sql {master} 'index' ORDER BY name")).all()
    columns = ", ".join(
        column["name"] for column in sa.inspect(connection).get_columns("outbox_message")
    )
    body = definition[definition.index("(") :].rstrip().removesuffix(")")
    added = "headers JSON NOT NULL, delivery_id INTEGER NOT NULL, created_at DATETIME"
    body = body.replace("created_at DATETIME", added, 1)
    copied = f"({columns}, headers, delivery_id) SELECT {columns}, '{{}}', id FROM outbox_message"  # noqa: S608 - the schema’s own names
    for statement in (
        f"CREATE TABLE outbox_message_again {body}, {', '.join(keys)})",
        f"INSERT INTO outbox_message_again {copied}",
        "DROP TABLE outbox_message",
        "ALTER TABLE outbox_message_again RENAME TO outbox_message",
        *indexes,
    ):
        connection.exec_driver_sql(statement)


def _remake_runs() -> None:
    """Give runs a key of any kind; a run of each day keeps its day as its key."""
    op.rename_table("job_run", "job_run_before")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_job_run RENAME TO pk_job_run_before")
    op.create_table(
        "job_run",
        sa.Column("job", _key_text(40), nullable=False),
        sa.Column("key", _key_text(60), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("requested_by", sa.String(length=120), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("owner", _key_text(60), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=200), nullable=True),
        sa.Column("error", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("job", "key", name=op.f("pk_job_run")),
    )
    op.execute(
        "INSERT INTO job_run (job, key, day, created_at, started_at, lease_until, finished_at,"
        " attempts, result, error)"
        " SELECT job, CAST(day AS VARCHAR), day, started_at, started_at, lease_until, finished_at,"
        " attempts, result, error FROM job_run_before"
    )
    op.drop_table("job_run_before")
    op.create_index("ix_job_run_job_created_at", "job_run", ["job", "created_at"])
    op.create_index("ix_job_run_finished_at", "job_run", ["finished_at"])


def downgrade() -> None:
    op.drop_table("heartbeat")
    _bring_runs_back()
    op.drop_index("ix_outbox_message_expires_at", "outbox_message")
    with op.batch_alter_table("outbox_message") as batch:
        batch.drop_constraint("fk_outbox_message_delivery_id", type_="foreignkey")
        batch.drop_constraint("uq_outbox_message_delivery_id", type_="unique")
        batch.drop_column("delivery_id")
        batch.drop_column("headers")
    for table in ("suppression", "delivery_attempt", "delivery"):
        op.drop_table(table)


def _bring_runs_back() -> None:
    op.rename_table("job_run", "job_run_after")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER INDEX pk_job_run RENAME TO pk_job_run_after")
    op.create_table(
        "job_run",
        sa.Column("job", _key_text(40), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lease_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("result", sa.String(length=200), nullable=True),
        sa.Column("error", sa.String(length=120), nullable=True),
        sa.PrimaryKeyConstraint("job", "day", name=op.f("pk_job_run")),
    )
    op.execute(
        "INSERT INTO job_run SELECT job, day, started_at,"
        " coalesce(lease_until, finished_at, started_at), finished_at, attempts,"
        " result, error FROM job_run_after"
        " WHERE key = CAST(day AS VARCHAR) AND started_at IS NOT NULL"
    )
    op.drop_table("job_run_after")
