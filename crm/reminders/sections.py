"""The sections about follow-ups and sessions."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from crm.accompaniment.rules import SILENT_AFTER_DAYS
from crm.accompaniment.silence import silent_accompaniments
from crm.core.errors import N_
from crm.followups.listings.follow_ups import LATE_OR_TODAY, MINE
from crm.followups.listings.own_filters import EXPECTED
from crm.followups.models import FollowUp
from crm.followups.queries import (
    coming_sessions,
    details_of,
    follow_up_rows,
    unsettled_sessions,
)
from crm.followups.types import Priority, SessionStatus
from crm.mail.composing import path_of
from crm.reminders.types import Line, Section
from crm.web.formats import short_date
from crm.web.locale import translate

MOST_LINES, _MOST_READ = 15, 500
URGENT_TITLE = N_("Urgent")
DONE, TOMORROW, NEXT_WEEK = "faite", "demain", "semaine"
HELD, CANCELLED = "tenue", "annulee"
_ON_FOLLOW_UP = (DONE, TOMORROW, NEXT_WEEK)
_ON_SESSION = (HELD, CANCELLED)


def follow_ups(session: Session, user_id: int, today: date) -> list[Section]:
    """Return what is to be done, late ones first: urgent, then late, then of today; one read."""
    rows = session.execute(
        follow_up_rows()
        .where(
            FollowUp.assignee_id == user_id,
            FollowUp.done_at.is_(None),
            FollowUp.due_on <= today,
        )
        .order_by(FollowUp.due_on, FollowUp.id)
        .limit(_MOST_READ)
    ).all()
    urgent = [row for row in rows if row.priority == Priority.URGENT]
    others = [row for row in rows if row.priority != Priority.URGENT]
    late = [row for row in others if row.due_on < today]
    return [
        _of_follow_ups("urgent", URGENT_TITLE, urgent, today, quand=LATE_OR_TODAY),
        _of_follow_ups("retard", N_("En retard"), late, today, quand="retard"),
        _of_follow_ups("jour", N_("À faire aujourd’hui"), others[len(late) :], today, quand="jour"),
    ]


def planned_today(session: Session, user_id: int, today: date) -> list[Section]:
    """Return the sessions planned for today."""
    rows = coming_sessions(session, officer_id=user_id, today=today, limit=MOST_LINES + 1)
    rows = [row for row in rows if row.held_on == today]
    path = path_of("sessions.index", statut=SessionStatus.PLANNED.value, suivi=user_id)
    section = Section("prevues", translate(N_("Séances d’aujourd’hui")), (), path)
    return _of_sessions(session, section, rows, ())


def unsettled(session: Session, user_id: int, today: date) -> list[Section]:
    """Return the planned sessions whose day has passed, to say whether they took place."""
    rows = unsettled_sessions(session, officer_id=user_id, today=today, limit=MOST_LINES + 1)
    path = path_of("sessions.index", confirmation=EXPECTED, suivi=user_id)
    section = Section("a-confirmer", translate(N_("Ont-elles eu lieu ?")), (), path)
    return _of_sessions(session, section, rows, _ON_SESSION)


def silent(session: Session, user_id: int, today: date) -> list[Section]:
    """Return the accompaniments in the person's charge with which nothing happens any more."""
    found = silent_accompaniments(session, user_id=user_id, today=today, limit=MOST_LINES + 1)
    lines = [
        Line(
            text=each.structure,
            path=path_of("accompaniments.show", accompaniment_id=each.id),
            detail=translate(N_("silencieux depuis %(count)s jours"), count=each.silent_days),
        )
        for each in found[:MOST_LINES]
    ]
    title = translate(N_("Accompagnements silencieux"))
    path = path_of("accompaniments.index", silence=SILENT_AFTER_DAYS, personne=MINE)
    return [Section("silence", title, lines, path, has_more=len(found) > MOST_LINES)]


SECTIONS = (follow_ups, planned_today, unsettled, silent)


def _of_follow_ups(
    code: str, title: str, rows: Sequence[Row[Any]], today: date, *, quand: str
) -> Section:
    return Section(
        code=code,
        title=translate(title),
        lines=[follow_up_line(row, today) for row in rows[:MOST_LINES]],
        path=path_of("follow_ups.index", quand=quand, pour=MINE),
        has_more=len(rows) > MOST_LINES,
    )


def follow_up_line(row: Row[Any], today: date) -> Line:
    """Return the line of a follow-up: what, about whom, since when it is late."""
    late = None
    if row.due_on < today:
        late = translate(N_("en retard depuis le %(day)s"), day=short_date(row.due_on))
    return Line(
        text=row.what,
        path=path_of("follow_ups.show", follow_up_id=row.id),
        detail=" · ".join(filter(None, (row.structure, late))) or None,
        actions=_ON_FOLLOW_UP,
        record_id=row.id,
        mark=row.due_on.isoformat(),
    )


def _of_sessions(
    session: Session, section: Section, rows: Sequence[Row[Any]], actions: Sequence[str]
) -> list[Section]:
    """Return the section with a line for each session; none without any."""
    if not rows:
        return []
    details = details_of(session, [row.id for row in rows])
    lines = [
        Line(
            text=details.title(row.id),
            path=path_of("sessions.show", session_id=row.id),
            detail=f"{row.kind} · {short_date(row.held_on)}",
            actions=actions,
            record_id=row.id,
            mark=row.held_on.isoformat(),
        )
        for row in rows[:MOST_LINES]
    ]
    return [replace(section, lines=lines, has_more=len(rows) > MOST_LINES)]
