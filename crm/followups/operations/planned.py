"""What becomes of a planned session once its day has passed."""

from datetime import date

from sqlalchemy.orm import Session

from crm.core import clock
from crm.followups import rules
from crm.followups.indexing import index_session
from crm.followups.models import AccompanimentSession
from crm.followups.operations.sessions import get_session


def postpone_session(session: Session, *, session_id: int, held_on: date) -> AccompanimentSession:
    """Move a planned session to another day, from today on; history keeps the day it had.

    Raises RuleError when the session is no longer planned, or the day has passed.
    """
    record = get_session(session, session_id)
    rules.check_postponement(record.status, held_on, clock.today())
    if record.held_on != held_on:
        record.held_on = held_on
        session.flush()
        index_session(session, record)
    return record
