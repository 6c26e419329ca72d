"""The sections about follow-ups and sessions."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.followups.models import FollowUp
from crm.followups.queries import (
    coming_sessions,
    details_of,
    follow_up_rows,
    unsettled_sessions,
)
from crm.followups.types import Priority
from crm.mail.composing import path_of
from crm.reminders.types import Line, Section
from crm.web.formats import short_date
from crm.web.locale import translate

MOST_LINES = 15
URGENT_TITLE = N_("Urgent")
DONE, TOMORROW, NEXT_WEEK = "faite", "demain", "semaine"
HELD, CANCELLED = "tenue", "annulee"
_ON_FOLLOW_UP = (DONE, TOMORROW, NEXT_WEEK)
_ON_SESSION = (HELD, CANCELLED)


def urgent(session: Session, user_id: int, today: date) -> Section | None:
    """Return the urgent follow-ups that are due, late ones first."""
    condition = and_(FollowUp.due_on <= today, FollowUp.priority == Priority.URGENT)
    rows = _open(session, user_id, condition)
    return _of_follow_ups("urgent", URGENT_TITLE, rows, today, quand="retard-ou-jour")


def overdue(session: Session, user_id: int, today: date) -> Section | None:
    """Return what should be done already."""
    condition = and_(FollowUp.due_on < today, FollowUp.priority != Priority.URGENT)
    rows = _open(session, user_id, condition)
    return _of_follow_ups("retard", N_("En retard"), rows, today, quand="retard")


def due_today(session: Session, user_id: int, today: date) -> Section | None:
    """Return what is to be done today."""
    condition = and_(FollowUp.due_on == today, FollowUp.priority != Priority.URGENT)
    rows = _open(session, user_id, condition)
    return _of_follow_ups("jour", N_("À faire aujourd’hui"), rows, today, quand="jour")


def planned_today(session: Session, user_id: int, today: date) -> Section | None:
    """Return the sessions planned for today."""
    rows = coming_sessions(session, officer_id=user_id, today=today, limit=MOST_LINES)
    rows = [row for row in rows if row.held_on == today]
    return _of_sessions(session, "prevues", N_("Séances d’aujourd’hui"), rows, ())


def unsettled(session: Session, user_id: int, today: date) -> Section | None:
    """Return the planned sessions whose day has passed, to say whether they took place."""
    rows = unsettled_sessions(session, officer_id=user_id, today=today, limit=MOST_LINES)
    return _of_sessions(session, "a-confirmer", N_("Ont-elles eu lieu ?"), rows, _ON_SESSION)


SECTIONS = (urgent, overdue, due_today, planned_today, unsettled)


def _open(session: Session, user_id: int, condition: ColumnElement[bool]) -> Sequence[Row[Any]]:
    return session.execute(
        follow_up_rows()
        .where(FollowUp.assignee_id == user_id, FollowUp.done_at.is_(None), condition)
        .order_by(FollowUp.due_on, FollowUp.id)
        .limit(MOST_LINES + 1)
    ).all()


def _of_follow_ups(
    code: str, title: str, rows: Sequence[Row[Any]], today: date, *, quand: str
) -> Section:
    return Section(
        code=code,
        title=translate(title),
        lines=[follow_up_line(row, today) for row in rows[:MOST_LINES]],
        path=path_of("follow_ups.index", quand=quand, pour="moi"),
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
    )


def _of_sessions(
    session: Session, code: str, title: str, rows: Iterable[Row[Any]], actions: Sequence[str]
) -> Section:
    shown = list(rows)
    details = details_of(session, [row.id for row in shown])
    return Section(
        code=code,
        title=translate(title),
        lines=[
            Line(
                text=details.title(row.id),
                path=path_of("sessions.show", session_id=row.id),
                detail=f"{row.kind} · {short_date(row.held_on)}",
                actions=actions,
                record_id=row.id,
            )
            for row in shown
        ],
    )
