"""When a person is reminded."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core.errors import RuleError
from crm.reminders import rules
from crm.reminders.types import Absence, Rhythm

# Decree of the calendar of 2026, written here by hand.
HOLIDAYS_2026 = {
    date(2026, 1, 1), date(2026, 4, 6), date(2026, 5, 1), date(2026, 5, 8), date(2026, 5, 14),
    date(2026, 5, 25), date(2026, 7, 14), date(2026, 8, 15), date(2026, 11, 1), date(2026, 11, 11),
    date(2026, 12, 25),
}  # fmt: skip


def test_the_public_holidays_are_those_of_the_calendar() -> None:
    assert rules.public_holidays(2026) == HOLIDAYS_2026


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 11, 24, 6, 59, tzinfo=UTC), False),  # 7:59 in winter
        (datetime(2026, 11, 24, 7, 0, tzinfo=UTC), True),
        (datetime(2026, 7, 15, 5, 59, tzinfo=UTC), False),  # 7:59 in summer
        (datetime(2026, 7, 15, 6, 0, tzinfo=UTC), True),
        (datetime(2026, 11, 24, 22, 30, tzinfo=UTC), True),  # late, but still that day
        (datetime(2026, 11, 24, 23, 30, tzinfo=UTC), False),  # past midnight in Paris
        (datetime(2026, 11, 11, 9, 0, tzinfo=UTC), False),  # Armistice
        (datetime(2026, 11, 22, 9, 0, tzinfo=UTC), False),  # a Sunday
    ],
)
def test_the_hour_is_that_of_paris_on_a_working_day(now: datetime, expected: bool) -> None:
    assert rules.is_due(Rhythm(hour=8), (), now) is expected


def test_days_off_and_part_time_are_respected() -> None:
    tuesday = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
    assert not rules.is_due(Rhythm(is_on=False), (), tuesday)
    assert not rules.is_due(Rhythm(weekdays="1345"), (), tuesday)
    away = [Absence(date(2026, 11, 20), date(2026, 11, 24))]
    assert not rules.is_due(Rhythm(), away, tuesday)
    assert rules.is_due(Rhythm(), away, tuesday + timedelta(days=1))
    assert rules.next_working_day(date(2026, 11, 19), Rhythm(), away) == date(2026, 11, 25)
    assert rules.next_working_day(date(2026, 11, 19), Rhythm(weekdays=""), ()) is None


@given(day=st.dates(date(2020, 1, 1), date(2035, 12, 31)), hour=st.integers(0, 23))
def test_each_working_day_has_its_moment_also_when_clocks_change(day: date, hour: int) -> None:
    start = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=3)
    instants = [start + timedelta(minutes=10 * step) for step in range(30 * 6)]
    rhythm = Rhythm(hour=hour)
    is_due = any(
        rules.is_due(rhythm, (), instant)
        for instant in instants
        if rules.clock.in_paris(instant).date() == day
    )
    assert is_due == rules.works_on(day, rhythm, ())


@pytest.mark.parametrize(
    ("rhythm", "field"),
    [
        (Rhythm(hour=3), "hour"),
        (Rhythm(hour=24), "hour"),
        (Rhythm(weekdays="8"), "weekdays"),
        (Rhythm(weekdays=""), "weekdays"),
    ],
)
def test_a_rhythm_that_cannot_be_is_refused(rhythm: Rhythm, field: str) -> None:
    with pytest.raises(RuleError) as refusal:
        rules.clean_rhythm(rhythm)
    assert refusal.value.field == field
    assert rules.clean_rhythm(Rhythm(is_on=False, weekdays="")).weekdays == ""
    assert rules.clean_rhythm(Rhythm(hour=9, weekdays="5311")).weekdays == "135"


def test_an_absence_has_an_order_and_an_end() -> None:
    with pytest.raises(RuleError):
        rules.check_absence(Absence(date(2026, 8, 2), date(2026, 8, 1)), date(2026, 7, 1))
    with pytest.raises(RuleError):
        rules.check_absence(Absence(date(2026, 8, 2), date(2027, 9, 1)), date(2026, 7, 1))
    with pytest.raises(RuleError):
        rules.check_absence(Absence(date(2026, 8, 1), date(2026, 8, 2)), date(2026, 8, 3))
    rules.check_absence(Absence(date(2026, 8, 2), date(2026, 8, 2)), date(2026, 8, 2))


def test_failures_are_tried_again_later_and_later_then_given_up() -> None:
    now = datetime(2026, 11, 24, 8, tzinfo=UTC)
    waits = [rules.next_attempt(now, count) for count in range(1, 6)]
    assert [at and (at - now).total_seconds() / 60 for at in waits] == [1, 2, 4, 8, None]
