"""The ledger of what leaves, and the messages written beside what they speak of."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from crm.database import Base, UtcDateTime, key_text
from crm.mail.types import DeliveryState, Priority

# A literal, so that SQLite sees that the index of what may have to be emptied serves.
HAS_TEXT = text("outbox_message.text_body != ''")


class Delivery(Base):
    """One message on its way to one address, whoever wrote it: `kind` names its writer.

    `batch_id` is what its writer sent together: a mailing.
    `attempt` counts the times that sending began; `last_attempt` is the one after which it is given
    up. `due_at` is the end of the lease (leased, sending) or the time to try again (deferred).
    `owner` is the process at work. `answer` is what the relay said last. `reason_before` and
    `last_attempt_before` are what a decision replaced, for whoever takes it back.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        Index("ix_delivery_state_priority_id", "state", "priority", "id"),
        Index("ix_delivery_state_due_at", "state", "due_at"),
        Index("ix_delivery_batch_id_state_id", "batch_id", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(key_text(20))
    batch_id: Mapped[int | None]
    purpose: Mapped[str] = mapped_column(key_text(20))
    priority: Mapped[int] = mapped_column(default=Priority.USUAL)
    token: Mapped[str] = mapped_column(key_text(40), unique=True)
    recipient: Mapped[str] = mapped_column(String(254))
    address_hash: Mapped[str] = mapped_column(key_text(64))
    state: Mapped[str] = mapped_column(key_text(12), default=DeliveryState.QUEUED)
    reason: Mapped[str | None] = mapped_column(key_text(20))
    answer: Mapped[str | None] = mapped_column(String(300))
    owner: Mapped[str | None] = mapped_column(key_text(60))
    attempt: Mapped[int] = mapped_column(default=0)
    last_attempt: Mapped[int]
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    resent: Mapped[int] = mapped_column(default=0)
    reason_before: Mapped[str | None] = mapped_column(key_text(20))
    last_attempt_before: Mapped[int | None]
    decided_by: Mapped[str | None] = mapped_column(String(120))
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DeliveryAttempt(Base):
    """One time that sending began: `outcome` stays empty while nobody knows how it ended."""

    __tablename__ = "delivery_attempt"
    __table_args__ = (UniqueConstraint("delivery_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    number: Mapped[int]
    gateway: Mapped[str] = mapped_column(key_text(12))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    outcome: Mapped[str | None] = mapped_column(key_text(12))
    answer: Mapped[str | None] = mapped_column(String(300))
    asked_by: Mapped[str | None] = mapped_column(String(120))


class DeliveryEvent(Base):
    """What was heard of a delivery after it left: append-only, each event of a provider once.

    `detail` is what was said, in the other side's words; `link_id` is the link of a click, as its
    writer numbers them. `is_robot` says that a machine followed the link, not a person.
    """

    __tablename__ = "delivery_event"
    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        Index("ix_delivery_event_delivery_id_kind", "delivery_id", "kind"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    provider: Mapped[str] = mapped_column(key_text(12))
    event_id: Mapped[str] = mapped_column(key_text(120))
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    kind: Mapped[str] = mapped_column(key_text(16))
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    detail: Mapped[str | None] = mapped_column(String(300))
    link_id: Mapped[int | None]
    is_robot: Mapped[bool] = mapped_column(default=False)


class Suppression(Base):
    """An address to which nothing leaves for a purpose; only its hash is kept.

    It names no person, and outlives whoever had the address. `origin` says how it came to be.
    """

    __tablename__ = "suppression"
    __table_args__ = (UniqueConstraint("address_hash", "purpose"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address_hash: Mapped[str] = mapped_column(key_text(64))
    purpose: Mapped[str] = mapped_column(key_text(20))
    origin: Mapped[str] = mapped_column(key_text(20))
    reason: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by: Mapped[str | None] = mapped_column(String(120))


class SuppressionEntry(Base):
    """A suppression made or lifted, by whom and why: append-only."""

    __tablename__ = "suppression_entry"
    __table_args__ = (Index("ix_suppression_entry_address_hash_id", "address_hash", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    address_hash: Mapped[str] = mapped_column(key_text(64))
    purpose: Mapped[str] = mapped_column(key_text(20))
    is_lifting: Mapped[bool]
    origin: Mapped[str] = mapped_column(key_text(20))
    reason: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by: Mapped[str | None] = mapped_column(String(120))


class OutboxMessage(Base):
    """A message to one address; `unique_key` makes writing it twice impossible.

    One with `expires_at` holds a token: it is shown only where no relay is set. `headers` are those
    its writer added. `calendar` is the calendar file (RFC 5545) that it carries.
    """

    __tablename__ = "outbox_message"
    __table_args__ = (
        Index(
            "ix_outbox_message_expires_at",
            "expires_at",
            sqlite_where=text("text_body != ''"),
            postgresql_where=text("text_body != ''"),
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    unique_key: Mapped[str] = mapped_column(key_text(120), unique=True)
    recipient: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(200))
    text_body: Mapped[str] = mapped_column(Text)
    html_body: Mapped[str] = mapped_column(Text)
    headers: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    calendar: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), unique=True)
