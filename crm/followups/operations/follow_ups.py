"""What someone must do by a day: made, changed, done, opened again, put off."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.contacts.events import SuccessorsWanted
from crm.contacts.operations import resolve_contact, resolve_structure
from crm.core import clock
from crm.core.batches import in_batches
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.followups import call_plans, rules
from crm.followups.models import AccompanimentSession, FollowUp
from crm.followups.operations.choices import application, assignee, call
from crm.followups.types import FollowUpData, NextStep, Recurrence
from crm.funding.models import FundingCall
from crm.history.recording import actor_of
from crm.history.trash import move_to_trash, restore_from_trash
from crm.projects.models import Project
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


def complete_follow_up(
    session: Session, *, follow_up_id: int, outcome: str | None = None
) -> FollowUp | None:
    """Mark a follow-up as done, with what came of it; return the next of a series.

    One that is done already stays so, and makes nothing anew.
    """
    record = get_follow_up(session, follow_up_id)
    outcome = rules.clean_outcome(outcome)
    if outcome is not None and outcome != record.outcome:
        record.outcome = outcome
    if record.done_at is not None:
        session.flush()
        return None
    record.done_at = clock.now()
    session.flush()
    return None if record.recurrence is None else _schedule_next(session, [record])[record.id]


def reopen_follow_up(session: Session, *, follow_up_id: int) -> None:
    """Mark a follow-up as still to be done; the next one that it made goes, if it is still open."""
    record = get_follow_up(session, follow_up_id)
    record.done_at = None
    count_back(session, record)
    session.flush()
    following = _followings(session, [record.id]).get(record.id)
    if following is not None and following.deleted_at is None and following.done_at is None:
        move_to_trash(session, entity="follow_up", record_id=following.id)


def count_back(session: Session, record: FollowUp) -> None:
    """Put what is counted back from a closing as far from it as it is said to be, not flushed."""
    if record.days_before_closing is None or record.call_id is None:
        return
    planned_for = session.get(FundingCall, record.call_id)
    if planned_for is not None and planned_for.closes_on is not None:
        record.due_on = call_plans.due_on(planned_for.closes_on, record.days_before_closing)


def complete_each(session: Session, records: Sequence[FollowUp]) -> int:
    """Mark loaded follow-ups as done, and make the next of each series; return how many were not.

    It takes the same few statements for one as for hundreds.
    """
    undone = [record for record in records if record.done_at is None]
    done_at = clock.now()
    for record in undone:
        record.done_at = done_at
    session.flush()
    _schedule_next(session, [record for record in undone if record.recurrence is not None])
    return len(undone)


def _schedule_next(session: Session, records: Sequence[FollowUp]) -> dict[int, FollowUp]:
    """Return the next of each follow-up that comes back: the one it had already, or a new one."""
    following = _followings(session, [record.id for record in records])
    for each in following.values():
        if each.deleted_at is not None:
            restore_from_trash(session, entity="follow_up", record_id=each.id)
    heirs = _heirs(session, {record.assignee_id for record in records})
    made = {
        record.id: _next_of(record, heirs.get(record.assignee_id, record.assignee_id))
        for record in records
        if record.id not in following
    }
    session.add_all(made.values())
    session.flush()
    return following | made


def _heirs(session: Session, assignee_ids: Collection[int]) -> dict[int, int]:
    """Return who goes on for those who have left: whoever is at work, where that is someone."""
    actor_id = actor_of(session).user_id
    if actor_id is None:
        return {}
    gone: list[int] = []
    for batch in in_batches(sorted(assignee_ids)):
        gone += session.scalars(select(User.id).where(User.id.in_(batch), ~User.is_active))
    return dict.fromkeys(gone, actor_id)


def _next_of(record: FollowUp, assignee_id: int) -> FollowUp:
    recurrence = Recurrence(record.recurrence or "")
    anchored_on = record.anchored_on or record.due_on
    return FollowUp(
        what=record.what,
        due_on=rules.next_due(anchored_on, recurrence, max(record.due_on, clock.today())),
        assignee_id=assignee_id,
        priority=record.priority,
        recurrence=recurrence,
        anchored_on=anchored_on,
        previous_id=record.id,
        structure_id=record.structure_id,
        contact_id=record.contact_id,
        project_id=record.project_id,
        application_id=record.application_id,
        call_id=record.call_id,
        session_id=record.session_id,
        created_at=clock.now(),
    )


def _followings(session: Session, ids: Sequence[int]) -> dict[int, FollowUp]:
    """Return follow-up → the next that it made, in the trash or not."""
    found: dict[int, FollowUp] = {}
    for batch in in_batches(ids):
        rows = session.scalars(select(FollowUp).where(FollowUp.previous_id.in_(batch)))
        found.update((row.previous_id, row) for row in rows if row.previous_id is not None)
    return found


def postpone_follow_up(session: Session, *, follow_up_id: int, due_on: date) -> date:
    """Put a follow-up off (or back) to a day; return the day it was due."""
    record = get_follow_up(session, follow_up_id)
    before, record.due_on = record.due_on, due_on
    record.days_before_closing = None  # a day of its own no longer moves with the closing
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
    record.assignee_id = assignee(session, data.assignee_id, kept_id=record.assignee_id)
    record.structure_id = _structure(session, record, data.structure)
    record.contact_id = _contact(session, record, data.contact)
    record.project_id = _project(session, record, data.project_id)
    record.application_id = application(session, data.application_id, record.application_id)
    call_id = call(session, data.call_id, record.call_id)
    if record.call_id != call_id:
        record.call_id, record.days_before_closing = call_id, None
    record.what = data.what
    record.priority = data.priority
    if record.due_on != data.due_on or record.recurrence != data.recurrence:
        # Putting one off leaves the days of its series; choosing its day begins them anew.
        record.anchored_on = data.due_on if data.recurrence else None
    if record.due_on != data.due_on:
        record.days_before_closing = None  # a day of its own no longer moves with the closing
    record.due_on, record.recurrence = data.due_on, data.recurrence


def _structure(session: Session, record: FollowUp, value: str | None) -> int | None:
    if not value or value == str(record.structure_id or ""):
        return record.structure_id if value else None
    return resolve_structure(session, value=value, family_code=None).id


def _contact(session: Session, record: FollowUp, value: str | None) -> int | None:
    if not value or value == str(record.contact_id or ""):
        return record.contact_id if value else None
    try:
        return resolve_contact(session, value=value, structure_id=record.structure_id).id
    except RuleError as error:
        raise RuleError("contact", error.message, **error.params) from error


def _project(session: Session, record: FollowUp, project_id: int | None) -> int | None:
    if not project_id or project_id == record.project_id:
        return project_id or None
    found = select(Project.id).where(Project.id == project_id, Project.deleted_at.is_(None))
    if session.scalar(found) is None:
        raise RuleError("project", N_("Choisissez un projet de la liste."))
    return project_id
