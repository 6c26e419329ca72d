"""What came of an event: the follow-ups and the sessions that were made for those present."""

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from crm.database import Base


class EventFollowUp(Base):
    """A follow-up that was made from an event about a structure that was there."""

    __tablename__ = "event_follow_up"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    follow_up_id: Mapped[int] = mapped_column(
        ForeignKey("follow_up.id"), primary_key=True, index=True
    )


class EventSession(Base):
    """An accompaniment session that was made from an event for a structure that was there."""

    __tablename__ = "event_session"

    event_id: Mapped[int] = mapped_column(ForeignKey("event.id"), primary_key=True)
    session_id: Mapped[int] = mapped_column(
        ForeignKey("accompaniment_session.id"), primary_key=True, index=True
    )
