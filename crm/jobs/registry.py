"""The jobs there are; the wiring names them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

Work = Callable[[Session, datetime], str]


@dataclass(frozen=True, slots=True)
class Job:
    """Work done once a day: `work(session, now)` returns what it did, and is safe to do again.

    `label` is what people read of it: the page of the administrator says when it was last done.
    """

    name: str
    work: Work
    label: str


_jobs: dict[str, Job] = {}


def add_job(job: Job) -> None:
    """Do this job each day."""
    _jobs[job.name] = job


def jobs() -> list[Job]:
    """Return every job, by name."""
    return [_jobs[name] for name in sorted(_jobs)]
