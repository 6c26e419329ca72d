"""What someone must do by a day: made, changed, done, opened again, put off."""

from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.events import SuccessorsWanted
from crm.contacts.operations import resolve_structure
from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.followups import rules
from crm.followups.models import AccompanimentSession, FollowUp
from crm.followups.operations.choices import assignee
from crm.followups.types import FollowUpData, NextStep
from crm.web.locale import translate

_TIME_TO_MEET = timedelta(days=30)


def create_follow_up(session: Session, *, data: FollowUpData) -> FollowUp:
    """Make a follow-up and return it; raise RuleError with the field that does not fit."""
    record = FollowUp(created_at=clock.now())
    _fill(session, record, data)
    session.add(record)
    session.flush()
    return record


def schedule_next_step(
    session: Session, *, record: AccompanimentSession, next_step: NextStep, user_id: int | None
) -> FollowUp:
    """Make the follow-up of a session, for the person who logged it, about its first structure."""
    assignee_id = user_id or next((officer.id for officer in record.officers), None)
    if assignee_id is None:
        raise RuleError("officers", N_("Dites qui assurera la suite."))
    follow_up = FollowUp(
        what=next_step.what,
        due_on=next_step.due_on,
        assignee_id=assignee_id,
        structure_id=record.structures[0].structure_id,
        session_id=record.id,
        created_at=clock.now(),
    )
    session.add(follow_up)
    session.flush()
    return follow_up


def schedule_meetings(session: Session, news: SuccessorsWanted) -> None:
    """Make a follow-up for each vacant seat: meet who holds it next, within a month."""
    due_on = clock.today() + _TIME_TO_MEET
    for seat in news.seats:
        what = translate(N_("Rencontrer le ou la successeur·e : %(role)s"), role=seat.role)
        session.add(
            FollowUp(
                what=what[: rules.LONGEST_WHAT],
                due_on=due_on,
                assignee_id=seat.assignee_id,
                structure_id=seat.structure_id,
                created_at=clock.now(),
            )
        )
    session.flush()


def update_follow_up(
    session: Session, *, follow_up_id: int, version: int, data: FollowUpData
) -> FollowUp:
    """Change a follow-up as it was at that version; raise StaleRecordError if it has moved on."""
    record = get_follow_up(session, follow_up_id)
    if record.version != version:
        raise StaleRecordError(record)
    _fill(session, record, data)
    session.flush()
    return record


def complete_follow_up(session: Session, *, follow_up_id: int) -> None:
    """Mark a follow-up as done; one that is done already stays so."""
    record = get_follow_up(session, follow_up_id)
    if record.done_at is None:
        record.done_at = clock.now()
        session.flush()


def reopen_follow_up(session: Session, *, follow_up_id: int) -> None:
    """Mark a follow-up as still to be done."""
    get_follow_up(session, follow_up_id).done_at = None
    session.flush()


def postpone_follow_up(session: Session, *, follow_up_id: int, due_on: date) -> date:
    """Put a follow-up off (or back) to a day; return the day it was due."""
    record = get_follow_up(session, follow_up_id)
    before, record.due_on = record.due_on, due_on
    session.flush()
    return before


def get_follow_up(session: Session, follow_up_id: int) -> FollowUp:
    """Return a follow-up; raise NotFoundError."""
    record = session.scalar(
        select(FollowUp).where(FollowUp.id == follow_up_id, FollowUp.deleted_at.is_(None))
    )
    if record is None:
        raise NotFoundError
    return record


def _fill(session: Session, record: FollowUp, data: FollowUpData) -> None:
    data = rules.clean_follow_up(data)
    structure_id = None
    if data.structure and data.structure == str(record.structure_id or ""):
        structure_id = record.structure_id
    elif data.structure:
        structure_id = resolve_structure(session, value=data.structure, family_code=None).id
    record.assignee_id = assignee(session, data.assignee_id, kept_id=record.assignee_id)
    record.structure_id = structure_id
    record.what = data.what
    record.due_on = data.due_on
