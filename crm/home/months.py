"""Figures month by month, this year beside last, for the director's home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from babel.dates import get_month_names
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.followups.indicators import ACCOMPANIED_STRUCTURES, SESSIONS_DONE, compare
from crm.indicators.indicator import Indicator
from crm.indicators.types import By, Period
from crm.web.formats import current_locale
from crm.web.locale import translate
from crm.web.plots import Plot, grouped_bars

_MONTHS = 12


@dataclass(frozen=True, slots=True)
class MonthLine:
    """A month: its names, last year's figure and this year's (None: it has not begun)."""

    label: str
    short: str
    before: int
    now: int | None


@dataclass(frozen=True, slots=True)
class Months:
    """A figure month by month, this year and last: drawn, and in a table."""

    title: str
    note: str
    lines: Sequence[MonthLine]
    plot: Plot


def months_on(session: Session, today: date) -> list[Months]:
    """Return the sessions and the structures of each month; a query for each."""
    return [
        _months_of(session, SESSIONS_DONE, today, N_("Une séance commune compte une fois.")),
        _months_of(
            session,
            ACCOMPANIED_STRUCTURES,
            today,
            N_(
                "Une structure compte dans chaque mois où elle est accompagnée : les mois ne"
                " s’additionnent pas."
            ),
        ),
    ]


def _months_of(session: Session, indicator: Indicator, today: date, note: str) -> Months:
    """Return a figure month by month, of all last year and of this one so far: one query."""
    this_year = Period(date(today.year, 1, 1), today)
    periods = [this_year, Period.of_year(today.year - 1)]
    found = dict(compare(session, indicator, periods, By.MONTH))
    months = get_month_names("wide", "stand-alone", current_locale())
    shortened = get_month_names("abbreviated", "stand-alone", current_locale())
    lines = [
        MonthLine(
            months[month],
            shortened[month],
            found.get(f"{today.year - 1}-{month:02}", (0, 0))[1],
            found.get(f"{today.year}-{month:02}", (0, 0))[0] if month <= today.month else None,
        )
        for month in range(1, _MONTHS + 1)
    ]
    plot = grouped_bars(
        [line.short for line in lines],
        [[line.before for line in lines], [line.now for line in lines]],
    )
    return Months(translate(indicator.label), translate(note), lines, plot)
