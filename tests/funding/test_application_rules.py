"""What an application must be, and what any way along its statuses leaves of its money."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core.errors import RuleError
from crm.funding.rules import (
    Money,
    asks_more,
    clean_application,
    clean_co_funding,
    clean_deadline,
    clean_money,
    clean_payment,
    money_after,
    next_status,
)
from crm.funding.types import (
    DECIDED,
    OBTAINED,
    PENDING,
    PREPARED,
    ApplicationData,
    ApplicationStatus,
    CoFundingData,
    DeadlineData,
    PaymentData,
    StatusData,
)

TODAY = date(2026, 11, 27)
BLANK = Money("identifie", None, None, None, None, None)
DAYS = st.dates(date(2024, 1, 1), TODAY)
CENTS = st.none() | st.integers(0, 2_000_000)
STEPS = st.builds(
    StatusData,
    status=st.sampled_from(list(ApplicationStatus)),
    changed_on=DAYS,
    awarded_cents=CENTS,
    award_reason=st.none() | st.just("Enveloppe élargie"),
)


def fits_the_table(money: Money) -> bool:
    """Tell whether the table would take it: its checks, written again."""
    return (
        (money.awarded_cents is not None) == (money.status in OBTAINED)
        and (money.decided_on is not None) == (money.status in DECIDED)
        and (money.status not in PENDING or money.filed_on is not None)
        and not (money.filed_on and money.decided_on and money.decided_on < money.filed_on)
        and min(money.awarded_cents or 0, money.requested_cents or 0) >= 0
    )


@given(CENTS, st.lists(STEPS, max_size=12))
def test_any_way_along_the_statuses_leaves_what_the_table_takes(
    requested: int | None, steps: list[StatusData]
) -> None:
    money = replace(BLANK, requested_cents=requested)
    for step in steps:
        try:
            money = clean_money(money_after(money, step), TODAY)
        except RuleError:
            continue
        assert fits_the_table(money)
        assert clean_money(money, TODAY) == money
        assert not (money.filed_on and money.status in PREPARED)
        is_above = (money.awarded_cents or 0) > (money.requested_cents or money.awarded_cents or 0)
        assert bool(money.award_reason) == is_above


@given(CENTS, st.integers(1, 3_000_000), DAYS)
def test_an_award_says_itself_whether_it_is_whole(
    requested: int | None, awarded: int, day: date
) -> None:
    for status in ("obtenu", "partiel"):
        step = StatusData(status, day, awarded, "parce que")
        money = clean_money(money_after(replace(BLANK, requested_cents=requested), step), TODAY)
        if requested is None:
            assert money.status == status
        else:
            assert money.status == ("partiel" if awarded < requested else "obtenu")


def test_settling_keeps_the_day_and_the_amount_of_the_award() -> None:
    won = Money("obtenu", 100, 100, None, date(2025, 1, 1), date(2025, 6, 1))
    settled = clean_money(money_after(won, StatusData("solde", TODAY)), TODAY)
    assert settled == replace(won, status="solde")


def test_going_back_takes_away_what_is_no_longer_so() -> None:
    won = Money("obtenu", 100, 150, "Bonne note", date(2025, 1, 1), date(2025, 6, 1))
    back = clean_money(money_after(won, StatusData("instruction", TODAY)), TODAY)
    assert back == Money("instruction", 100, None, None, date(2025, 1, 1), None)
    again = clean_money(money_after(back, StatusData("montage", TODAY)), TODAY)
    assert again == Money("montage", 100, None, None, None, None)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": "  "}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"reference": "x" * 61}, "reference"),
        ({"notes": "x" * 10_001}, "notes"),
        ({"beneficiary": ""}, "beneficiary"),
        ({"requested_cents": -1}, "requested"),
        ({"total_cents": -1}, "total"),
        ({"total_cents": 5, "requested_cents": 6}, "requested"),
        ({"status": "reve"}, "status"),
        ({"status": "depose"}, "filed_on"),
        ({"filed_on": TODAY}, "filed_on"),
        ({"status": "depose", "filed_on": TODAY + timedelta(days=1)}, "filed_on"),
        ({"status": "refuse", "filed_on": TODAY}, "decided_on"),
        ({"status": "depose", "filed_on": TODAY, "decided_on": TODAY}, "decided_on"),
        ({"status": "refuse", "filed_on": TODAY, "decided_on": date(2026, 1, 1)}, "decided_on"),
        ({"status": "obtenu", "decided_on": TODAY}, "awarded"),
        ({"status": "obtenu", "decided_on": TODAY, "awarded_cents": 0}, "awarded"),
        ({"status": "obtenu", "decided_on": TODAY, "awarded_cents": -1}, "awarded"),
        ({"awarded_cents": 5}, "awarded"),
        (
            {
                "status": "obtenu",
                "decided_on": TODAY,
                "requested_cents": 5,
                "awarded_cents": 6,
                "award_reason": " ",
            },
            "award_reason",
        ),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(changes: dict[str, Any], field: str) -> None:
    data = replace(ApplicationData(scheme_id=1, beneficiary="1", title="Un puits"), **changes)
    with pytest.raises(RuleError) as caught:
        clean_application(data, TODAY)
    assert caught.value.field == field


def test_a_reason_of_refusal_stays_only_with_a_refusal() -> None:
    data = ApplicationData(1, "1", "Un puits", refusal_reason_id=3, refusal_note="Trop tard")
    assert clean_application(data, TODAY).refusal_reason_id is None
    refused = replace(data, status="refuse", decided_on=TODAY)
    assert clean_application(refused, TODAY).refusal_note == "Trop tard"


def test_an_award_above_the_request_is_taken_with_its_reason() -> None:
    data = ApplicationData(
        1, "1", "Un puits", status="obtenu", decided_on=TODAY, requested_cents=5, awarded_cents=6
    )
    told = clean_application(replace(data, award_reason=" Enveloppe élargie "), TODAY)
    assert (told.status, told.award_reason) == ("obtenu", "Enveloppe élargie")


@given(st.sampled_from(list(ApplicationStatus)))
def test_what_comes_next_leads_to_an_end(status: ApplicationStatus) -> None:
    seen = [status]
    while following := next_status(seen[-1]):
        assert following not in seen
        seen.append(following)
    assert seen[-1] not in {*PREPARED, *PENDING}


def test_only_decisions_ask_for_more_than_a_day() -> None:
    asked = {each for each in ApplicationStatus if asks_more("instruction", each)}
    assert asked == {*DECIDED, *PREPARED}  # back from filing, its day would be lost
    assert asks_more("obtenu", "instruction")
    assert not asks_more("montage", "identifie")
    assert not asks_more("montage", "depose")
    assert not asks_more("obtenu", "solde")
    assert asks_more("obtenu", "refuse")


@pytest.mark.parametrize(
    ("data", "awarded", "others", "field"),
    [
        (PaymentData(TODAY + timedelta(days=1), 5), 10, 0, "received_on"),
        (PaymentData(TODAY, 0), 10, 0, "amount"),
        (PaymentData(TODAY, 5), None, 0, "amount"),
        (PaymentData(TODAY, 5), 10, 6, "amount"),
        (PaymentData(TODAY, 5, "x" * 301), 10, 0, "note"),
    ],
)
def test_a_payment_stays_within_the_award(
    data: PaymentData, awarded: int | None, others: int, field: str
) -> None:
    with pytest.raises(RuleError) as caught:
        clean_payment(data, TODAY, awarded_cents=awarded, others_cents=others)
    assert caught.value.field == field
    assert clean_payment(PaymentData(TODAY, 5), TODAY, awarded_cents=10, others_cents=5)


def test_other_funders_and_reports_have_rules_too() -> None:
    for co_funding, field in (
        (CoFundingData(""), "funder"),
        (CoFundingData("1", requested_cents=-1), "requested"),
        (CoFundingData("1", awarded_cents=-1), "awarded"),
    ):
        with pytest.raises(RuleError) as caught:
            clean_co_funding(co_funding)
        assert caught.value.field == field
    for deadline, field in (
        (DeadlineData(" ", TODAY), "what"),
        (DeadlineData("Bilan", TODAY, TODAY + timedelta(days=1)), "done_on"),
    ):
        with pytest.raises(RuleError) as caught:
            clean_deadline(deadline, TODAY)
        assert caught.value.field == field
