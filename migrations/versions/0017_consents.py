"""Consents: who accepted what, how that is known, and who asked to be left alone."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

# What people are told of each purpose when they are asked; a network writes its own afterwards.
_WORDINGS = {
    "newsletter": "J’accepte de recevoir par courriel la lettre d’information du réseau.",
    "invitations": (
        "J’accepte de recevoir par courriel les invitations aux événements, webinaires et "
        "formations du réseau."
    ),
    "calls": (
        "J’accepte de recevoir par courriel les appels à projets et les aides que le réseau relaie."
    ),
    "network_life": (
        "J’accepte de recevoir par courriel les nouvelles de la vie du réseau : assemblées, "
        "groupes, consultations."
    ),
}
_AUTOINCREMENT = {"sqlite_autoincrement": True}
_PURPOSES = "'newsletter', 'invitations', 'calls', 'network_life'"
_BASES = "'consentement', 'interet_legitime', 'mission_publique', 'adhesion'"
_STATES = "'accepte', 'refuse', 'retire'"


def _key_text(length: int) -> sa.types.TypeEngine[str]:
    return sa.String(length=length).with_variant(
        sa.String(length=length, collation="C"), "postgresql"
    )


def _column(name: str, kind: sa.types.TypeEngine[object], *, is_needed: bool = True) -> sa.Column:
    return sa.Column(name, kind, nullable=not is_needed)


def _id() -> sa.Column:
    return _column("id", sa.Integer())


def _instant(name: str, *, is_needed: bool = True) -> sa.Column:
    return _column(name, sa.DateTime(timezone=True), is_needed=is_needed)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [target], name=op.f(f"fk_{table}_{column}"))


def _check(table: str, name: str, condition: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(condition, name=op.f(f"ck_{table}_{name}"))


def upgrade() -> None:
    _create_wordings()
    _write_wordings()
    _create_proofs()
    _create_consents()
    _create_requests()
    _create_links_and_retention()
    _tell_suppressions_apart()


def _create_wordings() -> None:
    op.create_table(
        "consent_wording",
        _id(),
        _column("purpose", _key_text(20)),
        _column("number", sa.Integer()),
        _column("text", sa.Text()),
        _instant("created_at"),
        _column("created_by", sa.String(120)),
        _check("consent_wording", "purpose", f"purpose IN ({_PURPOSES})"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_wording")),
        sa.UniqueConstraint("purpose", "number", name=op.f("uq_consent_wording_purpose_number")),
        **_AUTOINCREMENT,
    )


def _write_wordings() -> None:
    wordings = sa.table(
        "consent_wording",
        *map(sa.column, ("purpose", "number", "text", "created_by")),
        sa.column("created_at", sa.DateTime(timezone=True)),
    )
    now = datetime.now(UTC)
    if op.get_bind().dialect.name == "sqlite":
        now = now.replace(tzinfo=None)
    op.bulk_insert(
        wordings,
        [
            {
                "purpose": purpose,
                "number": 1,
                "text": text,
                "created_at": now,
                "created_by": "Passerelle",
            }
            for purpose, text in _WORDINGS.items()
        ],
    )


def _create_proofs() -> None:
    op.create_table(
        "consent_proof",
        _id(),
        _column("contact_id", sa.Integer()),
        _column("purpose", _key_text(20)),
        _column("state", _key_text(10), is_needed=False),
        _column("basis", _key_text(20), is_needed=False),
        _column("channel", _key_text(20)),
        _column("given_on", sa.Date()),
        _instant("recorded_at"),
        _column("recorded_by_id", sa.Integer(), is_needed=False),
        _column("recorded_by", sa.String(120)),
        _column("wording_id", sa.Integer(), is_needed=False),
        _column("delivery_id", sa.Integer(), is_needed=False),
        _column("note", sa.String(300), is_needed=False),
        _key("consent_proof", "contact_id", "contact.id"),
        _key("consent_proof", "recorded_by_id", "user.id"),
        _key("consent_proof", "wording_id", "consent_wording.id"),
        _key("consent_proof", "delivery_id", "delivery.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent_proof")),
        **_AUTOINCREMENT,
    )
    op.create_index(
        "ix_consent_proof_contact_id_purpose_id", "consent_proof", ["contact_id", "purpose", "id"]
    )


def _create_consents() -> None:
    op.create_table(
        "consent",
        _id(),
        _column("contact_id", sa.Integer()),
        _column("purpose", _key_text(20)),
        _column("state", _key_text(10)),
        _column("basis", _key_text(20), is_needed=False),
        _instant("decided_at"),
        _column("proof_id", sa.Integer(), is_needed=False),
        _column("version", sa.Integer()),
        _check("consent", "purpose", f"purpose IN ({_PURPOSES})"),
        _check("consent", "state", f"state IN ({_STATES})"),
        _check("consent", "basis", f"basis IN ({_BASES})"),
        _check("consent", "basis_while_accepted", "(state = 'accepte') = (basis IS NOT NULL)"),
        _key("consent", "contact_id", "contact.id"),
        _key("consent", "proof_id", "consent_proof.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_consent")),
        sa.UniqueConstraint("contact_id", "purpose", name=op.f("uq_consent_contact_id_purpose")),
        **_AUTOINCREMENT,
    )
    op.create_index(
        "ix_consent_purpose_state_contact_id", "consent", ["purpose", "state", "contact_id"]
    )
    op.create_index("ix_consent_proof_id", "consent", ["proof_id"])


def _create_requests() -> None:
    op.create_table(
        "subscription_request",
        _id(),
        _column("token_hash", _key_text(64)),
        _column("email", sa.String(254)),
        _column("first_name", sa.String(100), is_needed=False),
        _column("last_name", sa.String(100)),
        _column("structure", sa.String(200), is_needed=False),
        _column("wordings", sa.JSON()),
        _instant("created_at"),
        _instant("expires_at"),
        _instant("confirmed_at", is_needed=False),
        _instant("settled_at", is_needed=False),
        _column("settled_by", sa.String(120), is_needed=False),
        _column("contact_id", sa.Integer(), is_needed=False),
        _key("subscription_request", "contact_id", "contact.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscription_request")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_subscription_request_token_hash")),
        **_AUTOINCREMENT,
    )
    for columns in (["settled_at", "confirmed_at"], ["expires_at"], ["contact_id"]):
        name = f"ix_subscription_request_{'_'.join(columns)}"
        op.create_index(name, "subscription_request", columns)


def _create_links_and_retention() -> None:
    op.create_table(
        "link_revocation",
        _column("address_hash", _key_text(64)),
        _instant("before"),
        _column("revoked_by", sa.String(120)),
        sa.PrimaryKeyConstraint("address_hash", name=op.f("pk_link_revocation")),
    )
    op.create_table(
        "retention_choice",
        _id(),
        _column("contact_id", sa.Integer()),
        _column("kept_on", sa.Date()),
        _column("reason", sa.String(300)),
        _column("version", sa.Integer()),
        _key("retention_choice", "contact_id", "contact.id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_retention_choice")),
        **_AUTOINCREMENT,
    )
    op.create_index(
        "ix_retention_choice_contact_id_kept_on", "retention_choice", ["contact_id", "kept_on"]
    )


def _tell_suppressions_apart() -> None:
    # Those of before were all objections: nothing else made one.
    with op.batch_alter_table("suppression", table_kwargs=_AUTOINCREMENT) as table:
        table.add_column(
            sa.Column("origin", _key_text(20), nullable=False, server_default="opposition")
        )
        table.add_column(_column("created_by", sa.String(120), is_needed=False))
    with op.batch_alter_table("suppression", table_kwargs=_AUTOINCREMENT) as table:
        table.alter_column("origin", server_default=None)
    op.create_table(
        "suppression_entry",
        _id(),
        _column("address_hash", _key_text(64)),
        _column("purpose", _key_text(20)),
        _column("is_lifting", sa.Boolean()),
        _column("origin", _key_text(20)),
        _column("reason", sa.String(200)),
        _instant("at"),
        _column("by", sa.String(120), is_needed=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suppression_entry")),
        **_AUTOINCREMENT,
    )
    op.create_index(
        "ix_suppression_entry_address_hash_id", "suppression_entry", ["address_hash", "id"]
    )


def downgrade() -> None:
    op.drop_table("suppression_entry")
    with op.batch_alter_table("suppression", table_kwargs=_AUTOINCREMENT) as table:
        table.drop_column("created_by")
        table.drop_column("origin")
    for name in (
        "retention_choice",
        "link_revocation",
        "subscription_request",
        "consent",
        "consent_proof",
        "consent_wording",
    ):
        op.drop_table(name)
