"""Messages made of blocks, their pictures, their templates, and who signs them."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    Index,
    LargeBinary,
    String,
    Text,
    UniqueConstraint,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.composing.types import (
    LONGEST_NAME,
    LONGEST_PREHEADER,
    LONGEST_SUBJECT,
    TEMPLATE,
    Block,
    block_of,
)
from crm.database import Base, UtcDateTime, key_text
from crm.mail.models import Delivery


class Message(Base):
    """A message made of blocks; `owner_kind` and `owner_id` name what it is written for.

    `outline` tells its blocks in words. `text_override` is the text part as someone wrote it, in
    place of the one that is made; `text_made_from` is the fingerprint of what was made that day.
    Once `locked_at`, nothing of it changes any more.
    """

    __tablename__ = "message"
    __history__ = "message"
    __history_exclude__ = frozenset(
        {"created_at", "owner_kind", "owner_id", "locked_at", "text_made_from", "images"}
    )
    __table_args__ = (Index("ix_message_owner", "owner_kind", "owner_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    owner_kind: Mapped[str] = mapped_column(key_text(30))
    owner_id: Mapped[int | None]
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT), default="")
    preheader: Mapped[str] = mapped_column(String(LONGEST_PREHEADER), default="")
    blocks: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    outline: Mapped[str] = mapped_column(Text, default="")
    text_override: Mapped[str | None] = mapped_column(Text)
    text_made_from: Mapped[str | None] = mapped_column(key_text(64))
    locked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    images: Mapped[list["MessageImage"]] = relationship(
        lazy="raise", viewonly=True, order_by="MessageImage.id"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def parts(self) -> list[Block]:
        """Return its blocks, in their order."""
        return [block_of(each) for each in self.blocks]

    @property
    def is_locked(self) -> bool:
        """Tell whether it is frozen: it has left, or is about to."""
        return self.locked_at is not None

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the record that it is written for."""
        return [(self.owner_kind, self.owner_id)] if self.owner_id is not None else []


class MessageImage(Base):
    """A picture of a message, each content once; blocks name it by its digest (SHA-256)."""

    __tablename__ = "message_image"
    __table_args__ = (
        UniqueConstraint("message_id", "digest"),
        CheckConstraint("subtype IN ('png', 'jpeg', 'gif')", name="subtype"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"))
    digest: Mapped[str] = mapped_column(key_text(64))
    subtype: Mapped[str] = mapped_column(key_text(4))
    width: Mapped[int]
    height: Mapped[int]
    size_bytes: Mapped[int]
    content: Mapped[bytes] = mapped_column(LargeBinary, deferred=True, deferred_raiseload=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MessageTemplate(Base):
    """A message to start others from: the one whose owner is this template."""

    __tablename__ = "message_template"
    __history__ = TEMPLATE
    __history_exclude__ = frozenset({"created_at", "sort_name"})
    __table_args__ = (Index("ix_message_template_sort_name", "deleted_at", "sort_name", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    sort_name: Mapped[str] = mapped_column(key_text(200))
    description: Mapped[str | None] = mapped_column(String(300))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class ComposingIdentity(Base):
    """Who signs the messages and why people receive them: one row, the mentions that law asks."""

    __tablename__ = "composing_identity"
    __history__ = "composing_identity"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, default=1)
    sender_name: Mapped[str] = mapped_column(String(120))
    postal_address: Mapped[str] = mapped_column(String(300))
    reason: Mapped[str] = mapped_column(String(500))
    rights_contact: Mapped[str] = mapped_column(String(254))
    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


class MessageTest(Base):
    """A message sent to the person who writes it, to see it in their own mailbox.

    `recipient_id` is whose values fill it; without one, the examples do.
    """

    __tablename__ = "message_test"

    id: Mapped[int] = mapped_column(primary_key=True)
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), index=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"), unique=True)
    recipient_id: Mapped[int | None]

    delivery: Mapped[Delivery] = relationship(lazy="raise", viewonly=True)
