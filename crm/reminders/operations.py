"""Choosing one's rhythm, and writing what is due: once, whoever does it, however often."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.core import clock
from crm.core.errors import NotFoundError
from crm.followups.models import FollowUp
from crm.followups.queries import follow_up_rows
from crm.mail.composing import Composed, path_of, speaking
from crm.mail.outbox import post
from crm.mail.types import Priority, Purpose
from crm.reminders import rules
from crm.reminders.messages import digest, urgent_message
from crm.reminders.models import DayOff, Reminder, ReminderSetting
from crm.reminders.registry import sections_for
from crm.reminders.sections import URGENT_TITLE, follow_up_line
from crm.reminders.types import Absence, ReminderKind, Rhythm, Section, Subject
from crm.web.locale import translate


def choose_rhythm(session: Session, *, user_id: int, rhythm: Rhythm) -> None:
    """Keep when a person is reminded; raise RuleError with the field that is wrong."""
    rhythm = rules.clean_rhythm(rhythm)
    setting = session.get(ReminderSetting, user_id)
    if setting is None:
        setting = ReminderSetting(user_id=user_id)
        session.add(setting)
    setting.is_on, setting.hour, setting.weekdays = rhythm.is_on, rhythm.hour, rhythm.weekdays
    session.flush()


def add_day_off(session: Session, *, user_id: int, absence: Absence) -> tuple[int, bool]:
    """Keep days on which a person is left in peace; return their id and whether they are new.

    The same ones twice are kept once. Raises RuleError for days in disorder, too many, or past.
    """
    rules.check_absence(absence, clock.today())
    days = {"user_id": user_id, "start_on": absence.start_on, "end_on": absence.end_on}
    known = session.scalar(select(DayOff).filter_by(**days))
    if known is None:
        known = DayOff(**days)
        session.add(known)
        session.flush()
        return known.id, True
    return known.id, False


def remove_day_off(session: Session, *, user_id: int, day_off_id: int) -> Absence:
    """Forget a person's days off and return them; raise NotFoundError for another's."""
    row = session.execute(
        delete(DayOff)
        .where(DayOff.id == day_off_id, DayOff.user_id == user_id)
        .returning(DayOff.start_on, DayOff.end_on)
    ).one_or_none()
    if row is None:
        raise NotFoundError
    return Absence(row.start_on, row.end_on)


def write_digest(session: Session, *, user_id: int, now: datetime) -> bool:
    """Write a person's message of the day if there is something to say; return whether it was.

    What was done meanwhile is not in it: it is composed from what is there at this instant. False
    too when another process has written it. A message that has not left by the end of its day does
    not leave: the next one says it better.
    """
    today = clock.in_paris(now).date()
    reminder = _begin(session, ReminderKind.DIGEST, user_id, Subject(user_id, today), now)
    if reminder is None:
        return False
    user = session.get_one(User, user_id)
    with speaking(user.locale):
        sections = sections_for(session, user_id, today)
        if not sections:
            return False
        composed = digest(user, sections, today)
    _post(session, [reminder], user, composed)
    reminder.line_count = sum(len(section.lines) for section in sections)
    told = [line.record_id for each in sections if each.code == "urgent" for line in each.lines]
    days = session.execute(select(FollowUp.id, FollowUp.due_on).where(FollowUp.id.in_(told)))
    _begin_urgent(session, user_id, [Subject(*row) for row in days.tuples()], now)
    return True


def write_urgent(
    session: Session, *, user_id: int, subjects: Sequence[Subject], now: datetime
) -> bool:
    """Write at once of what has become urgent since the message of the day; return whether."""
    user = session.get_one(User, user_id)
    begun = _begin_urgent(session, user_id, subjects, now)
    if not begun:
        return False
    today = clock.in_paris(now).date()
    ids = [reminder.subject_id for reminder in begun]
    rows = session.execute(
        follow_up_rows().where(FollowUp.id.in_(ids)).order_by(FollowUp.due_on, FollowUp.id)
    ).all()
    with speaking(user.locale):
        section = Section(
            code="urgent",
            title=translate(URGENT_TITLE),
            lines=[follow_up_line(row, today) for row in rows],
            path=path_of("follow_ups.index", pour="moi"),
        )
        composed = urgent_message(user, section)
    _post(session, begun, user, composed)
    return True


def note_failure(
    session: Session,
    *,
    kind: ReminderKind,
    user_id: int,
    subjects: Sequence[Subject],
    now: datetime,
    error: str,
) -> None:
    """Keep that reminders could not be written, and when they are tried again."""
    for subject in subjects:
        reminder = _known(session, kind, subject)
        if reminder is None:
            reminder = _new(kind, user_id, subject, now)
            session.add(reminder)
        reminder.attempts += 1
        reminder.error = error[:120]
        reminder.try_again_at = rules.next_attempt(now, reminder.attempts)
    session.flush()


def _begin_urgent(
    session: Session, user_id: int, subjects: Sequence[Subject], now: datetime
) -> list[Reminder]:
    begun = [_begin(session, ReminderKind.URGENT, user_id, each, now) for each in subjects]
    return [reminder for reminder in begun if reminder is not None]


def _begin(
    session: Session, kind: ReminderKind, user_id: int, subject: Subject, now: datetime
) -> Reminder | None:
    """Take a reminder; None when it is done, or in the hands of another process."""
    known = _known(session, kind, subject)
    if known is None:
        known = _new(kind, user_id, subject, now)
        known.done_at = now
        try:
            with session.begin_nested():
                session.add(known)
        except IntegrityError:
            return None
        return known
    if known.done_at is not None:
        # An urgent follow-up given to someone else is news to them.
        if kind is not ReminderKind.URGENT or known.user_id == user_id:
            return None
        known.user_id = user_id
    known.done_at, known.try_again_at, known.error = now, None, None
    session.flush()
    return known


def _known(session: Session, kind: ReminderKind, subject: Subject) -> Reminder | None:
    key = _key(kind, subject)
    return session.scalar(select(Reminder).where(Reminder.key == key).with_for_update())


def _new(kind: ReminderKind, user_id: int, subject: Subject, now: datetime) -> Reminder:
    return Reminder(
        key=_key(kind, subject),
        kind=kind,
        user_id=user_id,
        subject_id=subject.id,
        day=subject.day,
        created_at=now,
        line_count=0,
        attempts=0,
    )


def _key(kind: ReminderKind, subject: Subject) -> str:
    return f"{kind}:{subject.id}:{subject.day.isoformat()}"


def _post(session: Session, reminders: Sequence[Reminder], user: User, composed: Composed) -> None:
    first = reminders[0]
    message = post(
        session,
        unique_key=f"{first.key}:{user.id}:{clock.now().isoformat()}",
        recipient=user.email,
        subject=composed.subject,
        text_body=composed.text_body,
        html_body=composed.html_body,
        expires_at=rules.stops_making_sense_at(clock.today()),
        purpose=Purpose.DIGEST,
        priority=Priority.USUAL,
    )
    for reminder in reminders:
        reminder.message_id = message.id
    session.flush()
