"""What a group and the periods of its members must be."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.contacts.group_rules import (
    check_merge_day,
    clean_group,
    clean_period,
    overlaps,
    status_on,
    uncovered,
    within,
)
from crm.contacts.group_types import GroupData, Period
from crm.contacts.types import GroupStatus
from crm.core.errors import RuleError

DAY = date(2019, 3, 12)
DAYS = st.dates(date(2019, 1, 1), date(2019, 3, 1))


@st.composite
def periods(draw: st.DrawFn) -> Period:
    """Return a period of a few weeks, sometimes without an end."""
    start = draw(DAYS)
    length = draw(st.none() | st.integers(0, 40))
    return Period(start, None if length is None else start + timedelta(length))


def _holds(period: Period, day: date) -> bool:
    return period.start_on <= day and (period.end_on is None or day <= period.end_on)


@pytest.mark.parametrize(
    ("launched", "closed", "merged_into", "status"),
    [
        (None, None, None, GroupStatus.STARTING),
        (date(2019, 3, 13), None, None, GroupStatus.STARTING),
        (DAY, None, None, GroupStatus.ACTIVE),
        (DAY, DAY, None, GroupStatus.ACTIVE),
        (DAY, DAY, 7, GroupStatus.ACTIVE),
        (date(2018, 1, 1), date(2019, 3, 11), None, GroupStatus.CLOSED),
        (date(2018, 1, 1), date(2019, 3, 11), 7, GroupStatus.MERGED),
    ],
)
def test_the_status_follows_from_the_dates(
    launched: date | None, closed: date | None, merged_into: int | None, status: GroupStatus
) -> None:
    assert status_on(launched, closed, merged_into, DAY) is status


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 10_000}, "name"),
        ({"kind": "club"}, "kind"),
        ({"country_code": None}, "country"),
        ({"kind": "commission", "theme_id": None}, "theme"),
        ({"closed_on": date(2018, 1, 1)}, "closed_on"),
    ],
)
def test_what_does_not_fit_is_named(changes: dict[str, object], field: str) -> None:
    values = {"name": "Mali", "kind": "pays", "country_code": "ML", "launched_on": DAY} | changes
    with pytest.raises(RuleError) as caught:
        clean_group(GroupData(**values))  # type: ignore[arg-type]
    assert caught.value.field == field


def test_a_kind_keeps_only_what_it_has() -> None:
    country = clean_group(GroupData("Mali", "pays", country_code="ML", theme_id=3))
    commission = clean_group(GroupData("Eau", "commission", country_code="ML", theme_id=3))
    assert (country.country_code, country.theme_id) == ("ML", None)
    assert (commission.country_code, commission.theme_id) == (None, 3)


def test_an_end_before_the_start_is_refused() -> None:
    with pytest.raises(RuleError, match="précéder"):
        clean_period(Period(DAY, date(2019, 3, 11)))
    assert clean_period(Period(DAY, DAY)) == Period(DAY, DAY)


@given(periods(), periods(), st.lists(DAYS, min_size=1))
def test_two_periods_overlap_when_a_day_is_in_both(
    one: Period, other: Period, days: list[date]
) -> None:
    assert overlaps(one, other) == overlaps(other, one)
    if any(_holds(one, day) and _holds(other, day) for day in days):
        assert overlaps(one, other)
    if not overlaps(one, other):
        assert within(one, other) is None


@given(periods(), st.lists(periods(), max_size=4), st.lists(DAYS, min_size=1, max_size=30))
def test_what_is_left_uncovered_is_the_rest(
    period: Period, taken: list[Period], days: list[date]
) -> None:
    parts = uncovered(period, taken)
    for day in [*days, period.start_on]:
        is_left = _holds(period, day) and not any(_holds(each, day) for each in taken)
        assert any(_holds(part, day) for part in parts) == is_left


@given(periods(), periods(), st.lists(DAYS, min_size=1))
def test_what_is_within_is_in_both(one: Period, other: Period, days: list[date]) -> None:
    common = within(one, other)
    for day in days:
        is_common = common is not None and _holds(common, day)
        assert is_common == (_holds(one, day) and _holds(other, day))


def test_a_group_is_merged_while_it_lives() -> None:
    check_merge_day(date(2018, 1, 1), None, DAY)
    check_merge_day(None, DAY, DAY)
    with pytest.raises(RuleError, match="pas encore lancé"):
        check_merge_day(DAY, None, DAY)
    with pytest.raises(RuleError, match="déjà clos"):
        check_merge_day(None, date(2019, 3, 11), DAY)
