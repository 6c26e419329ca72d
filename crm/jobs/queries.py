"""What each job did and when it comes next, for the person who looks after the server."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.jobs.models import Heartbeat, JobRun
from crm.jobs.registry import Job
from crm.jobs.results import in_words
from crm.jobs.rules import is_due, next_start
from crm.web.locale import translate


@dataclass(frozen=True, slots=True)
class JobState:
    """A job: its last run that ended well, what the last one begun did, and when it comes next.

    `last` is the last run that began, if any; `requested` one that somebody asked for and that has
    not begun. `error` is what went wrong in the last one and has not been mended since.
    """

    name: str
    label: str
    finished_at: datetime | None
    error: str | None
    is_late: bool
    last: JobRun | None
    requested: JobRun | None
    next_at: datetime
    is_running: bool

    @property
    def duration_seconds(self) -> int | None:
        """Return how long the last run took; None while it runs, or when there was none."""
        run = self.last
        if run is None or run.started_at is None:
            return None
        ended_at = run.finished_at or run.failed_at
        if ended_at is None:
            return None
        return max(round((ended_at - run.started_at).total_seconds()), 0)

    @property
    def result(self) -> str:
        """Return what the last run said it did, in the reader's language."""
        return in_words(self.last.result) if self.last else ""


def states_of(session: Session, known: Sequence[Job], now: datetime) -> list[JobState]:
    """Return each job's state, in four statements.

    Late: not done yesterday nor today or, when it never was, due today and not done.
    """
    today = clock.in_paris(now).date()
    done = _last_runs(session, JobRun.finished_at, JobRun.finished_at.is_not(None))
    begun = _last_runs(session, JobRun.started_at, JobRun.started_at.is_not(None))
    asked = _last_runs(
        session, JobRun.created_at, JobRun.started_at.is_(None), JobRun.requested_by.is_not(None)
    )
    of_today = {
        run.job: run
        for run in session.scalars(select(JobRun).where(JobRun.key == today.isoformat()))
    }
    return [
        replace(
            _state(job, done.get(job.name), begun.get(job.name), now),
            requested=asked.get(job.name),
            next_at=_next(job, of_today.get(job.name), today, now),
        )
        for job in known
    ]


def _last_runs(
    session: Session, instant: Any, *conditions: ColumnElement[bool]
) -> dict[str, JobRun]:
    last = (
        select(JobRun.job, func.max(instant).label("at"))
        .where(*conditions)
        .group_by(JobRun.job)
        .subquery()
    )
    runs = session.scalars(
        select(JobRun)
        .join(last, (JobRun.job == last.c.job) & (instant == last.c.at))
        .where(*conditions)
    )
    return {run.job: run for run in runs}


def _state(job: Job, done: JobRun | None, begun: JobRun | None, now: datetime) -> JobState:
    today = clock.in_paris(now).date()
    is_open = begun is not None and begun.finished_at is None
    return JobState(
        name=job.name,
        label=translate(job.label),
        finished_at=done.finished_at if done else None,
        error=begun.error if begun and is_open and begun.failed_at else None,
        is_late=done.day < today - timedelta(days=1) if done else is_due(job.starts_at, now),
        last=begun,
        is_running=begun is not None and is_open and is_at_work(begun, now),
        requested=None,
        next_at=now,
    )


def is_at_work(run: JobRun, now: datetime) -> bool:
    """Tell whether a process is at this run, as far as its lease says."""
    return run.failed_at is None and run.lease_until is not None and run.lease_until > now


def _next(job: Job, of_today: JobRun | None, today: date, now: datetime) -> datetime:
    """Return when a job runs next: now if it is due, when it is tried again, or another day."""
    if of_today is None:
        return max(next_start(job.starts_at, today), now)
    if of_today.finished_at is None:
        return max(of_today.lease_until or now, now)
    return next_start(job.starts_at, today + timedelta(days=1))


def pending_request(session: Session, *, job: str, now: datetime) -> JobRun | None:
    """Return a run of this job that is at work, or asked for and not begun; None otherwise."""
    return session.scalars(
        select(JobRun)
        .where(
            JobRun.job == job,
            JobRun.finished_at.is_(None),
            JobRun.failed_at.is_(None),
            JobRun.lease_until.is_(None) | (JobRun.lease_until > now),
            JobRun.requested_by.is_not(None) | JobRun.started_at.is_not(None),
        )
        .order_by(JobRun.created_at.desc())
        .limit(1)
    ).first()


def requested_runs(session: Session, *, now: datetime) -> Sequence[tuple[str, str]]:
    """Return (job, key) of the runs that were asked for and may begin, the oldest first."""
    return (
        session.execute(
            select(JobRun.job, JobRun.key)
            .where(
                JobRun.requested_by.is_not(None),
                JobRun.finished_at.is_(None),
                JobRun.failed_at.is_(None),
                JobRun.lease_until.is_(None) | (JobRun.lease_until <= now),
            )
            .order_by(JobRun.created_at, JobRun.job)
        )
        .tuples()
        .all()
    )


def last_beat(session: Session) -> datetime | None:
    """Return the last sign of life of the background work; None when it never gave one."""
    return session.scalar(select(func.max(Heartbeat.beat_at)))
