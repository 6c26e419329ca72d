"""The year so far beside last year on the same day, for the director's home."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from crm.followups.indicators import (
    ACCOMPANIED_FORMALLY,
    ACCOMPANIED_STRUCTURES,
    SESSIONS_DONE,
    By,
    Indicator,
    Period,
    compare,
)
from crm.followups.types import SessionStatus
from crm.home.goals import Goal, goals_on
from crm.home.months import Months, months_on
from crm.reference.queries import labels_by_code


@dataclass(frozen=True, slots=True)
class Figure:
    """A total, last year's, and the list behind it."""

    indicator: Indicator
    value: int
    previous: int
    url: str


@dataclass(frozen=True, slots=True)
class FamilyLine:
    """A family's structures and sessions, this year and last year, each with its list."""

    label: str
    structures: tuple[int, ...]
    sessions: tuple[int, ...]
    structure_urls: tuple[str, ...]
    session_urls: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class YearSoFar:
    """The director's figures on a day."""

    periods: tuple[Period, Period]
    figures: Sequence[Figure]
    families: Sequence[FamilyLine]
    months: Sequence[Months]
    goals: Sequence[Goal]


def periods_on(today: date) -> tuple[Period, Period]:
    """Return this year so far, and last year to the same day (28 February for the 29th)."""
    day = min(today.day, 28) if today.month == 2 else today.day  # noqa: PLR2004
    start = date(today.year, 1, 1)
    return (
        Period(start, today),
        Period(start.replace(year=today.year - 1), date(today.year - 1, today.month, day)),
    )


def year_so_far(session: Session, today: date) -> YearSoFar:
    """Return the totals, the families, the months and the goals of the agreements in force."""
    periods = periods_on(today)
    return YearSoFar(
        periods=periods,
        figures=[
            _figure(session, ACCOMPANIED_STRUCTURES, periods, "sessions.accompanied"),
            _figure(session, ACCOMPANIED_FORMALLY, periods, "sessions.accompanied", type="formel"),
            _figure(
                session, SESSIONS_DONE, periods, "sessions.index", statut=SessionStatus.DONE.value
            ),
        ],
        families=_families(session, periods),
        months=months_on(session, today),
        goals=goals_on(session, today),
    )


def _families(session: Session, periods: tuple[Period, Period]) -> list[FamilyLine]:
    structures = dict(compare(session, ACCOMPANIED_STRUCTURES, periods, By.FAMILY))
    sessions = dict(compare(session, SESSIONS_DONE, periods, By.FAMILY))
    return [
        FamilyLine(
            label=label,
            structures=structures.get(code, (0, 0)),
            sessions=sessions.get(code, (0, 0)),
            structure_urls=_urls("sessions.accompanied", periods, famille=code),
            session_urls=_urls(
                "sessions.index", periods, famille=code, statut=SessionStatus.DONE.value
            ),
        )
        for code, label in labels_by_code(session, "family")
        if code in structures or code in sessions
    ]


def _figure(
    session: Session,
    indicator: Indicator,
    periods: tuple[Period, Period],
    endpoint: str,
    **arguments: Any,
) -> Figure:
    ((_, (value, previous)),) = compare(session, indicator, periods)
    return Figure(indicator, value, previous, _urls(endpoint, periods, **arguments)[0])


def _urls(endpoint: str, periods: tuple[Period, ...], **arguments: Any) -> tuple[str, ...]:
    return tuple(
        url_for(endpoint, du=period.start.isoformat(), au=period.end.isoformat(), **arguments)
        for period in periods
    )
