"""Shares, shades, years and names."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.coverage.rules import (
    SHADES,
    percent,
    proposed_due,
    read_population,
    read_years,
    shade_of,
    short_name,
)
from crm.coverage.types import RANKS, State, Years


@given(st.integers(0, 5_000), st.integers(0, 5_000))
def test_a_tile_is_blank_only_when_nothing_is_there(part: int, rest: int) -> None:
    whole = part + rest
    shade = shade_of(part, whole)
    assert 0 <= shade <= SHADES
    assert (shade == 0) == (part == 0)
    if part:
        # The darkest begins beyond four fifths, and so on down.
        assert (shade - 1) * whole < part * SHADES <= shade * whole


@given(st.integers(0, 5_000), st.integers(0, 5_000))
def test_a_share_of_some_is_neither_none_nor_all(part: int, rest: int) -> None:
    whole = part + rest
    found = percent(part, whole)
    if whole == 0:
        assert found is None
        return
    assert found is not None
    assert (found == "0") == (part == 0)
    assert (found == "100") == (rest == 0)
    exact = 100 * part / whole
    if found.startswith("<"):
        assert 0 < exact < 0.5
    elif found.startswith(">"):
        assert 99.5 <= exact < 100
    else:
        assert abs(int(found) - exact) <= 0.5


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, None, (2010, 2019)),
        ("2015", "2017", (2015, 2017)),
        ("2017", "2015", (2015, 2017)),
        ("2015", None, (2015, 2019)),
        ("2022", None, (2022, 2022)),
        (None, "2012", (2003, 2012)),
        ("dix", "2101", (2010, 2019)),
        ("1990", "1989", (1990, 2019)),
        (None, "1992", (1990, 1992)),
    ],
)
def test_the_years_looked_at(
    first: str | None, last: str | None, expected: tuple[int, int]
) -> None:
    assert read_years(first, last, 2019) == Years(*expected)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("CC du Pays de Mormal", "Pays de Mormal"),
        ("CA d’Hénin-Carvin", "Hénin-Carvin"),
        ("CU de Dunkerque", "Dunkerque"),
        ("Métropole Européenne de Lille", "Métropole Européenne de Lille"),
        ("CC des Lisières de l’Oise", "Lisières de l’Oise"),
        ("CC Desvres et Samer", "Desvres et Samer"),
        ("CC de l’Est de la Somme", "Est de la Somme"),
        ("Cambrésis", "Cambrésis"),
        ("CC", "CC"),
    ],
)
def test_the_short_name_of_an_epci(name: str, short: str) -> None:
    assert short_name(name) == short


@pytest.mark.parametrize("text", ["", "-", "5", "a-b", "-500", "1-2-3", "1 - 2"])
def test_what_is_no_population(text: str) -> None:
    assert read_population(text) is None


@given(st.dates(date(2000, 1, 1), date(2050, 1, 1)), st.integers(-400, 400))
def test_contact_is_proposed_before_the_call_closes(today: date, days: int) -> None:
    closes_on = today + timedelta(days=days)
    due = proposed_due(closes_on, today)
    assert due >= today
    if days >= 0:
        assert due <= closes_on


def test_contact_is_proposed_four_weeks_before_closing() -> None:
    today = date(2019, 3, 1)
    assert proposed_due(date(2019, 6, 30), today) == date(2019, 6, 2)
    assert proposed_due(date(2019, 3, 10), today) == date(2019, 3, 2)
    assert proposed_due(None, today) == date(2019, 3, 15)


def test_states_compare_by_how_far_they_go() -> None:
    assert RANKS[State.OBTAINED] > RANKS[State.FILED] > RANKS[State.ACCOMPANIED]
    assert RANKS[State.ACCOMPANIED] > RANKS[State.CONTACTED] > RANKS[State.NONE]
