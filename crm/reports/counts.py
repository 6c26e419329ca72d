"""The counts of a year beside those of the year before: one answer for the screen and the shell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from crm.contacts.indicators import ACTORS, GROUP_MEMBERS
from crm.followups.indicators import ACCOMPANIED_FORMALLY, ACCOMPANIED_STRUCTURES, SESSIONS_DONE
from crm.followups.tally import Tally
from crm.indicators.counting import split, totals
from crm.indicators.types import By, Period, Scope
from crm.projects.indicators import PROJECTS

Both = tuple[int, int]
"""A figure this year and the year before."""
_SPLITS = (By.FAMILY, By.DEPARTEMENT, By.THEME, By.FORMALITY, By.KIND)


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a split: structures and sessions, this year and the year before."""

    key: str
    label: str
    structures: Both
    sessions: Both


@dataclass(frozen=True, slots=True)
class GroupLine:
    """A group and its members at the end of the year; None while it is being launched."""

    group_id: int
    name: str
    members: int | None


@dataclass(frozen=True, slots=True)
class YearCounts:
    """Every figure of a year; `splits` maps a name to its lines."""

    year: int
    totals: Mapping[str, Both]
    splits: Mapping[str, Sequence[Line]]
    groups: Sequence[GroupLine]

    @property
    def last_day(self) -> date:
        """Return the day that stocks are counted on."""
        return date(self.year, 12, 31)


def year_counts(session: Session, year: int) -> YearCounts:
    """Count a calendar year and the one before, in a number of queries that never grows."""
    periods = [Period.of_year(year), Period.of_year(year - 1)]
    flows = (ACCOMPANIED_STRUCTURES, ACCOMPANIED_FORMALLY, SESSIONS_DONE)
    tally, scope = Tally(session, periods), Scope(periods[0])
    found = {each.code: _both(tally.total(each)) for each in flows}
    for stock in (ACTORS, PROJECTS):
        values = totals(session, stock, scope, periods)
        found[stock.code] = _both(value.count or 0 for value in values)
    return YearCounts(
        year=year,
        totals=found,
        splits={by.value: _split(session, tally, by, scope) for by in _SPLITS},
        groups=[
            GroupLine(int(part.key), part.label, part.value.count)
            for part in split(session, GROUP_MEMBERS, scope, By.GROUP)
        ],
    )


def as_plain_data(counts: YearCounts) -> dict[str, Any]:
    """Return the counts as JSON holds them, codes as keys."""
    return {
        "year": counts.year,
        **{
            name: {"count": now, "previous": before}
            for name, (now, before) in counts.totals.items()
        },
        **{
            f"by_{name}": [
                {
                    "key": line.key,
                    "label": line.label,
                    "structures": line.structures[0],
                    "structures_previous": line.structures[1],
                    "sessions": line.sessions[0],
                    "sessions_previous": line.sessions[1],
                }
                for line in lines
            ]
            for name, lines in counts.splits.items()
        },
        "groups": [{"name": line.name, "members": line.members} for line in counts.groups],
    }


def _both(values: Any) -> Both:
    now, before = values
    return now, before


def _split(session: Session, tally: Tally, by: By, scope: Scope) -> list[Line]:
    structures = tally.split(ACCOMPANIED_STRUCTURES, by)
    sessions = tally.split(SESSIONS_DONE, by)
    key = SESSIONS_DONE.keys[by]
    names = dict(key.labels(session, scope))
    keys = [*names, *sorted(key for key in sessions if key not in names)]
    lines = [
        Line(each, names.get(each, each), _both(structures[each]), _both(sessions[each]))
        for each in keys
        if each in sessions
    ]
    if key.is_ranked:
        lines.sort(key=lambda line: (-line.structures[0], -line.sessions[0], line.label))
    return lines
