"""The figures: against a naive count, by construction equal to their rows, and cheap."""

from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st
from sqlalchemy import Connection, func, select, text
from sqlalchemy.orm import Session

from crm.core import clock
from crm.followups.indicators import (
    ACCOMPANIED_FORMALLY,
    ACCOMPANIED_STRUCTURES,
    INDICATORS,
    SESSIONS_DONE,
    By,
    Filters,
    Indicator,
    Period,
    Unit,
    compare,
    count,
    rows,
    split,
)
from crm.indicators.counting import facts
from crm.indicators.types import Scope
from tests.factories.contacts import StructureFactory
from tests.factories.followups import SessionFactory, reference, seat
from tests.support.queries import counted

YEAR = Period.of_year(2019)
KINDS = {"rdv": True, "b2b": True, "relecture": False}
FAMILIES = ("association", "collectivite")
DEPARTEMENTS = (None, "59", "62")


@dataclass(frozen=True)
class Held:
    """A session of a random history; seats are (structure, family, département)."""

    day: date
    kind: str
    status: str
    is_deleted: bool
    seats: tuple[tuple[int, str, str | None], ...]
    themes: tuple[int, ...]


histories = st.lists(
    st.builds(
        Held,
        day=st.sampled_from(
            [date(2018, 12, 31), date(2019, 1, 1), date(2019, 6, 15), date(2019, 12, 31)]
        ),
        kind=st.sampled_from(sorted(KINDS)),
        status=st.sampled_from(["realisee", "realisee", "realisee", "prevue", "annulee", "absent"]),
        is_deleted=st.sampled_from([False, False, False, True]),
        seats=st.lists(
            st.tuples(st.integers(0, 2), st.sampled_from(FAMILIES), st.sampled_from(DEPARTEMENTS)),
            min_size=1,
            max_size=3,
            unique_by=lambda each: each[0],
        ).map(tuple),
        themes=st.lists(st.integers(0, 1), unique=True).map(tuple),
    ),
    max_size=8,
)


@contextmanager
def undone(session: Session) -> Iterator[None]:
    """Take back what an example wrote: hypothesis runs many in one test."""
    point = session.begin_nested()
    try:
        yield
    finally:
        point.rollback()
        session.expunge_all()
        session.info.pop("change_set_id", None)  # the change set went with the rest


def arrange(session: Session, history: list[Held]) -> tuple[list[int], list[int]]:
    structures = [StructureFactory() for _ in range(3)]
    codes = [each.code for each in _two_themes(session)]
    themes = [reference("theme", code) for code in codes]
    for held in history:
        SessionFactory(
            kind_code=held.kind,
            held_on=held.day,
            status=held.status,
            deleted_at=clock.now() if held.is_deleted else None,
            themes=[themes[index] for index in held.themes],
            structures=[
                seat(structures[index], family_code=family, departement_code=departement)
                for index, family, departement in held.seats
            ],
        )
    session.flush()
    return [each.id for each in structures], [each.id for each in themes]


def _two_themes(session: Session) -> list[object]:
    item = type(reference("session_kind", "rdv"))
    statement = select(item).where(item.list_code == "theme").order_by(item.position).limit(2)
    return list(session.scalars(statement))


def naive(history: list[Held], indicator: Indicator, period: Period) -> list[Held]:
    kept = indicator.always.get(By.FORMALITY, ("formal", "ad_hoc"))
    return [
        held
        for held in history
        if held.status == "realisee"
        and not held.is_deleted
        and period.start <= held.day <= period.end
        and ("formal" if KINDS[held.kind] else "ad_hoc") in kept
    ]


def naive_split(counting: list[Held], indicator: Indicator, by: By) -> dict[object, int]:
    found: dict[object, set[object]] = defaultdict(set)
    for number, held in enumerate(counting):
        for structure, family, departement in held.seats:
            keys = {
                By.FAMILY: [family],
                By.DEPARTEMENT: [departement or ""],
                By.THEME: list(held.themes),
                By.KIND: [held.kind],
                By.FORMALITY: ["formal" if KINDS[held.kind] else "ad_hoc"],
                By.MONTH: [held.day.isoformat()[:7]],
            }[by]
            for key in keys:
                found[key].add(structure if indicator.unit is Unit.STRUCTURE else number)
    return {key: len(members) for key, members in found.items()}


@given(history=histories)
@examples(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_every_figure_is_the_naive_count(session: Session, history: list[Held]) -> None:
    with undone(session):
        _, theme_ids = arrange(session, history)
        names = {str(theme_id): index for index, theme_id in enumerate(theme_ids)}
        names |= {str(reference("session_kind", kind).id): kind for kind in KINDS}
        for indicator in INDICATORS.values():
            counting = naive(history, indicator, YEAR)
            expected = (
                len({seat[0] for held in counting for seat in held.seats})
                if indicator.unit is Unit.STRUCTURE
                else len(counting)
            )
            assert count(session, indicator, YEAR) == expected
            assert len(session.execute(rows(indicator, YEAR)).all()) == expected
            for by in (By.FAMILY, By.DEPARTEMENT, By.THEME, By.KIND, By.FORMALITY, By.MONTH):
                found = {
                    names.get(key, key): value for key, value in split(session, indicator, YEAR, by)
                }
                assert found == naive_split(counting, indicator, by), by


@given(history=histories)
@examples(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_each_part_of_a_split_is_the_filtered_figure(session: Session, history: list[Held]) -> None:
    with undone(session):
        arrange(session, history)
        for indicator in INDICATORS.values():
            for by, as_filters in (
                (By.FAMILY, lambda key: Filters(family_code=key)),
                (By.DEPARTEMENT, lambda key: Filters(departement_code=key)),
                (By.THEME, lambda key: Filters(theme_id=int(key))),
                (By.KIND, lambda key: Filters(kind_id=int(key))),
                (By.FORMALITY, lambda key: Filters(is_formal=key == "formal")),
            ):
                for key, value in split(session, indicator, YEAR, by):
                    assert count(session, indicator, YEAR, as_filters(key)) == value


def test_two_years_stand_side_by_side(session: Session) -> None:
    one, other = StructureFactory(), StructureFactory()
    for year, structures in ((2018, [one, other]), (2019, [one]), (2017, [other])):
        SessionFactory(held_on=date(year, 5, 1), structures=structures)
    periods = [YEAR, Period.of_year(2018)]
    assert compare(session, ACCOMPANIED_STRUCTURES, periods) == [("", (1, 2))]
    assert compare(session, SESSIONS_DONE, periods, By.FAMILY) == [("association", (1, 1))]
    assert compare(session, SESSIONS_DONE, [Period.of_year(2010)]) == [("", (0,))]


def test_a_structure_of_two_families_counts_in_each_and_once_in_all(session: Session) -> None:
    structure = StructureFactory()
    SessionFactory(held_on=date(2019, 1, 2), structures=[structure])
    SessionFactory(held_on=date(2019, 9, 2), structures=[seat(structure, family_code="reseau")])
    assert count(session, ACCOMPANIED_STRUCTURES, YEAR) == 1
    parts = split(session, ACCOMPANIED_STRUCTURES, YEAR, By.FAMILY)
    assert parts == [("association", 1), ("reseau", 1)]


def test_ad_hoc_support_is_apart(session: Session) -> None:
    SessionFactory(kind_code="info", held_on=date(2019, 1, 2), structures=[StructureFactory()])
    assert count(session, ACCOMPANIED_STRUCTURES, YEAR) == 1
    assert count(session, ACCOMPANIED_FORMALLY, YEAR) == 0


def test_a_year_and_the_one_before_take_few_queries(
    session: Session, connection: Connection
) -> None:
    periods = [YEAR, Period.of_year(2018)]

    def page() -> int:
        with counted(connection) as statements:
            for indicator in INDICATORS.values():
                compare(session, indicator, periods)
            for by in (By.FAMILY, By.DEPARTEMENT, By.THEME, By.KIND):
                compare(session, ACCOMPANIED_STRUCTURES, periods, by)
                compare(session, SESSIONS_DONE, periods, by)
        return len(statements)

    before = page()
    for _ in range(30):
        SessionFactory(held_on=date(2019, 1, 2), structures=[StructureFactory()])
    assert page() == before <= len(INDICATORS) + 8


@pytest.mark.parametrize("indicator", INDICATORS.values(), ids=INDICATORS)
def test_no_figure_reads_all_sessions(
    session: Session, connection: Connection, indicator: Indicator
) -> None:
    on_sqlite = connection.dialect.name == "sqlite"
    if not on_sqlite:  # a small table is read whole unless that is forbidden
        session.execute(text("SET LOCAL enable_seqscan = off"))
    statement = select(func.count()).select_from(facts(indicator, Scope(YEAR)).subquery())
    compiled = statement.compile(connection, compile_kwargs={"literal_binds": True})
    prefix = "EXPLAIN QUERY PLAN " if on_sqlite else "EXPLAIN "
    plan = "\n".join(str(row) for row in session.execute(text(prefix + str(compiled))))
    assert "SCAN accompaniment_session" not in plan
    assert "Seq Scan on accompaniment_session" not in plan
    assert "ix_accompaniment_session" in plan
