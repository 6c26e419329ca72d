"""Saved segments, and the members of those that were frozen."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.criteria.types import Subject
from crm.database import Base, UtcDateTime, key_text
from crm.segments.rules import LONGEST_DESCRIPTION, LONGEST_NAME

_subjects = ", ".join(f"'{subject}'" for subject in Subject)


class Segment(Base):
    """A rule tree under a name, answered anew each time.

    With `frozen_at` it is a list instead: the members that the rules found at that instant, which
    only a refresh changes (`member_count` says how many there were). `names` keeps what the choices
    of the rules were called when it was saved, for the day one of them is deleted.
    """

    __tablename__ = "segment"
    __history__ = "segment"
    __history_exclude__ = frozenset({"sort_name", "names", "created_at"})
    __table_args__ = (
        CheckConstraint(f"subject IN ({_subjects})", name="subject"),
        CheckConstraint("(frozen_at IS NULL) = (member_count IS NULL)", name="frozen"),
        Index("ix_segment_sort_name", "deleted_at", "sort_name", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    sort_name: Mapped[str] = mapped_column(key_text(LONGEST_NAME))
    description: Mapped[str | None] = mapped_column(String(LONGEST_DESCRIPTION))
    subject: Mapped[str] = mapped_column(key_text(10))
    rules: Mapped[str] = mapped_column(Text)
    names: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    owner_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    is_shared: Mapped[bool] = mapped_column(default=False)
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    member_count: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    owner: Mapped[User] = relationship(lazy="raise")

    __mapper_args__ = {"version_id_col": version}


class SegmentMember(Base):
    """A time of a record in a frozen list: a structure or a person, as the segment's subject says.

    A member is who had been added and had not left when the segment was frozen, at `frozen_at`: a
    refresh moves that instant on, and undoing the refresh moves it back, with nothing lost.
    """

    __tablename__ = "segment_member"
    __table_args__ = (Index("ix_segment_member_record_id", "record_id"),)

    segment_id: Mapped[int] = mapped_column(ForeignKey("segment.id"), primary_key=True)
    record_id: Mapped[int] = mapped_column(primary_key=True)
    added_at: Mapped[datetime] = mapped_column(UtcDateTime, primary_key=True)
    left_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
