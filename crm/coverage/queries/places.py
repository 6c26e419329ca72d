"""Communes added up by département, arrondissement or EPCI, by state and by year."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, Subquery, case, cast, func, select
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.coverage.queries.communes import (
    AMOUNTS,
    CommuneFacts,
    Conditions,
    commune_rows,
    filed_applications,
    in_scope,
    in_territory,
    whole,
)
from crm.coverage.types import RANKS, WITH_APPLICATION, Level, Scope, State
from crm.funding.models import FundingApplication
from crm.funding.queries.conditions import seat_code
from crm.territories.models import Arrondissement, Commune, Departement, Epci
from crm.web.locale import translate

NOWHERE = "aucun"
_KEYS = {
    Level.DEPARTEMENT: "departement_code",
    Level.ARRONDISSEMENT: "arrondissement_code",
    Level.EPCI: "epci_siren",
    Level.COMMUNE: "id",
}
_OF_YEAR = (*AMOUNTS, "communes", "new")
_LEAST_WITH_APPLICATION = min(RANKS[state] for state in WITH_APPLICATION)


@dataclass(frozen=True, slots=True)
class StateSum:
    """The communes in one state: how many, their population, and how many have none known."""

    communes: int = 0
    population: int = 0
    unknown: int = 0


@dataclass(frozen=True, slots=True)
class Summary:
    """The communes looked at, by state, and their applications; euros are in cents."""

    states: dict[State, StateSum]
    filed: int
    obtained: int
    requested_cents: int
    awarded_cents: int

    def of(self, *states: State) -> StateSum:
        """Return the communes in any of these states."""
        chosen = [self.states[state] for state in states]
        return StateSum(
            sum(each.communes for each in chosen),
            sum(each.population for each in chosen),
            sum(each.unknown for each in chosen),
        )

    @property
    def all(self) -> StateSum:
        """Return all the communes looked at."""
        return self.of(*State)


@dataclass(frozen=True, slots=True)
class YearLine:
    """A year of applications from the territory.

    `communes` are those with an application filed that year, `new` those among them that had none
    before in the years looked at, `so_far` those with one since the first year.
    """

    year: int
    filed: int = 0
    obtained: int = 0
    requested_cents: int = 0
    awarded_cents: int = 0
    communes: int = 0
    new: int = 0
    so_far: int = 0


def added_up(facts: CommuneFacts, level: Level, conditions: Conditions = ()) -> Subquery:
    """Select each place with its communes added up; `place` is its code, NULL for no place."""
    rows = commune_rows(facts, conditions).subquery("communes")
    has_application = rows.c.state_rank >= _LEAST_WITH_APPLICATION
    return (
        select(
            rows.c[_KEYS[level]].label("place"),
            func.count().label("communes"),
            func.max(rows.c.state_rank).label("state_rank"),
            whole(rows.c.population).label("population"),
            _count(rows.c.population.is_(None)).label("unknown"),
            _count(has_application).label("with_application"),
            whole(case((has_application, rows.c.population), else_=0)).label("covered"),
            *(
                _count(rows.c.state_rank == RANKS[state]).label(f"communes_{state.value}")
                for state in State
            ),
            *(whole(rows.c[name]).label(name) for name in AMOUNTS),
        )
        .group_by(rows.c[_KEYS[level]])
        .subquery("places")
    )


def place_rows(facts: CommuneFacts, level: Level, conditions: Conditions = ()) -> Select[Any]:
    """Select each place with its name; the communes of no EPCI are a line of their own."""
    places = added_up(facts, level, conditions)
    model, code, sort_name = _reference(level)
    others = [each for each in places.c if each.name not in {"place", "state_rank"}]
    nowhere = translate(N_("Sans EPCI") if level is Level.EPCI else N_("Sans arrondissement"))
    return select(
        func.coalesce(places.c.place, NOWHERE).label("id"),
        func.coalesce(model.name, nowhere).label("name"),
        func.coalesce(sort_name, "").label("sort_name"),
        places.c.state_rank,
        *others,
    ).select_from(places.outerjoin(model, code == places.c.place))


def _reference(level: Level) -> tuple[Any, Any, Any]:
    """Return the table that names the places of a level, its code and what they are sorted by."""
    if level is Level.EPCI:
        return Epci, Epci.siren, Epci.sort_name
    model = Arrondissement if level is Level.ARRONDISSEMENT else Departement
    return model, model.code, model.code


def summary(session: Session, facts: CommuneFacts, conditions: Conditions = ()) -> Summary:
    """Return the communes by state and their applications, in one reading."""
    rows = commune_rows(facts, conditions).subquery("communes")
    found = session.execute(
        select(
            rows.c.state_rank,
            func.count(),
            whole(rows.c.population),
            _count(rows.c.population.is_(None)),
            *(whole(rows.c[name]).label(name) for name in AMOUNTS),
        ).group_by(rows.c.state_rank)
    ).all()
    by_rank = {row[0]: StateSum(*row[1:4]) for row in found}
    totals = {name: sum(getattr(row, name) for row in found) for name in AMOUNTS}
    return Summary(
        states={state: by_rank.get(rank, StateSum()) for state, rank in RANKS.items()}, **totals
    )


def count_filed(session: Session, scope: Scope) -> int:
    """Return how many applications are looked at, from the territory or not."""
    return session.scalar(select(func.count(FundingApplication.id)).where(in_scope(scope))) or 0


def count_communes(session: Session, conditions: Conditions = ()) -> int:
    """Return how many communes the territory has, or what is chosen of it."""
    counted = select(func.count(Commune.insee_code)).where(in_territory(), *conditions)
    return session.scalar(counted) or 0


def is_outside() -> ColumnElement[bool]:
    """Return the condition of applications whose seat is unknown or in no commune of it."""
    seat = seat_code()
    return seat.is_(None) | seat.not_in(select(Commune.insee_code).where(in_territory()))


def year_lines(session: Session, scope: Scope, conditions: Conditions = ()) -> list[YearLine]:
    """Return each year looked at, those without an application too, in one reading."""
    each = filed_applications(scope).subquery("filed")
    territory = select(Commune.insee_code).where(in_territory(), *conditions)
    by_commune = (
        select(
            each.c.year,
            func.min(each.c.year).over(partition_by=each.c.code).label("first_year"),
            func.count().label("filed"),
            *(whole(each.c[name]).label(name) for name in AMOUNTS[1:]),
        )
        .where(each.c.code.in_(territory))
        .group_by(each.c.code, each.c.year)
        .subquery("by_commune")
    )
    rows = session.execute(
        select(
            by_commune.c.year,
            *(whole(by_commune.c[name]).label(name) for name in AMOUNTS),
            func.count().label("communes"),
            _count(by_commune.c.first_year == by_commune.c.year).label("new"),
        ).group_by(by_commune.c.year)
    )
    return list(_lines(scope, {row.year: row for row in rows}))


def _lines(scope: Scope, found: Mapping[int, Any]) -> Iterator[YearLine]:
    so_far = 0
    for year in scope.years.all:
        row = found.get(year)
        if row is None:
            yield YearLine(year, so_far=so_far)
            continue
        so_far += row.new
        yield YearLine(year, **{name: getattr(row, name) for name in _OF_YEAR}, so_far=so_far)


def _count(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return cast(func.coalesce(func.sum(case((condition, 1), else_=0)), 0), Integer)
