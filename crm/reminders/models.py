"""When each person is reminded, their days off, and what they were reminded of."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.database import Base, UtcDateTime, key_text
from crm.reminders.types import EVERY_WEEKDAY, USUAL_HOUR


class ReminderSetting(Base):
    """The rhythm a person chose; who has none is reminded at the usual one."""

    __tablename__ = "reminder_setting"
    __table_args__ = (CheckConstraint("hour BETWEEN 0 AND 23", name="hour"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), primary_key=True)
    is_on: Mapped[bool] = mapped_column(default=True)
    hour: Mapped[int] = mapped_column(default=USUAL_HOUR)
    weekdays: Mapped[str] = mapped_column(key_text(7), default=EVERY_WEEKDAY)


class DayOff(Base):
    """Days on which a person does not work."""

    __tablename__ = "day_off"
    __table_args__ = (CheckConstraint("end_on >= start_on", name="order"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    start_on: Mapped[date]
    end_on: Mapped[date]


class Reminder(Base):
    """What a person was reminded of on a day; `key` (`digest:42:2026-11-24`) makes it once only.

    `message_id` stays empty where there was nothing to say. A failure keeps its error's name and
    when to try again; `done_at` is empty until it is over.
    """

    __tablename__ = "reminder"
    __table_args__ = (Index("ix_reminder_kind_subject_id", "kind", "subject_id", "day"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(key_text(80), unique=True)
    kind: Mapped[str] = mapped_column(key_text(10))
    user_id: Mapped[int] = mapped_column(ForeignKey("user.id"), index=True)
    subject_id: Mapped[int | None]
    day: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("outbox_message.id"), index=True)
    line_count: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    try_again_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None] = mapped_column(String(120))
