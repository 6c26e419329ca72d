"""Change sets: one per transaction that changed something, with each field before and after."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.database import Base, UtcDateTime, key_text


class ChangeSet(Base):
    """Everything one person saved at once; `source` is web, command, demo or import."""

    __tablename__ = "change_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    actor_name: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(key_text(20))


class Change(Base):
    """One record created, updated or deleted; `fields` maps a name to [before, after]."""

    __tablename__ = "change"

    id: Mapped[int] = mapped_column(primary_key=True)
    change_set_id: Mapped[int] = mapped_column(ForeignKey("change_set.id"), index=True)
    action: Mapped[str] = mapped_column(key_text(10))
    entity: Mapped[str] = mapped_column(key_text(30))
    record_id: Mapped[int]
    fields: Mapped[dict[str, list[Any]]] = mapped_column(JSON)


class ChangeSubject(Base):
    """A record whose page shows the change: itself, and what it belongs to."""

    __tablename__ = "change_subject"
    __table_args__ = (
        Index("ix_change_subject_entity_record_id_change_id", "entity", "record_id", "change_id"),
    )

    change_id: Mapped[int] = mapped_column(ForeignKey("change.id"), primary_key=True)
    entity: Mapped[str] = mapped_column(key_text(30), primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True)
