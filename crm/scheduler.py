"""Rings the bell: once a minute, whatever is due today is done, by one process only."""

from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask, current_app

from crm.core import clock
from crm.database import db, transaction
from crm.jobs.operations import begin_run, end_run, fail_run
from crm.jobs.registry import Job, chores, jobs

_SECONDS = 60


def do_what_is_due() -> list[str]:
    """Do each job that has not been done today; return the names of those done now.

    What is done at each ring comes after.
    """
    done = [job.name for job in jobs() if _do(job)]
    for chore in chores():
        try:
            chore()
        except Exception:  # one that fails must not keep the others from being done
            current_app.logger.exception("chore failed", extra={"event": "chore"})
    return done


def _do(job: Job) -> bool:
    now = clock.now()
    day = clock.in_paris(now).date()
    with transaction() as session:
        if not begin_run(session, job=job.name, day=day, now=now):
            return False
    try:
        result = job.work(db.session(), now) if job.is_long else None
        with transaction() as session:
            result = result or job.work(session, now)
            end_run(session, job=job.name, day=day, now=clock.now(), result=result)
    except Exception as error:  # one job that fails must not keep the others from being done
        current_app.logger.exception("job failed", extra={"event": f"job:{job.name}"})
        with transaction() as session:
            fail_run(session, job=job.name, day=day, error=type(error).__name__)
        return False
    current_app.logger.info("job done", extra={"event": f"job:{job.name}"})
    return True


def start_scheduler(app: Flask) -> BackgroundScheduler:
    """Ring from now on, in a thread of this process; return what stops it."""

    def tick() -> None:
        with app.app_context():
            do_what_is_due()

    scheduler = BackgroundScheduler(timezone=clock.PARIS)
    scheduler.add_job(
        tick,
        IntervalTrigger(seconds=_SECONDS, timezone=clock.PARIS),
        next_run_time=clock.now(),
        coalesce=True,
        max_instances=1,
        misfire_grace_time=None,
    )
    scheduler.start()
    return scheduler
