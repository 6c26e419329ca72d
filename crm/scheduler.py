"""Rings the bell: once a minute, whatever is due is done, by one process only."""

import time

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask, current_app

from crm.core import clock
from crm.database import db, transaction
from crm.jobs.operations import begin_run, end_run, fail_run
from crm.jobs.queries import requested_runs
from crm.jobs.registry import Job, chores, find_job, jobs
from crm.jobs.rules import is_due
from crm.mail.delivering import new_owner

RING_SECONDS = 60
# Whoever rings for longer hangs: its runs are left to another process, and people are told.
LONGEST_RING = 3600


def do_what_is_due(owner: str | None = None) -> list[str]:
    """Do each job of today that is not done, then those asked for; return the names of those done.

    What is done at each ring comes first: a long job does not keep it waiting.
    """
    owner = owner or new_owner()
    for chore in chores():
        try:
            chore()
        except Exception:  # one that fails must not keep the others from being done
            current_app.logger.exception("chore failed", extra={"event": "chore"})
    done = [job.name for job in jobs() if _is_due(job) and _do(job, owner)]
    return done + do_what_is_asked(owner)


def do_what_is_asked(owner: str) -> list[str]:
    """Do the runs that somebody asked for; return the names of the jobs done."""
    asked = requested_runs(db.session(), now=clock.now())
    db.session.rollback()
    found = [(find_job(name), key) for name, key in asked]
    return [job.name for job, key in found if job is not None and _do(job, owner, key)]


def _is_due(job: Job) -> bool:
    return is_due(job.starts_at, clock.now())


def _do(job: Job, owner: str, key: str | None = None) -> bool:
    now = clock.now()
    day = clock.in_paris(now).date()
    key = key or day.isoformat()
    try:
        with transaction() as session:
            if not begin_run(session, job=job.name, day=day, key=key, now=now, owner=owner):
                return False
        result = job.work(db.session(), now) if job.is_long else None
        with transaction() as session:
            result = result or job.work(session, now)
            has_ended = end_run(
                session, job=job.name, key=key, owner=owner, now=clock.now(), result=result
            )
    except Exception as error:  # one job that fails must not keep the others from being done
        current_app.logger.exception("job failed", extra={"event": f"job:{job.name}"})
        _note_failure(job, key, owner, type(error).__name__)
        return False
    said = "job done" if has_ended else "job taken over"
    current_app.logger.info(said, extra={"event": f"job:{job.name}"})
    return has_ended


def _note_failure(job: Job, key: str, owner: str, error: str) -> None:
    try:
        with transaction() as session:
            fail_run(session, job=job.name, key=key, owner=owner, now=clock.now(), error=error)
    except Exception:  # its lease will pass
        current_app.logger.exception("failure not noted", extra={"event": f"job:{job.name}"})


class Ringer:
    """Rings each minute in a thread of this process, and can tell whether it still lives."""

    def __init__(self, app: Flask, owner: str) -> None:
        self._app = app
        self._owner = owner
        self._is_ringing = False
        self._began_at = self._rang_at = time.monotonic()
        self._scheduler = BackgroundScheduler(timezone=clock.PARIS)

    def start(self) -> None:
        """Ring from now on."""
        self._scheduler.add_job(
            self._ring,
            IntervalTrigger(seconds=RING_SECONDS, timezone=clock.PARIS),
            next_run_time=clock.now(),
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
        self._scheduler.start()

    def lives(self) -> bool:
        """Tell whether it is ringing, for less than an hour, or did in the last three minutes."""
        now = time.monotonic()
        if self._is_ringing:
            return now - self._began_at < LONGEST_RING
        return now - self._rang_at < 3 * RING_SECONDS

    def stop(self, seconds: float) -> bool:
        """Ring no more, and let what is being done end; False when it takes longer than that."""
        self._scheduler.shutdown(wait=False)
        until = time.monotonic() + seconds
        while self._is_ringing and time.monotonic() < until:
            time.sleep(0.05)
        return not self._is_ringing

    def _ring(self) -> None:
        self._began_at = time.monotonic()
        self._is_ringing = True
        try:
            with self._app.app_context():
                do_what_is_due(self._owner)
        finally:
            self._rang_at = time.monotonic()
            self._is_ringing = False
