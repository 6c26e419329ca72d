"""When each job was last done, for the person who looks after the server."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.jobs.models import JobRun
from crm.jobs.registry import Job
from crm.web.locale import translate


@dataclass(frozen=True, slots=True)
class JobState:
    """A job, its last run that ended, and what went wrong in the last one if anything did."""

    label: str
    finished_at: datetime | None
    error: str | None
    is_late: bool


def states_of(session: Session, known: Sequence[Job], today: date) -> list[JobState]:
    """Return each job's state, in two statements; late: not done yesterday nor today."""
    done = _last_runs(session, JobRun.finished_at.is_not(None))
    begun = _last_runs(session, JobRun.started_at.is_not(None))
    return [_state(job, done.get(job.name), begun.get(job.name), today) for job in known]


def _last_runs(session: Session, condition: object) -> dict[str, JobRun]:
    last = (
        select(JobRun.job, func.max(JobRun.day).label("day"))
        .where(condition)  # type: ignore[arg-type]
        .group_by(JobRun.job)
        .subquery()
    )
    runs = session.scalars(
        select(JobRun).join(last, (JobRun.job == last.c.job) & (JobRun.day == last.c.day))
    )
    return {run.job: run for run in runs}


def _state(job: Job, done: JobRun | None, begun: JobRun | None, today: date) -> JobState:
    return JobState(
        label=translate(job.label),
        finished_at=done.finished_at if done else None,
        error=begun.error if begun else None,
        is_late=done is None or done.day < today - timedelta(days=1),
    )
