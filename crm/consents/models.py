"""What each person accepts, how that is known, and what they were told when they were asked."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    event,
    inspect,
)
from sqlalchemy.orm import Mapped, mapped_column

from crm.consents.types import PURPOSES, Basis, State
from crm.database import Base, UtcDateTime, key_text

_purposes = ", ".join(f"'{each}'" for each in PURPOSES)
_bases = ", ".join(f"'{each}'" for each in Basis)
_states = ", ".join(f"'{each}'" for each in State)


class Consent(Base):
    """What a person accepts or not for one purpose, today; without a row, they were never asked.

    `basis` is empty where they said no. `proof_id` is the last proof, which this row sums up.
    """

    __tablename__ = "consent"
    __history__ = "consent"
    __history_exclude__ = frozenset({"proof_id"})
    __table_args__ = (
        UniqueConstraint("contact_id", "purpose"),
        CheckConstraint(f"purpose IN ({_purposes})", name="purpose"),
        CheckConstraint(f"state IN ({_states})", name="state"),
        CheckConstraint(f"basis IN ({_bases})", name="basis"),
        CheckConstraint("(state = 'accepte') = (basis IS NOT NULL)", name="basis_while_accepted"),
        Index("ix_consent_purpose_state_contact_id", "purpose", "state", "contact_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    purpose: Mapped[str] = mapped_column(key_text(20))
    state: Mapped[str] = mapped_column(key_text(10))
    basis: Mapped[str | None] = mapped_column(key_text(20))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
    proof_id: Mapped[int | None] = mapped_column(ForeignKey("consent_proof.id"), index=True)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the record on whose page this change is told."""
        return [("contact", self.contact_id)]


class ConsentProof(Base):
    """How one choice became known: append-only. `recorded_by` is a name that outlives its account.

    A merge alone may move it, with all that its person has.
    """

    __tablename__ = "consent_proof"
    __table_args__ = (
        Index("ix_consent_proof_contact_id_purpose_id", "contact_id", "purpose", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    purpose: Mapped[str] = mapped_column(key_text(20))
    state: Mapped[str | None] = mapped_column(key_text(10))
    basis: Mapped[str | None] = mapped_column(key_text(20))
    channel: Mapped[str] = mapped_column(key_text(20))
    given_on: Mapped[date]
    recorded_at: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    recorded_by: Mapped[str] = mapped_column(String(120))
    wording_id: Mapped[int | None] = mapped_column(ForeignKey("consent_wording.id"))
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"))
    note: Mapped[str | None] = mapped_column(String(300))


class ConsentWording(Base):
    """What people are told of a purpose when they are asked; a change makes a new version."""

    __tablename__ = "consent_wording"
    __table_args__ = (
        UniqueConstraint("purpose", "number"),
        CheckConstraint(f"purpose IN ({_purposes})", name="purpose"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    purpose: Mapped[str] = mapped_column(key_text(20))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str] = mapped_column(String(120))


class SubscriptionRequest(Base):
    """What someone asked on the public page, until the link sent to the address confirms it.

    `wordings` maps a purpose to the wording shown. What is confirmed but cannot be given to one
    person for sure waits for the team: `confirmed_at` is set, `settled_at` is not.
    """

    __tablename__ = "subscription_request"
    __table_args__ = (
        Index("ix_subscription_request_settled_at_confirmed_at", "settled_at", "confirmed_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(key_text(64), unique=True)
    email: Mapped[str] = mapped_column(String(254))
    first_name: Mapped[str | None] = mapped_column(String(100))
    last_name: Mapped[str] = mapped_column(String(100))
    structure: Mapped[str | None] = mapped_column(String(200))
    wordings: Mapped[dict[str, int]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    settled_by: Mapped[str | None] = mapped_column(String(120))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"), index=True)


class LinkRevocation(Base):
    """The links in messages to this address no longer open anything if older than `before`."""

    __tablename__ = "link_revocation"

    address_hash: Mapped[str] = mapped_column(key_text(64), primary_key=True)
    before: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str] = mapped_column(String(120))


class RetentionChoice(Base):
    """The team keeps a person of whom nothing has been heard for long, and why."""

    __tablename__ = "retention_choice"
    __history__ = "retention_choice"
    __table_args__ = (Index("ix_retention_choice_contact_id_kept_on", "contact_id", "kept_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    contact_id: Mapped[int] = mapped_column(ForeignKey("contact.id"))
    kept_on: Mapped[date]
    reason: Mapped[str] = mapped_column(String(300))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the record on whose page this change is told."""
        return [("contact", self.contact_id)]


class AppendOnlyError(RuntimeError):
    """A proof or a wording is changed or deleted: they are what they were."""


def _refuse_change(_mapper: Any, _connection: Any, target: Any) -> None:
    changed = {each.key for each in inspect(target).attrs if each.history.has_changes()}
    if changed - {"contact_id"} or not isinstance(target, ConsentProof):
        raise AppendOnlyError(f"{type(target).__name__} {target.id} is append-only")


def _refuse_deletion(_mapper: Any, _connection: Any, target: Any) -> None:
    raise AppendOnlyError(f"{type(target).__name__} {target.id} is append-only")


for _model in (ConsentProof, ConsentWording):
    event.listen(_model, "before_update", _refuse_change)
    event.listen(_model, "before_delete", _refuse_deletion)
