"""Days and durations as people type them."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from crm.core.days import meet, parse_day, parse_duration
from crm.core.errors import RuleError

MONDAY = date(2019, 3, 11)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("hier", date(2019, 3, 10)),
        ("Aujourd’hui", MONDAY),
        ("aujourd'hui", MONDAY),
        ("avant-hier", date(2019, 3, 9)),
        ("demain", date(2019, 3, 12)),
        ("12/03/2019", date(2019, 3, 12)),
        ("12.03.19", date(2019, 3, 12)),
        ("2019-03-12", date(2019, 3, 12)),
        ("1er mars 2019", date(2019, 3, 1)),
        ("mardi 12 mars 2019", date(2019, 3, 12)),
        ("12 févr. 2019", date(2019, 2, 12)),
        ("lundi", MONDAY),
        ("lundi dernier", date(2019, 3, 4)),
        ("lundi prochain", date(2019, 3, 18)),
        ("vendredi", date(2019, 3, 8)),
        ("il y a 3 jours", date(2019, 3, 8)),
        ("dans 2 semaines", date(2019, 3, 25)),
        ("dans un mois", date(2019, 4, 11)),
        ("12 mars", date(2018, 3, 12)),
        ("fin février", date(2019, 2, 28)),
    ],
)
def test_a_day_looking_back(typed: str, meant: date) -> None:
    assert parse_day(typed, MONDAY) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("vendredi", date(2019, 3, 15)),
        ("lundi", MONDAY),
        ("10 mars", date(2020, 3, 10)),
        ("fin janvier", date(2020, 1, 31)),
        ("29 février", date(2020, 2, 29)),
    ],
)
def test_a_day_looking_forward(typed: str, meant: date) -> None:
    assert parse_day(typed, MONDAY, prefer_past=False) == meant


@pytest.mark.parametrize("typed", ["", "bientôt", "31/02/2019", "12/13/2019", "0019-01-01", "99"])
def test_what_is_no_day_is_refused(typed: str) -> None:
    with pytest.raises(RuleError):
        parse_day(typed, MONDAY)


def test_an_unreadable_day_suggests_one_of_its_own_direction() -> None:
    with pytest.raises(RuleError, match="« hier »"):
        parse_day("un jour", MONDAY)
    with pytest.raises(RuleError, match="« demain »"):
        parse_day("un jour", MONDAY, prefer_past=False)


@given(st.dates(date(1950, 1, 1), date(2100, 12, 31)))
def test_a_written_day_is_read_back(day: date) -> None:
    assert parse_day(day.strftime("%d/%m/%Y"), MONDAY) == day
    assert parse_day(day.isoformat(), MONDAY) == day


@given(st.text(max_size=30))
def test_any_text_is_a_day_or_a_rule_error(typed: str) -> None:
    try:
        meant = parse_day(typed, MONDAY)
    except RuleError:
        meant = None
    assert meant is None or date(1950, 1, 1) <= meant <= date(2100, 12, 31)


@given(st.dates(date(1990, 1, 1), date(2050, 12, 31)), st.dates(date(2000, 1, 1), date(2040, 1, 1)))
def test_a_day_without_its_year_never_passes_today(day: date, today: date) -> None:
    typed = f"{day.day}/{day.month}"
    assert parse_day(typed, today) <= today <= parse_day(typed, today, prefer_past=False)


@pytest.mark.parametrize(
    ("typed", "minutes"),
    [("45", 45), ("45 min", 45), ("1h30", 90), ("1 h", 60), ("1,5 h", 90), ("2 heures", 120)],
)
def test_a_duration(typed: str, minutes: int) -> None:
    assert parse_duration(typed) == minutes


@pytest.mark.parametrize("typed", ["", "longtemps", "0", "25 h", "-5"])
def test_what_is_no_duration_is_refused(typed: str) -> None:
    with pytest.raises(RuleError):
        parse_duration(typed)


def test_relative_days_are_relative_to_the_day_given() -> None:
    assert parse_day("hier", MONDAY + timedelta(days=1)) == MONDAY


@given(
    st.none() | st.dates(), st.none() | st.dates(), st.none() | st.dates(), st.none() | st.dates()
)
def test_two_periods_meet_when_they_share_a_day(
    start: date | None, end: date | None, other_start: date | None, other_end: date | None
) -> None:
    first = max(start or date.min, other_start or date.min)
    last = min(end or date.max, other_end or date.max)
    assume((start or date.min) <= (end or date.max))
    assume((other_start or date.min) <= (other_end or date.max))
    assert meet(start, end, other_start, other_end) == (first <= last)
    assert meet(other_start, other_end, start, end) == (first <= last)
