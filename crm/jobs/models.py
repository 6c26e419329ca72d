"""Runs of jobs: one row a job and a key, whoever does it; and who gave the last sign of life."""

from datetime import date, datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.database import Base, UtcDateTime, key_text


class JobRun(Base):
    """A run of a job: the primary key lets one process only begin it.

    The key of each day's run is its day in Paris; one that somebody asked for has a key of its own.
    `started_at` is empty while it is only asked for; `finished_at` stays empty while it runs and
    after a failure or a crash: then `lease_until` says from when it may begin again. `result` is a
    sentence, `error` the name of what went wrong last, kept when a later attempt succeeds.
    """

    __tablename__ = "job_run"
    __table_args__ = (
        Index("ix_job_run_job_created_at", "job", "created_at"),
        Index("ix_job_run_finished_at", "finished_at"),
    )

    job: Mapped[str] = mapped_column(key_text(40), primary_key=True)
    key: Mapped[str] = mapped_column(key_text(60), primary_key=True)
    day: Mapped[date]
    requested_by: Mapped[str | None] = mapped_column(String(120))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    owner: Mapped[str | None] = mapped_column(key_text(60))
    finished_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    failed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(default=0)
    result: Mapped[str | None] = mapped_column(String(200))
    error: Mapped[str | None] = mapped_column(String(120))


class Heartbeat(Base):
    """The last sign of life of who does the background work, whichever process it is."""

    __tablename__ = "heartbeat"

    name: Mapped[str] = mapped_column(key_text(20), primary_key=True)
    owner: Mapped[str] = mapped_column(key_text(60))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    beat_at: Mapped[datetime] = mapped_column(UtcDateTime)
