"""What is done at each ring: whoever is due is reminded, one person at a time."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from flask import current_app
from sqlalchemy.orm import Session

from crm.core import clock
from crm.database import db, transaction
from crm.reminders.operations import note_failure, write_digest, write_urgent
from crm.reminders.queries import newly_urgent, people_at_work, without_digest
from crm.reminders.types import ReminderKind, Subject


def remind() -> int:
    """Remind everyone who is due; return how many messages were written.

    One person's trouble keeps nobody else from theirs: it is tried again a few minutes later.
    """
    now = clock.now()
    today = clock.in_paris(now).date()
    session = db.session()
    session.rollback()
    present = people_at_work(session, now, today)
    if not present:
        session.rollback()
        return 0
    waiting = without_digest(session, present, now, today)
    written = 0
    for user_id in waiting:
        of_day = Attempt(ReminderKind.DIGEST, user_id, [Subject(user_id, today)], now)
        written += of_day.make(partial(write_digest, user_id=user_id, now=now))
    told = [user_id for user_id in present if user_id not in waiting]
    for user_id, subjects in newly_urgent(db.session(), told, now, today).items():
        at_once = Attempt(ReminderKind.URGENT, user_id, subjects, now)
        written += at_once.make(partial(write_urgent, user_id=user_id, subjects=subjects, now=now))
    db.session().rollback()
    return written


@dataclass(frozen=True, slots=True)
class Attempt:
    """A reminder about to be written."""

    kind: ReminderKind
    user_id: int
    subjects: Sequence[Subject]
    now: datetime

    def make(self, write: Callable[[Session], bool]) -> bool:
        """Write it; a failure is kept, and returns False: the others must get theirs."""
        try:
            with transaction() as session:
                return write(session)
        except Exception as error:
            current_app.logger.exception("reminder failed", extra={"event": "reminder"})
            with transaction() as session:
                note_failure(
                    session,
                    kind=self.kind,
                    user_id=self.user_id,
                    subjects=self.subjects,
                    now=self.now,
                    error=type(error).__name__,
                )
            return False
