"""What a call must be, where it is on a day, and what its next edition is: whatever its dates."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core.errors import RuleError
from crm.funding.rules import clean_call, clean_scheme, next_edition, phase_on
from crm.funding.types import CallData, CallPhase, SchemeData

_DAYS = st.none() | st.dates(date(2015, 1, 1), date(2032, 12, 31))
_CALLS = st.builds(
    CallData,
    scheme_id=st.just(1),
    name=st.sampled_from(["JSI 2026", "Appel", "Clés en main 2024-2026"]),
    year=st.integers(2015, 2032),
    opens_on=_DAYS,
    predeposit_on=_DAYS,
    closes_on=_DAYS,
    results_on=_DAYS,
)
PLAIN = CallData(scheme_id=1, name="JSI 2026", year=2026)


def _is_right(data: CallData) -> bool:
    try:
        clean_call(data)
    except RuleError:
        return False
    return True


@given(_CALLS)
def test_dates_are_right_when_they_are_in_order(data: CallData) -> None:
    opens, pre, closes, results = data.opens_on, data.predeposit_on, data.closes_on, data.results_on
    pairs = ((opens, pre), (opens, closes), (pre, closes), (closes, results))
    in_order = all(one <= other for one, other in pairs if one and other)
    assert _is_right(data) == in_order


@given(_CALLS)
def test_the_next_edition_of_a_right_call_is_right(data: CallData) -> None:
    if not _is_right(data):
        return
    following = next_edition(data)
    assert _is_right(following)
    assert following.year == data.year + 1
    assert following.confirms_filed is False
    for name in ("opens_on", "predeposit_on", "closes_on", "results_on"):
        before, after = getattr(data, name), getattr(following, name)
        assert (before is None) == (after is None)
        assert before is None or timedelta(364) <= after - before <= timedelta(366)


def test_a_leap_day_comes_back_as_the_last_of_february() -> None:
    leap = replace(PLAIN, year=2028, name="JSI 2028", closes_on=date(2028, 2, 29))
    following = next_edition(leap)
    assert (following.closes_on, following.name) == (date(2029, 2, 28), "JSI 2029")


@given(_CALLS, st.dates(date(2015, 1, 1), date(2032, 12, 31)))
def test_a_call_only_goes_forward(data: CallData, day: date) -> None:
    if not _is_right(data):
        return
    dates = {name: getattr(data, name) for name in ("opens_on", "closes_on", "results_on")}
    order = [CallPhase.TO_COME, CallPhase.OPEN, CallPhase.CLOSED, CallPhase.DECIDED]
    today, tomorrow = (phase_on(each, **dates) for each in (day, day + timedelta(1)))
    if today is CallPhase.UNDATED:
        assert tomorrow is CallPhase.UNDATED
    else:
        assert order.index(tomorrow) >= order.index(today)


def test_the_closing_day_is_still_open() -> None:
    day = date(2026, 3, 23)
    dates = {"opens_on": date(2025, 12, 10), "closes_on": day, "results_on": None}
    assert phase_on(day, **dates) is CallPhase.OPEN  # type: ignore[arg-type]
    assert phase_on(day + timedelta(1), **dates) is CallPhase.CLOSED  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "  "}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"year": 1989}, "year"),
        ({"opens_on": date(2026, 5, 1), "closes_on": date(2026, 4, 1)}, "closes_on"),
        ({"closes_on": date(2026, 5, 1), "results_on": date(2026, 4, 1)}, "results_on"),
        ({"family_codes": ("licornes",)}, "families"),
        ({"rate_percent": 0}, "rate_percent"),
        ({"rate_percent": 101}, "rate_percent"),
        ({"minimum_partners": 0}, "minimum_partners"),
        ({"cap_cents": 0}, "cap"),
        ({"budget_cents": -1}, "budget"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "ftp://exemple.example"}, "link"),
        ({"link": "https://exemple.example/" + "x" * 300}, "link"),
        ({"notes": "x" * 10_001}, "notes"),
    ],
)
def test_a_wrong_call_names_its_field(changes: dict[str, object], field: str) -> None:
    with pytest.raises(RuleError) as caught:
        clean_call(replace(PLAIN, **changes))
    assert caught.value.field == field


def test_a_link_without_scheme_is_a_secure_one() -> None:
    assert clean_scheme(SchemeData(name="ISI", link="fonjep.example")).link == (
        "https://fonjep.example"
    )
    with pytest.raises(RuleError):
        clean_scheme(SchemeData(name="ISI", link="data:text/html,x"))
