"""The funnel of a campaign, whole and by département, beside its goals: one statement."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from crm.campaigns.models import Campaign, Target
from crm.campaigns.queries.conditions import is_met_by, is_there
from crm.campaigns.types import Measure

Counts = Mapping[Measure, int]
NO_DEPARTEMENT = "aucun"


@dataclass(frozen=True, slots=True)
class Line:
    """A département: its figures, and its goals where there are some."""

    departement_code: str
    counts: Counts
    goals: Counts


@dataclass(frozen=True, slots=True)
class Funnel:
    """The figures of a campaign; goals are those of the départements added up."""

    counts: Counts
    goals: Counts
    lines: Sequence[Line]


def counted(condition: ColumnElement[bool]) -> ColumnElement[Any]:
    """Return how many rows satisfy a condition."""
    return func.coalesce(func.sum(case((condition, 1), else_=0)), 0)


def funnel(session: Session, campaign: Campaign) -> Funnel:
    """Return the figures of a campaign whose goals are loaded, by département of that day."""
    place = func.coalesce(Target.departement_code, NO_DEPARTEMENT)
    rows = session.execute(
        select(place, *(counted(is_met_by(each, campaign.id)) for each in Measure))
        .where(Target.campaign_id == campaign.id, is_there())
        .group_by(place)
    ).all()
    found = {row[0]: dict(zip(Measure, map(int, row[1:]), strict=True)) for row in rows}
    goals: dict[str, dict[Measure, int]] = {}
    for goal in campaign.goals:
        goals.setdefault(goal.departement_code, {})[Measure(goal.measure)] = goal.count
    nothing = dict.fromkeys(Measure, 0)
    lines = [
        Line(code, found.get(code, nothing), goals.get(code, {}))
        for code in sorted({*found, *goals}, key=lambda each: (each == NO_DEPARTEMENT, each))
    ]
    return Funnel(
        {each: sum(line.counts[each] for line in lines) for each in Measure},
        {
            each: sum(line.goals.get(each, 0) for line in lines)
            for each in Measure
            if any(each in line.goals for line in lines)
        },
        lines,
    )
