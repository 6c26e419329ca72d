"""Months as calendars show them: whole weeks, Monday first."""

import calendar
import re
from datetime import date, timedelta

_MONTH = re.compile(r"(19[5-9]\d|20\d\d)-(0[1-9]|1[0-2])")
_DAYS_A_WEEK = 7


def first_of_month(text: str, today: date) -> date:
    """Return the first day of the month written as `2026-12`; of today's for anything else."""
    asked = _MONTH.fullmatch(text)
    return date(int(asked[1]), int(asked[2]), 1) if asked else today.replace(day=1)


def last_of_month(first: date) -> date:
    """Return the last day of the month that begins on this one."""
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def weeks_around(first: date) -> list[list[date]]:
    """Return the whole weeks that hold the days of the month that begins on this one."""
    start = first - timedelta(days=first.weekday())
    count = (last_of_month(first) - start).days // _DAYS_A_WEEK + 1
    return [
        [start + timedelta(days=week * _DAYS_A_WEEK + day) for day in range(_DAYS_A_WEEK)]
        for week in range(count)
    ]
