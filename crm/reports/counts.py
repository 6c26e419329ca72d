"""The counts of a year beside those of the year before: one answer for the screen and the shell."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.indicators import ACTORS_LISTED, count_actors_listed_on
from crm.contacts.queries.groups import groups_on
from crm.contacts.rules import group_status
from crm.contacts.types import GroupStatus
from crm.core.errors import N_
from crm.followups.indicators import (
    ACCOMPANIED_FORMALLY,
    ACCOMPANIED_STRUCTURES,
    SESSIONS_DONE,
    By,
    Period,
)
from crm.followups.tally import Tally
from crm.projects.indicators import PROJECTS_LISTED, count_projects_listed_on
from crm.reference.queries import labels_by_code, labels_by_id
from crm.territories.models import Departement

Both = tuple[int, int]
"""A figure this year and the year before."""


FORMALITY_LABELS = (
    ("formal", N_("Accompagnement formalisé")),
    ("ad_hoc", N_("Appui ponctuel")),
)


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
    tally = Tally(session, periods)
    totals = {each.code: _both(tally.total(each)) for each in flows}
    last_days = (periods[0].end, periods[1].end)
    totals[ACTORS_LISTED] = _both(count_actors_listed_on(session, day) for day in last_days)
    totals[PROJECTS_LISTED] = _both(count_projects_listed_on(session, day) for day in last_days)
    return YearCounts(
        year=year,
        totals=totals,
        splits={
            "famille": _split(tally, By.FAMILY, labels_by_code(session, "family")),
            "departement": _split(tally, By.DEPARTEMENT, _departements(session)),
            "theme": _split(tally, By.THEME, labels_by_id(session, "theme"), ranked=True),
            "appui": _split(tally, By.FORMALITY, FORMALITY_LABELS),
            "nature": _split(tally, By.KIND, labels_by_id(session, "session_kind")),
        },
        groups=_groups(session, periods[0].end),
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


def _split(
    tally: Tally,
    by: By,
    labels: Sequence[tuple[str, str]],
    *,
    ranked: bool = False,
) -> list[Line]:
    structures = tally.split(ACCOMPANIED_STRUCTURES, by)
    sessions = tally.split(SESSIONS_DONE, by)
    names = dict(labels)
    keys = [key for key, _ in labels if key in sessions]
    keys += sorted(key for key in sessions if key not in names)
    lines = [
        Line(key, names.get(key, key), _both(structures[key]), _both(sessions[key])) for key in keys
    ]
    if ranked:
        lines.sort(key=lambda line: (-line.structures[0], -line.sessions[0], line.label))
    return lines


def _departements(session: Session) -> list[tuple[str, str]]:
    rows = session.execute(
        select(Departement.code, Departement.name).order_by(
            Departement.is_covered.desc(), Departement.code
        )
    )
    return [(code, f"{name} ({code})") for code, name in rows.tuples()]


def _groups(session: Session, day: date) -> list[GroupLine]:
    lines = []
    for row in groups_on(session, day):
        status = group_status(row.launched_on, row.closed_on, day)
        if status is not GroupStatus.CLOSED:
            members = None if status is GroupStatus.STARTING else row.members
            lines.append(GroupLine(row.id, row.name, members))
    return lines
