"""The dates of calls as a calendar: a month day by day, a year month by month."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Row, Select
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.funding.queries.calls import calls_between
from crm.web.months import last_of_month, weeks_around

_ICONS = {
    "opens_on": ("circle-plus", N_("Ouverture")),
    "predeposit_on": ("file-pencil", N_("Prédépôt")),
    "closes_on": ("flag", N_("Clôture")),
    "results_on": ("list-check", N_("Résultats")),
}
MOST_SHOWN = 500


@dataclass(frozen=True, slots=True)
class DatedCall:
    """A date of a call."""

    day: date
    icon: str
    label: str
    call: Row[Any]


@dataclass(slots=True)
class CallDay:
    """A day of the calendar, and the calls that have a date on it."""

    day: date
    is_in_month: bool
    dated: list[DatedCall] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is on that day."""
        return not self.dated


@dataclass(frozen=True, slots=True)
class CallMonth:
    """Whole weeks, Monday first, around a month."""

    first: date
    weeks: Sequence[Sequence[CallDay]]

    @property
    def days(self) -> list[CallDay]:
        """Return the days of the month itself that hold something."""
        days = [day for week in self.weeks for day in week if day.is_in_month]
        return [day for day in days if not day.is_empty]


def month_of_calls(session: Session, ids: Select[Any], first: date) -> CallMonth:
    """Return the month that begins on a day, with the dates of the calls of these ids."""
    weeks = [
        [CallDay(day, day.month == first.month) for day in week] for week in weeks_around(first)
    ]
    days = {each.day: each for week in weeks for each in week}
    for dated in _dated(session, ids, min(days), max(days)):
        days[dated.day].dated.append(dated)
    return CallMonth(first, weeks)


def year_of_calls(
    session: Session, ids: Select[Any], year: int
) -> list[tuple[date, list[DatedCall]]]:
    """Return the months of a year that hold dates of calls of these ids, each by its first day."""
    months: dict[date, list[DatedCall]] = defaultdict(list)
    end = last_of_month(date(year, 12, 1))
    for dated in _dated(session, ids, date(year, 1, 1), end):
        months[dated.day.replace(day=1)].append(dated)
    return sorted(months.items())


def _dated(session: Session, ids: Select[Any], start: date, end: date) -> Iterator[DatedCall]:
    found = [
        DatedCall(day, icon, label, call)
        for call in calls_between(session, ids, start, end, MOST_SHOWN)
        for name, (icon, label) in _ICONS.items()
        if (day := getattr(call, name)) is not None and start <= day <= end
    ]
    yield from sorted(found, key=lambda each: (each.day, each.call.name, each.call.id))
