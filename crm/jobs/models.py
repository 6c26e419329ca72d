"""Runs of jobs: one row a job and a day, whoever does it."""

from datetime import date, datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from crm.database import Base, UtcDateTime, key_text


class JobRun(Base):
    """A job's run for a day of Paris: the primary key lets one process only begin it.

    `finished_at` stays empty while it runs, and after a crash; then `lease_until` says from when
    another process may begin again. `result` is a sentence, `error` the name of what went wrong.
    """

    __tablename__ = "job_run"

    job: Mapped[str] = mapped_column(key_text(40), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime] = mapped_column(UtcDateTime)
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=1)
    result: Mapped[str | None] = mapped_column(String(200))
    error: Mapped[str | None] = mapped_column(String(120))
