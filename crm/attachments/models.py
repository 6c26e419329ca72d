"""Files joined to records."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.database import Base, UtcDateTime, key_text


class Attachment(Base):
    """A file about a record, which `entity` and `record_id` name; `key` says where it is kept."""

    __tablename__ = "attachment"
    __history__ = "attachment"
    __history_exclude__ = frozenset({"created_at", "key", "content_type", "entity", "record_id"})
    __table_args__ = (Index("ix_attachment_entity_record_id", "entity", "record_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entity: Mapped[str] = mapped_column(key_text(30))
    record_id: Mapped[int]
    key: Mapped[str] = mapped_column(key_text(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(key_text(100))
    size_bytes: Mapped[int]
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    author: Mapped[User | None] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}

    def history_subjects(self) -> list[tuple[str, int]]:
        """Return the record whose page tells this change."""
        return [(self.entity, self.record_id)]
