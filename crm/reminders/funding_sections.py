"""The sections about funding: calls that close, reports owed to funders."""

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.funding.queries.deadlines import closing_calls, owed_reports
from crm.mail.composing import path_of
from crm.reminders.queries import told_last
from crm.reminders.sections import MOST_LINES
from crm.reminders.types import Line, Section
from crm.web.formats import short_date
from crm.web.locale import translate

# Told on these days alone: a line that comes back every morning is no longer read. What falls on a
# day off is told on the next day of work.
DAYS_BEFORE_CLOSING = (30, 14, 7, 3, 1, 0)
DAYS_BEFORE_REPORT = (30, 14, 7, 1, 0)
_MOST_READ, _MONDAY = 200, 0


def closing_calls_section(session: Session, user_id: int, today: date) -> list[Section]:
    """Return the calls that close soon and for which the person is preparing applications."""
    since = told_last(session, user_id, today)
    days = sorted(
        {
            day + timedelta(days=count)
            for day in _days_after(since, today)
            for count in DAYS_BEFORE_CLOSING
        }
        - {day for day in _days_after(since, today) if day < today}
    )
    rows = closing_calls(session, person_id=user_id, days=days, limit=MOST_LINES + 1)
    lines = [_closing_line(row, today) for row in rows[:MOST_LINES]]
    title = translate(N_("Appels à projets qui ferment"))
    return [
        Section("appels", title, lines, path_of("calls.index"), has_more=len(rows) > MOST_LINES)
    ]


def _closing_line(row: Row[Any], today: date) -> Line:
    left = (row.closes_on - today).days
    when = (
        translate(N_("ferme aujourd’hui"))
        if left == 0
        else translate(N_("ferme demain"))
        if left == 1
        else translate(N_("ferme dans %(count)s jours"), count=left)
    )
    written = translate(N_("dossiers en préparation : %(count)s"), count=row.being_written)
    return Line(
        text=f"{row.scheme} · {row.name}",
        path=path_of("calls.show", call_id=row.id),
        detail=f"{when} · {written}",
    )


def reports_section(session: Session, user_id: int, today: date) -> list[Section]:
    """Return the reports owed: on chosen days before they are due, and each Monday when late."""
    rows = owed_reports(
        session,
        person_id=user_id,
        today=today,
        within=timedelta(days=max(DAYS_BEFORE_REPORT)),
        limit=_MOST_READ,
    )
    since = told_last(session, user_id, today)
    told = [row for row in rows if is_told(row.due_on, since, today)]
    title = translate(N_("Comptes rendus dus aux financeurs"))
    lines = [_report_line(row, today) for row in told[:MOST_LINES]]
    path = path_of("applications.index", personne="moi")
    return [Section("comptes-rendus", title, lines, path, has_more=len(told) > MOST_LINES)]


def is_told(due_on: date, since: date, today: date) -> bool:
    """Tell whether a report due that day is spoken of today, by someone last told on `since`.

    A late one is told on the first day of work of each week, the others on chosen days before.
    """
    days = _days_after(since, today)
    if any((due_on - day).days in DAYS_BEFORE_REPORT for day in days):
        return True
    return due_on < today and any(day.weekday() == _MONDAY for day in days)


def _days_after(since: date, today: date) -> list[date]:
    """Return the days that today's message speaks for: those off before it, and today."""
    return [today - timedelta(days=count) for count in range((today - since).days)]


def _report_line(row: Row[Any], today: date) -> Line:
    said = N_("en retard depuis le %(day)s") if row.due_on < today else N_("pour le %(day)s")
    return Line(
        text=row.what,
        path=path_of("applications.show", application_id=row.application_id),
        detail=f"{row.title} · {translate(said, day=short_date(row.due_on))}",
    )
