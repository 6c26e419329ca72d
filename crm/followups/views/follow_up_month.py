"""The month of follow-ups and sessions, as a calendar."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from flask import render_template, request, url_for
from sqlalchemy import Row

from crm.accounts.gate import signed_in
from crm.core import clock
from crm.core.days import add_months
from crm.database import db
from crm.followups.listings import MINE
from crm.followups.queries import Details, details_of, follow_ups_between, sessions_between
from crm.followups.views.follow_ups import blueprint
from crm.web.access import Permission, allow
from crm.web.months import first_of_month, weeks_around

TEAM, _A_DAY = "equipe", 20


@dataclass(slots=True)
class Day:
    """A day of the calendar, and what is on it."""

    day: date
    is_in_month: bool
    follow_ups: list[Row[Any]] = field(default_factory=list)
    sessions: list[Row[Any]] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is on that day."""
        return not (self.follow_ups or self.sessions)

    @property
    def left_out(self) -> int:
        """Return how many more there are than are shown."""
        lists = [rows for rows in (self.follow_ups, self.sessions) if rows]
        return sum(rows[0].of_day - len(rows) for rows in lists)


@dataclass(frozen=True, slots=True)
class Month:
    """Whole weeks, Monday first, around a month; sessions are named by `details`."""

    first: date
    weeks: list[list[Day]]
    details: Details

    @property
    def days(self) -> list[Day]:
        """Return the days of the month itself that hold something."""
        days = [day for week in self.weeks for day in week if day.is_in_month]
        return [day for day in days if not day.is_empty]


@blueprint.get("/calendrier")
@allow(Permission.READ_NETWORK)
def month() -> str:
    """Show a month: one's own follow-ups and sessions, or those of the whole team."""
    whose = request.args.get("pour", MINE)
    user_id = None if whose == TEAM else signed_in().id
    shown = _month(user_id)
    return render_template(
        "followups/month.html",
        month=shown,
        whose=TEAM if whose == TEAM else MINE,
        today=clock.today(),
        here=request.full_path.rstrip("?"),
        url_of=lambda count: url_for(
            ".month",
            mois=add_months(shown.first, count).strftime("%Y-%m"),
            pour=whose if whose == TEAM else None,
        ),
    )


def _month(user_id: int | None) -> Month:
    first = first_of_month(request.args.get("mois", ""), clock.today())
    weeks = [[Day(day, day.month == first.month) for day in week] for week in weeks_around(first)]
    days = {each.day: each for week in weeks for each in week}
    start, end = min(days), max(days)
    session = db.session()
    for row in follow_ups_between(session, start=start, end=end, assignee_id=user_id, a_day=_A_DAY):
        days[row.due_on].follow_ups.append(row)
    sessions = sessions_between(session, start=start, end=end, officer_id=user_id, a_day=_A_DAY)
    for row in sessions:
        days[row.held_on].sessions.append(row)
    return Month(first, weeks, details_of(session, [row.id for row in sessions]))
