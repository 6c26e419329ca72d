"""Who registered for an event, and the reminders that are due to them."""

from datetime import datetime

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.contacts.models import Contact, Structure
from crm.database import Base, UtcDateTime, key_text
from crm.events.models.events import Event
from crm.events.types import RegistrationSource, RegistrationStatus, ReminderKind

_statuses = ", ".join(f"'{status}'" for status in RegistrationStatus)
_sources = ", ".join(f"'{source}'" for source in RegistrationSource)
_reminders = ", ".join(f"'{kind}'" for kind in ReminderKind)
_LIVE = text("status <> 'annulee'")


class Registration(Base):
    """Someone who wants to come, as they said it; an address registers once while it is live.

    `contact_id` is who the team, or one sure match, says they are: while it is empty and
    `reviewed_at` too, the team looks. `waiting_number` orders the waiting list. `wordings` maps the
    purposes of consent that were shown to their wording, `accepted` holds those ticked, and
    `wording_id` the first of these wordings. `uid` and `sequence` are those of its calendar file;
    `told_sequence` is the last one mailed: behind, its owner knows an old date, or none.
    """

    __tablename__ = "registration"
    __history__ = "registration"
    __history_exclude__ = frozenset({"uid", "sequence", "told_sequence", "created_at", "email_key"})
    __table_args__ = (
        CheckConstraint(f"status IN ({_statuses})", name="status"),
        CheckConstraint(f"source IN ({_sources})", name="source"),
        CheckConstraint(
            "(status = 'proposee') = (offered_until IS NOT NULL)", name="offered_until"
        ),
        Index(
            "uq_registration_event_id_email_key_live",
            "event_id",
            "email_key",
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        ),
        Index("ix_registration_event_id", "event_id", "status", "waiting_number"),
        Index("ix_registration_status_offered_until", "status", "offered_until"),
        Index("ix_registration_contact_id", "contact_id", "event_id"),
        Index("ix_registration_structure_id", "structure_id", "event_id"),
        Index("ix_registration_email_key", "email_key"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"))
    contact_id: Mapped[int | None] = mapped_column(ForeignKey("contact.id"))
    structure_id: Mapped[int | None] = mapped_column(ForeignKey("structure.id"))
    first_name: Mapped[str | None] = mapped_column(String(100))
    last_name: Mapped[str] = mapped_column(String(100))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(key_text(254))
    structure_name: Mapped[str | None] = mapped_column(String(200))
    status: Mapped[str] = mapped_column(key_text(10), default=RegistrationStatus.REGISTERED)
    waiting_number: Mapped[int | None]
    offered_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    source: Mapped[str] = mapped_column(key_text(12), default=RegistrationSource.PUBLIC)
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("mailing_recipient.id"), index=True)
    answers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    wording_id: Mapped[int | None] = mapped_column(ForeignKey("consent_wording.id"), index=True)
    wordings: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    accepted: Mapped[list[str]] = mapped_column(JSON, default=list)
    uid: Mapped[str] = mapped_column(key_text(80), unique=True)
    sequence: Mapped[int] = mapped_column(default=0)
    told_sequence: Mapped[int | None]
    reviewed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reviewed_by: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    cancelled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    event: Mapped[Event] = relationship(lazy="raise")
    contact: Mapped[Contact | None] = relationship(lazy="raise")
    structure: Mapped[Structure | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the records on whose pages this change is told."""
        about = (
            ("event", self.event_id),
            ("contact", self.contact_id),
            ("structure", self.structure_id),
        )
        return [(entity, record_id) for entity, record_id in about if record_id]


class EventReminder(Base):
    """A message due to one registration about its event, of one kind: it leaves once.

    `message_key` is that of the message in the outbox once it is written; `skip_reason` says why
    none is. When the date moves, `due_at` moves too, and what was sent or skipped is due again.
    """

    __tablename__ = "event_reminder"
    __table_args__ = (
        UniqueConstraint("registration_id", "kind"),
        CheckConstraint(f"kind IN ({_reminders})", name="kind"),
        Index(
            "ix_event_reminder_due_at",
            "due_at",
            sqlite_where=text("message_key IS NULL AND skip_reason IS NULL"),
            postgresql_where=text("message_key IS NULL AND skip_reason IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    registration_id: Mapped[int] = mapped_column(ForeignKey("registration.id"))
    kind: Mapped[str] = mapped_column(key_text(10))
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    message_key: Mapped[str | None] = mapped_column(key_text(120))
    skip_reason: Mapped[str | None] = mapped_column(key_text(12))
