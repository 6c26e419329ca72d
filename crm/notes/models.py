"""Notes on any record; a confidential one is for its author, those named, and the director."""

from datetime import datetime

from sqlalchemy import Column, ForeignKey, Index, Table, Text, inspect
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.database import Base, UtcDateTime, key_text

note_reader = Table(
    "note_reader",
    Base.metadata,
    Column("note_id", ForeignKey("note.id"), primary_key=True),
    Column("user_id", ForeignKey("user.id"), primary_key=True, index=True),
)


class Note(Base):
    """A dated text about a record, which `entity` and `record_id` name."""

    __tablename__ = "note"
    __history__ = "note"
    __history_exclude__ = frozenset({"created_at"})
    __table_args__ = (Index("ix_note_entity_record_id", "entity", "record_id", "created_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(key_text(30))
    record_id: Mapped[int]
    body: Mapped[str] = mapped_column(Text)
    is_confidential: Mapped[bool] = mapped_column(default=False)
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    author: Mapped[User] = relationship(lazy="raise")
    readers: Mapped[list[User]] = relationship(
        secondary=note_reader, lazy="raise", order_by=User.name
    )

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the record whose page tells this change: none if it is or was confidential."""
        was_confidential = any(inspect(self).attrs.is_confidential.history.deleted or ())
        if self.is_confidential or was_confidential:
            return []
        return [(self.entity, self.record_id)]
