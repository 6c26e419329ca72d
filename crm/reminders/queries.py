"""Who is to be reminded now, at what rhythm, of what that is urgent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.followups.models import AccompanimentSession, FollowUp, session_officer
from crm.followups.queries.follow_ups import is_shown
from crm.followups.types import Priority, SessionStatus
from crm.reminders.models import DayOff, Reminder, ReminderSetting
from crm.reminders.rules import is_due, last_working_day
from crm.reminders.types import Absence, ReminderKind, Rhythm, Subject


@dataclass(frozen=True, slots=True)
class Absent:
    """Days off as a page shows them."""

    id: int
    start_on: date
    end_on: date


def rhythm_of(session: Session, user_id: int) -> Rhythm:
    """Return the rhythm a person chose, or the usual one."""
    setting = session.get(ReminderSetting, user_id)
    if setting is None:
        return Rhythm()
    return Rhythm(setting.is_on, setting.hour, setting.weekdays)


def days_off_of(session: Session, user_id: int, today: date) -> list[Absent]:
    """Return a person's days off that are not past, the first first."""
    rows = session.execute(
        select(DayOff.id, DayOff.start_on, DayOff.end_on)
        .where(DayOff.user_id == user_id, DayOff.end_on >= today)
        .order_by(DayOff.start_on, DayOff.id)
    )
    return [Absent(*row) for row in rows.tuples()]


def told_last(session: Session, user_id: int, today: date) -> date:
    """Return the last day before today on which a person worked, and so could be told."""
    rows = session.execute(
        select(DayOff.start_on, DayOff.end_on).where(
            DayOff.user_id == user_id, DayOff.start_on < today
        )
    )
    absences = [Absence(*row) for row in rows.tuples()]
    return last_working_day(today, rhythm_of(session, user_id), absences)


def people_at_work(session: Session, now: datetime, today: date) -> list[int]:
    """Return the ids of the active people who work today and whose hour is past."""
    off = set(
        session.scalars(
            select(DayOff.user_id).where(DayOff.start_on <= today, DayOff.end_on >= today)
        )
    )
    rows = session.execute(
        select(User.id, ReminderSetting.is_on, ReminderSetting.hour, ReminderSetting.weekdays)
        .outerjoin(ReminderSetting, ReminderSetting.user_id == User.id)
        .where(User.is_active)
        .order_by(User.id)
    ).all()
    away = [Absence(today, today)]
    return [
        row.id
        for row in rows
        if is_due(
            Rhythm() if row.hour is None else Rhythm(row.is_on, row.hour, row.weekdays),
            away if row.id in off else (),
            now,
        )
    ]


def without_digest(
    session: Session, user_ids: Sequence[int], now: datetime, today: date
) -> list[int]:
    """Return those of the people whose message of the day is still to be written."""
    settled = set(
        session.scalars(
            select(Reminder.user_id).where(
                Reminder.kind == ReminderKind.DIGEST,
                Reminder.day == today,
                Reminder.subject_id.in_(user_ids),  # of a digest, the person: the index holds it
                _is_over(now),
            )
        )
    )
    return [user_id for user_id in user_ids if user_id not in settled]


def _is_over(now: datetime) -> ColumnElement[bool]:
    """Return the condition of reminders that are done, given up, or to be tried later."""
    return or_(
        Reminder.done_at.is_not(None),
        and_(Reminder.try_again_at.is_(None), Reminder.attempts > 0),
        Reminder.try_again_at > now,
    )


def newly_urgent(
    session: Session, user_ids: Sequence[int], now: datetime, today: date
) -> dict[int, list[Subject]]:
    """Return, by person, the urgent follow-ups that are due and that nobody told them of yet."""
    told = (
        select(Reminder.id)
        .where(
            Reminder.kind == ReminderKind.URGENT,
            Reminder.subject_id == FollowUp.id,
            Reminder.day == FollowUp.due_on,
            Reminder.user_id == FollowUp.assignee_id,
            _is_over(now),
        )
        .exists()
    )
    rows = session.execute(
        select(FollowUp.assignee_id, FollowUp.id, FollowUp.due_on)
        .outerjoin(AccompanimentSession, AccompanimentSession.id == FollowUp.session_id)
        .where(
            FollowUp.assignee_id.in_(user_ids),
            FollowUp.done_at.is_(None),
            FollowUp.due_on <= today,
            FollowUp.priority == Priority.URGENT,
            is_shown(),
            ~told,
        )
        .order_by(FollowUp.due_on, FollowUp.id)
    )
    found: dict[int, list[Subject]] = {}
    for user_id, follow_up_id, due_on in rows.tuples():
        found.setdefault(user_id, []).append(Subject(follow_up_id, due_on))
    return found


def count_waiting(session: Session, user_id: int, today: date) -> int:
    """Return how many things wait for a person: what is due, and sessions to settle."""
    due = (
        select(func.count())
        .select_from(FollowUp)
        .outerjoin(AccompanimentSession, AccompanimentSession.id == FollowUp.session_id)
        .where(
            FollowUp.assignee_id == user_id,
            FollowUp.done_at.is_(None),
            FollowUp.due_on <= today,
            is_shown(),
        )
        .scalar_subquery()
    )
    unsettled = (
        select(func.count())
        .select_from(AccompanimentSession)
        .where(
            AccompanimentSession.status == SessionStatus.PLANNED,
            AccompanimentSession.held_on < today,
            AccompanimentSession.deleted_at.is_(None),
            # Not joined: the few planned ones are to be read first, not all those of the person.
            select(session_officer.c.user_id)
            .where(
                session_officer.c.session_id == AccompanimentSession.id,
                session_officer.c.user_id == user_id,
            )
            .exists(),
        )
        .scalar_subquery()
    )
    return session.scalar(select(due + unsettled)) or 0
