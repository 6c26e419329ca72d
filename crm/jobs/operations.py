"""Beginning and ending runs of jobs: one process does each, another takes over a dead one."""

import secrets
from datetime import date, datetime, timedelta

from sqlalchemy import CursorResult, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.core.errors import N_, RuleError
from crm.jobs.models import Heartbeat, JobRun
from crm.jobs.queries import pending_request
from crm.jobs.rules import retry_delay

LEASE = timedelta(minutes=15)
WORKER = "worker"


def begin_run(
    session: Session, *, job: str, day: date, now: datetime, owner: str, key: str | None = None
) -> bool:
    """Take a job's run, that of the day unless a key is given; False when done or in other hands.

    A run that failed, or whose lease has passed without an end, is begun again in its time.
    """
    key = key or day.isoformat()
    run = session.get(JobRun, (job, key), populate_existing=True)
    if run is None:
        run = JobRun(job=job, key=key, day=day, created_at=now, attempts=0)
        try:
            with session.begin_nested():
                session.add(run)
        except IntegrityError:
            return False
    attempts = run.attempts
    taken = session.execute(
        update(JobRun)
        .where(
            JobRun.job == job,
            JobRun.key == key,
            JobRun.finished_at.is_(None),
            JobRun.lease_until.is_(None) | (JobRun.lease_until <= now),
            JobRun.attempts == attempts,
        )
        .values(
            started_at=now,
            lease_until=now + LEASE,
            owner=owner,
            attempts=attempts + 1,
            failed_at=None,
        )
        .execution_options(synchronize_session=False)
    )
    session.expire(run)
    return isinstance(taken, CursorResult) and taken.rowcount == 1


def end_run(
    session: Session, *, job: str, key: str, owner: str, now: datetime, result: str
) -> bool:
    """Say what a run did; False, and nothing said, when another process has taken it over."""
    return _close(
        session, job, key, owner, finished_at=now, result=result[:200], lease_until=None, owner=None
    )


def fail_run(
    session: Session, *, job: str, key: str, owner: str, now: datetime, error: str
) -> bool:
    """Say that a run failed; it is begun again after a while, longer each time."""
    run = session.get_one(JobRun, (job, key), populate_existing=True)
    again = now + retry_delay(run.attempts)
    return _close(
        session, job, key, owner, failed_at=now, error=error[:120], lease_until=again, owner=None
    )


def _close(session: Session, job: str, key: str, holder: str, **values: object) -> bool:
    closed = session.execute(
        update(JobRun)
        .where(
            JobRun.job == job,
            JobRun.key == key,
            JobRun.owner == holder,
            JobRun.finished_at.is_(None),
        )
        .values(**values)
        .execution_options(synchronize_session=False)
    )
    return isinstance(closed, CursorResult) and closed.rowcount == 1


def renew_leases(session: Session, *, owner: str, now: datetime) -> None:
    """Keep the runs that this process is at: a long one must not begin elsewhere too."""
    _of_owner(session, owner, now + LEASE)


def give_back_runs(session: Session, *, owner: str, now: datetime) -> None:
    """Let another process begin at once what this one leaves unfinished."""
    _of_owner(session, owner, now)


def _of_owner(session: Session, owner: str, until: datetime) -> None:
    session.execute(
        update(JobRun)
        .where(JobRun.owner == owner, JobRun.finished_at.is_(None))
        .values(lease_until=until)
        .execution_options(synchronize_session=False)
    )


def request_run(session: Session, *, job: str, day: date, now: datetime, requested_by: str) -> str:
    """Ask for a run beside those of each day; return its key.

    Raises RuleError when one is asked for or at work already: twice would be of no use.
    """
    waiting = pending_request(session, job=job, now=now)
    if waiting is not None:
        raise RuleError(
            "job",
            N_("Ce travail est en cours : son résultat s’affichera ici.")
            if waiting.started_at
            else N_("Ce travail est déjà demandé : il attend son tour."),
        )
    key = f"demande:{day.isoformat()}:{secrets.token_hex(4)}"
    session.add(
        JobRun(job=job, key=key, day=day, created_at=now, requested_by=requested_by, attempts=0)
    )
    session.flush()
    return key


def beat(session: Session, *, owner: str, now: datetime) -> None:
    """Give a sign of life; of several processes the last one is kept."""
    known = session.get(Heartbeat, WORKER, populate_existing=True)
    if known is None:
        session.add(Heartbeat(name=WORKER, owner=owner, started_at=now, beat_at=now))
    elif known.owner == owner:
        known.beat_at = now
    else:
        known.owner, known.started_at, known.beat_at = owner, now, now
    session.flush()
