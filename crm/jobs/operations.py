"""Beginning and ending a day's run of a job: one process does it, another takes over a dead one."""

from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.jobs.models import JobRun

LEASE = timedelta(minutes=15)


def begin_run(session: Session, *, job: str, day: date, now: datetime) -> bool:
    """Take a job's run for a day; return False when it is done or in other hands.

    A run whose lease has passed without an end is begun again.
    """
    run = session.get(JobRun, (job, day))
    if run is None:
        run = JobRun(job=job, day=day, started_at=now, lease_until=now + LEASE)
        try:
            with session.begin_nested():
                session.add(run)
        except IntegrityError:
            return False
        return True
    taken = session.execute(
        update(JobRun)
        .where(
            JobRun.job == job,
            JobRun.day == day,
            JobRun.finished_at.is_(None),
            JobRun.lease_until <= now,
            JobRun.attempts == run.attempts,
        )
        .values(started_at=now, lease_until=now + LEASE, attempts=run.attempts + 1, error=None)
        .execution_options(synchronize_session=False)
        .returning(JobRun.job)
    ).first()
    session.expire(run)
    return taken is not None


def end_run(session: Session, *, job: str, day: date, now: datetime, result: str) -> None:
    """Say what the run of a day did."""
    run = session.get_one(JobRun, (job, day))
    run.finished_at, run.result, run.error = now, result[:200], None
    session.flush()


def fail_run(session: Session, *, job: str, day: date, error: str) -> None:
    """Say that the run of a day failed; it is begun again when its lease has passed."""
    session.get_one(JobRun, (job, day)).error = error[:120]
    session.flush()
