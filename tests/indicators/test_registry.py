"""What an indicator answers: totals, parts, rows, words, and what it refuses."""

import pytest
from sqlalchemy.orm import Session

from crm.core.clock import today
from crm.indicators.counting import compare, facts, rows, split, total
from crm.indicators.indicator import Indicator, Ratio
from crm.indicators.presentation import UNIT_LABELS, written
from crm.indicators.registry import find_indicator, known_indicators
from crm.indicators.types import By, Level, Period, Scope, Unit, Value
from tests.factories.contacts import GroupFactory, MembershipFactory, StructureFactory
from tests.factories.followups import SessionFactory
from tests.support.client import PageClient

YEAR = Period.of_year(2019)


def _all_indicators() -> list[Indicator]:
    return [each for each in known_indicators() if isinstance(each, Indicator)]


def test_each_is_told_with_a_rule_and_rows(app: object) -> None:
    known = known_indicators()
    assert len(known) > 30
    for each in known:
        assert len(each.rule) > 40, each.code
        assert each.unit in UNIT_LABELS
    assert all(each.columns[0].key == "name" for each in _all_indicators())


def test_a_structure_counts_for_the_one_at_its_top(session: Session) -> None:
    top = StructureFactory(name="Université")
    middle = StructureFactory(name="Faculté", parent_id=top.id)
    master = StructureFactory(name="Master", parent_id=middle.id)
    SessionFactory(held_on=YEAR.start, structures=[middle, master])
    indicator = find_indicator("accompanied_structures")
    assert isinstance(indicator, Indicator)
    assert total(session, indicator, Scope(YEAR)) == Value(2)
    parents = Scope(YEAR, level=Level.PARENT)
    assert total(session, indicator, parents) == Value(1)
    (row,) = session.execute(rows(indicator, parents)).all()
    assert (row.record_id, row.name) == (top.id, "Université")


def test_a_group_being_launched_has_words_and_an_empty_one_a_zero(session: Session) -> None:
    starting = GroupFactory(name="Haïti", launched_on=None)
    empty = GroupFactory(name="Togo", launched_on=YEAR.start)
    full = GroupFactory(name="Mali", launched_on=YEAR.start)
    MembershipFactory(group=full, structure=StructureFactory(), start_on=YEAR.start)
    indicator = find_indicator("group_members")
    assert isinstance(indicator, Indicator)
    parts = {part.label: part.value for part in split(session, indicator, Scope(YEAR), By.GROUP)}
    assert parts[empty.name] == Value(0)
    assert parts[full.name] == Value(1)
    assert parts[starting.name] == Value(None, words="en cours de lancement")


def test_what_cannot_be_narrowed_so_says_it_and_is_no_zero(session: Session) -> None:
    indicator = find_indicator("contacts_known")
    assert isinstance(indicator, Indicator)
    value = total(session, indicator, Scope(YEAR, {By.AXIS: ("1",)}))
    assert value.count is None
    assert "Axe" in value.problem


def test_a_percentage_of_few_is_said_without_a_rate(session: Session) -> None:
    ratio = find_indicator("funding_success")
    assert isinstance(ratio, Ratio)
    assert total(session, ratio, Scope(YEAR)) == Value(None)


def test_several_periods_stand_side_by_side(session: Session) -> None:
    for day in (YEAR.start, YEAR.end, YEAR.start.replace(year=2018)):
        SessionFactory(held_on=day, structures=[StructureFactory()])
    indicator = find_indicator("sessions_done")
    assert isinstance(indicator, Indicator)
    found = compare(session, indicator, Scope(YEAR), [YEAR, Period.of_year(2018)], By.FAMILY)
    assert found == [("association", (Value(2), Value(1)))]
    assert "accompaniment_session" in str(facts(indicator, Scope(YEAR)))


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Value(0), Unit.STRUCTURE, "0"),
        (Value(None), Unit.STRUCTURE, "non connu"),
        (Value(60, is_approximate=True), Unit.HEADCOUNT, "environ 60"),
        (
            Value(60, is_approximate=True, words="une soixantaine"),
            Unit.HEADCOUNT,
            "une soixantaine",
        ),
        (Value(40), Unit.PERCENT, "40 %"),
    ],
)
def test_a_figure_in_words(client: PageClient, value: Value, unit: Unit, text: str) -> None:
    with client.application.test_request_context():
        assert written(value, unit).replace("\u00a0", " ").replace("\u202f", " ") == text


@pytest.mark.parametrize("code", ["sessions_done", "event_people", "funding_success"])
def test_the_rows_of_any_days_are_a_page_and_a_file(director: PageClient, code: str) -> None:
    day = today().isoformat()
    address = f"/bilan/chiffres/{code}"
    assert "Règle de calcul" in director.get(f"{address}?du=2019-01-01&au={day}").text
    assert director.get(f"{address}/export.csv?du=2019-01-01&au={day}").status_code == 200
    assert director.get(address).status_code == 404
    assert director.get(f"{address}?du=2019-02-01&au=2019-01-01").status_code == 404
