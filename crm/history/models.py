"""Change sets, one per transaction that changed something; the trash; who exported what."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.database import Base, UtcDateTime, key_text


class ChangeSet(Base):
    """Everything one person saved at once; `source` is web, command, demo or import.

    `label` says in words what was done at once to many records; `undoes_id` is the change set that
    this one puts back.
    """

    __tablename__ = "change_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    actor_name: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(key_text(20))
    label: Mapped[str | None] = mapped_column(String(200))
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("change_set.id"), index=True)


class Change(Base):
    """One record created, updated or deleted; `fields` maps a name to [before, after]."""

    __tablename__ = "change"
    __table_args__ = (Index("ix_change_entity_record_id", "entity", "record_id", "id"),)

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


class TrashEntry(Base):
    """A record in the trash: what it was called, who put it there, when and why."""

    __tablename__ = "trash_entry"
    __table_args__ = (UniqueConstraint("entity", "record_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(key_text(30))
    record_id: Mapped[int]
    name: Mapped[str] = mapped_column(String(300))
    reason: Mapped[str | None] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    actor_name: Mapped[str] = mapped_column(String(120))


class ExportRecord(Base):
    """A list that someone took out: its title, format and filters, never its content."""

    __tablename__ = "export_record"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"))
    actor_name: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(120))
    extension: Mapped[str] = mapped_column(key_text(8))
    filter_names: Mapped[str] = mapped_column(String(300))
