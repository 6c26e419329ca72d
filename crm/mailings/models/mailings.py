"""Mailings, and the segments they are for."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from crm.accounts.models import User
from crm.composing.models import Message
from crm.database import Base, UtcDateTime, key_text
from crm.mail.types import BROADCASTS
from crm.mailings.types import Reach, Status
from crm.segments.models import Segment

_statuses = ", ".join(f"'{status}'" for status in Status)
_reaches = ", ".join(f"'{reach}'" for reach in Reach)
_purposes = ", ".join(f"'{purpose}'" for purpose in BROADCASTS)


class MailingSegment(Base):
    """A segment that a mailing is for, or leaves out (`is_excluded`)."""

    __tablename__ = "mailing_segment"
    __history_identity__ = "told"

    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"), primary_key=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segment.id"), primary_key=True, index=True)
    is_excluded: Mapped[bool] = mapped_column(default=False)

    segment: Mapped[Segment] = relationship(lazy="raise")

    @property
    def told(self) -> str:
        """What history keeps of the link: which segment, and on which side."""
        return f"{self.segment_id}:{int(self.is_excluded)}"

    @told.setter
    def told(self, told: str) -> None:
        segment_id, _, is_excluded = told.partition(":")
        self.segment_id, self.is_excluded = int(segment_id), is_excluded == "1"

    def is_same(self, other: "MailingSegment") -> bool:
        """Tell whether another link is to the same segment."""
        return self.segment_id == other.segment_id


class Mailing(Base):
    """One message to a frozen audience.

    `functions` are roles separated by commas, the one looked for first first; `takes_generic` says
    that a structure without one is written to at its generic address. `per_hour` is the most that
    leaves in an hour; `let_go_at` the last time that messages were let go. A follow-up is for those
    who did not react to `follows_id`. `footer` is the foot of its message as it was frozen.
    `is_public` puts it in the archive that anybody reads.
    """

    __tablename__ = "mailing"
    __history__ = "mailing"
    __history_exclude__ = frozenset({"sort_name", "created_at", "let_go_at", "frozen_at", "footer"})
    __table_args__ = (
        CheckConstraint(f"status IN ({_statuses})", name="status"),
        CheckConstraint(f"reach IN ({_reaches})", name="reach"),
        CheckConstraint(f"purpose IN ({_purposes})", name="purpose"),
        CheckConstraint("per_hour > 0", name="per_hour"),
        Index("ix_mailing_status_starts_at", "status", "starts_at"),
        Index("ix_mailing_created_at", "deleted_at", "created_at", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    sort_name: Mapped[str] = mapped_column(key_text(200))
    purpose: Mapped[str] = mapped_column(key_text(20))
    status: Mapped[str] = mapped_column(key_text(10), default=Status.DRAFT)
    pause_reason: Mapped[str | None] = mapped_column(String(200))
    message_id: Mapped[int] = mapped_column(ForeignKey("message.id"), unique=True)
    reach: Mapped[str] = mapped_column(key_text(12), default=Reach.PEOPLE)
    functions: Mapped[str | None] = mapped_column(String(300))
    takes_generic: Mapped[bool] = mapped_column(default=True)
    follows_id: Mapped[int | None] = mapped_column(ForeignKey("mailing.id"), index=True)
    footer: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    is_public: Mapped[bool] = mapped_column(default=False)
    starts_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    per_hour: Mapped[int | None]
    frozen_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    let_go_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id"), index=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)

    message: Mapped[Message] = relationship(lazy="raise")
    created_by: Mapped[User | None] = relationship(lazy="raise")
    follows: Mapped["Mailing | None"] = relationship(lazy="raise", remote_side=[id])
    segments: Mapped[list[MailingSegment]] = relationship(
        lazy="raise", order_by=MailingSegment.segment_id, cascade="all, delete-orphan"
    )

    __mapper_args__ = {"version_id_col": version}
