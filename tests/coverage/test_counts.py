"""Coverage and the figures of funding are what a person counts with a pencil."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from flask import Flask
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.coverage.indicators import NOBODY, By
from crm.coverage.queries.communes import CommuneFacts, commune_rows
from crm.coverage.queries.figures import (
    Line,
    by_support,
    by_year,
    co_funding,
    split,
    success_by_support,
    totals,
)
from crm.coverage.queries.places import (
    NOWHERE,
    count_communes,
    count_filed,
    place_rows,
    summary,
    year_lines,
)
from crm.coverage.types import RANKS, Level, Scope, State, Years
from crm.funding.types import PENDING
from crm.territories.models import Commune
from tests.coverage.histories import OUTSIDE, File, History, World, histories, undone

many_examples = examples(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
periods = st.sampled_from([(2017, 2020), (2018, 2019), (2019, 2019)])
schemes = st.sampled_from([None, 0, 1])


@dataclass(frozen=True)
class Asked:
    """What is looked at: the years, the scheme, and the scope that says so to the product."""

    first: int
    last: int
    scheme: int | None
    scope: Scope


def _asked(world: World, period: tuple[int, int], scheme: int | None) -> Asked:
    scheme_id = None if scheme is None else world.schemes[scheme].id
    return Asked(*period, scheme, Scope(Years(*period), scheme_id))


def _communes(session: Session) -> dict[str, Any]:
    rows = session.execute(
        select(
            Commune.insee_code,
            Commune.departement_code,
            Commune.arrondissement_code,
            Commune.epci_siren,
            Commune.population,
        )
    )
    return {row.insee_code: row for row in rows}


@given(history=histories, period=periods, scheme=schemes)
@many_examples
def test_each_commune_and_each_place_is_the_naive_count(
    app: Flask, session: Session, history: History, period: tuple[int, int], scheme: int | None
) -> None:
    with app.test_request_context(), undone(session):
        world = World(session, history)
        asked = _asked(world, period, scheme)
        states = world.states(asked.first, asked.last, scheme)
        amounts = world.amounts(asked.first, asked.last, scheme)
        communes = _communes(session)
        facts = CommuneFacts(asked.scope)
        rows = {row.id: row for row in session.execute(commune_rows(facts))}
        assert rows.keys() == communes.keys()
        for code, row in rows.items():
            assert row.state_rank == RANKS[State(states.get(code, "rien"))], code
            found = (row.filed, row.obtained, row.requested_cents, row.awarded_cents)
            assert found == amounts.get(code, (0, 0, 0, 0)), code
        for level, key in (
            (Level.EPCI, "epci_siren"),
            (Level.ARRONDISSEMENT, "arrondissement_code"),
            (Level.DEPARTEMENT, "departement_code"),
        ):
            _check_places(session, facts, (level, key), (communes, states, amounts))


def _check_places(
    session: Session,
    facts: CommuneFacts,
    places: tuple[Level, str],
    naive: tuple[dict[str, Any], dict[str, str], dict[str, tuple[int, ...]]],
) -> None:
    (level, key), (communes, states, amounts) = places, naive
    members: dict[str, list[str]] = defaultdict(list)
    for code, commune in communes.items():
        members[getattr(commune, key) or NOWHERE].append(code)
    rows = session.execute(place_rows(facts, level)).all()
    assert {row.id for row in rows} == set(members)
    # Each commune counts once, in one place of each level and in one state.
    assert sum(row.communes for row in rows) == len(communes)
    for row in rows:
        codes = members[row.id]
        counted = Counter(states.get(code, "rien") for code in codes)
        assert row.communes == len(codes)
        for state in State:
            assert getattr(row, f"communes_{state.value}") == counted[state.value]
        assert row.with_application == counted["obtenu"] + counted["depose"]
        assert row.state_rank == max(RANKS[State(state)] for state in counted)
        assert row.population == sum(communes[code].population or 0 for code in codes)
        assert row.unknown == sum(communes[code].population is None for code in codes)
        assert row.covered == sum(
            communes[code].population or 0
            for code in codes
            if states.get(code) in {"obtenu", "depose"}
        )
        found = (row.filed, row.obtained, row.requested_cents, row.awarded_cents)
        assert found == _added(amounts[code] for code in codes if code in amounts)


def _added(lines: Iterable[tuple[int, ...]]) -> tuple[int, ...]:
    return tuple(map(sum, zip((0, 0, 0, 0), *lines, strict=True)))


@given(history=histories, period=periods, scheme=schemes)
@many_examples
def test_the_head_and_the_years_are_the_naive_count(
    app: Flask, session: Session, history: History, period: tuple[int, int], scheme: int | None
) -> None:
    with app.test_request_context(), undone(session):
        world = World(session, history)
        asked = _asked(world, period, scheme)
        states = Counter(world.states(asked.first, asked.last, scheme).values())
        amounts = world.amounts(asked.first, asked.last, scheme)
        found = summary(session, CommuneFacts(asked.scope))
        for state in State:
            if state is not State.NONE:
                assert found.states[state].communes == states[state.value]
        assert found.all.communes == len(_communes(session))
        head = (found.filed, found.obtained, found.requested_cents, found.awarded_cents)
        assert head == _added(amounts.values())
        filed = world.filed(asked.first, asked.last, scheme)
        outside = [file for file in filed if world.seat_of(file) in {None, OUTSIDE}]
        assert count_filed(session, asked.scope) - found.filed == len(outside)
        assert count_communes(session) == found.all.communes
        seen: set[str | None] = set()
        lines = year_lines(session, asked.scope)
        assert [line.year for line in lines] == list(range(asked.first, asked.last + 1))
        for line in lines:
            of_year = [file for file in filed if file.year == line.year and file not in outside]
            places = {world.seat_of(file) for file in of_year}
            assert line.communes == len(places)
            assert line.new == len(places - seen)
            seen |= places
            assert line.so_far == len(seen)
            assert line.filed == len(of_year)
            assert line.obtained == sum(file.is_obtained for file in of_year)


def _naive_line(filed: list[File], decided: list[File], key: str = "") -> Line:
    pending = [file for file in filed if file.status in PENDING]
    obtained = [file for file in decided if file.is_obtained]
    return Line(
        key=key,
        filed=len(filed),
        requested_cents=sum(file.requested or 0 for file in filed),
        pending=len(pending),
        expected_cents=sum(file.requested or 0 for file in pending),
        decided=len(decided),
        awarded=len(obtained),
        awarded_cents=sum(file.awarded for file in obtained),
    )


@given(history=histories, period=periods, scheme=schemes)
@many_examples
def test_the_figures_of_funding_are_the_naive_count(
    session: Session, history: History, period: tuple[int, int], scheme: int | None
) -> None:
    with undone(session):
        world = World(session, history)
        asked = _asked(world, period, scheme)
        filed = world.filed(asked.first, asked.last, scheme)
        decided = world.decided(asked.first, asked.last, scheme)
        assert totals(session, asked.scope) == _naive_line(filed, decided)
        for line in by_year(session, asked.scope):
            year = int(line.key)
            of_year = [file for file in filed if file.year == year]
            then = [file for file in decided if file.decided_in == year]
            assert line == _naive_line(of_year, then, line.key)
        keys: dict[By, Callable[[File], Any]] = {
            By.SCHEME: lambda file: world.schemes[file.scheme].id,
            By.FAMILY: lambda file: world.structures[file.body].family_code,
            By.DEPARTEMENT: world.departement,
            By.FUNDER: lambda file: None if file.funder is None else world.funders[file.funder].id,
        }
        for by, key_of in keys.items():
            found = {line.key: line for line in split(session, asked.scope, by)}
            expected = {}
            for file in (*filed, *decided):
                key = key_of(file)
                name = NOBODY if key is None else str(key)
                expected[name] = _naive_line(
                    [each for each in filed if key_of(each) == key],
                    [each for each in decided if key_of(each) == key],
                    name,
                )
            assert found == expected, by


@given(history=histories, period=periods, scheme=schemes)
@many_examples
def test_support_and_co_funding_are_the_naive_count(
    session: Session, history: History, period: tuple[int, int], scheme: int | None
) -> None:
    with undone(session):
        world = World(session, history)
        asked = _asked(world, period, scheme)
        decided = world.decided(asked.first, asked.last, scheme)
        levels: dict[str, list[File]] = defaultdict(list)
        for file in decided:
            if file.is_obtained:
                levels[file.support or ""].append(file)
        assert {
            line.level: (line.awarded, line.awarded_cents)
            for line in by_support(session, asked.scope)
        } == {
            level: (len(files), sum(file.awarded for file in files))
            for level, files in levels.items()
        }
        rates = success_by_support(session, asked.scope)
        for is_supported in (True, False):
            of = [file for file in decided if (file.support is not None) == is_supported]
            assert rates[is_supported] == (len(of), sum(file.is_obtained for file in of))
        asked_of: dict[str, int] = defaultdict(int)
        given_by: dict[str, int] = defaultdict(int)
        for file in world.filed(asked.first, asked.last, scheme):
            for funder, cents in file.others:
                asked_of[str(world.funders[funder].id)] += cents * 2
        for file in decided:
            for funder, cents in file.others if file.is_obtained else ():
                given_by[str(world.funders[funder].id)] += cents
        found = co_funding(session, asked.scope)
        assert {key: (line.requested_cents, line.awarded_cents) for key, line in found.items()} == {
            key: (asked_of[key], given_by[key]) for key in {*asked_of, *given_by}
        }
