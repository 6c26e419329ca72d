"""The jobs there are; the wiring names them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy.orm import Session

Work = Callable[[Session, datetime], str]


@dataclass(frozen=True, slots=True)
class Job:
    """Work done once a day: `work(session, now)` returns what it did, and is safe to do again.

    `label` is what people read of it: the page of the administrator says when it was last done. It
    runs in one transaction, unless `is_long`: then it opens short ones of its own, so that nobody
    waits for it. It begins once the clocks of Paris show `starts_at`.
    """

    name: str
    work: Work
    label: str
    is_long: bool = False
    starts_at: time = time.min


_jobs: dict[str, Job] = {}
_chores: list[Callable[[], object]] = []


def add_job(job: Job) -> None:
    """Do this job each day."""
    _jobs[job.name] = job


def add_chore(chore: Callable[[], object]) -> None:
    """Do this each time the bell rings, once a minute; it opens its own transactions."""
    if chore not in _chores:
        _chores.append(chore)


def chores() -> list[Callable[[], object]]:
    """Return what is done each time the bell rings."""
    return list(_chores)


def find_job(name: str) -> Job | None:
    """Return the job of this name, if there is one."""
    return _jobs.get(name)


def jobs() -> list[Job]:
    """Return every job, by name."""
    return [_jobs[name] for name in sorted(_jobs)]
