"""Amounts and numbers of people as they are typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core.errors import RuleError
from crm.core.headcounts import Headcount, parse_headcount
from crm.core.money import MOST_CENTS, parse_money
from crm.web.formats import money


@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("1 250,50 €", 125_050),
        ("1\u202f250,50\u00a0€", 125_050),
        ("1250.50", 125_050),
        ("1250,5", 125_050),
        ("1.250,50 €", 125_050),
        ("1.250", 125_000),
        ("1.250.000 euros", 125_000_000),
        ("25 k€", 2_500_000),
        ("25K", 2_500_000),
        ("1,2 M€", 120_000_000),
        ("2,5 k€", 250_000),
        ("1,2345 k€", 123_450),
        ("3 millions d’euros", 300_000_000),
        ("12 milliers d’euros", 1_200_000),
        ("0", 0),
        ("10 EUR", 1_000),
    ],
)
def test_an_amount_is_read_as_cents(typed: str, cents: int) -> None:
    assert parse_money(typed) == cents


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("-5", "négatif"),
        ("− 5 €", "négatif"),
        ("beaucoup", "non compris"),
        ("€", "non compris"),
        ("12,", "non compris"),
        ("1,2,3", "non compris"),
        ("1e9", "non compris"),
        ("٣", "non compris"),
        ("1,250", "deux chiffres au plus"),
        ("0,123 €", "deux chiffres au plus"),
        ("0.123", "deux chiffres au plus"),
        ("999999999999", "trop grand"),
        ("9" * 10_000, "non compris"),
    ],
)
def test_what_is_no_amount_is_said(typed: str, sentence: str) -> None:
    with pytest.raises(RuleError, match=sentence) as caught:
        parse_money(typed, "budget")
    assert caught.value.field == "budget"


@given(st.integers(min_value=0, max_value=MOST_CENTS))
def test_an_amount_shown_is_read_back(cents: int) -> None:
    assert parse_money(money(cents)) == cents


@given(st.text(max_size=40))
def test_any_text_is_an_amount_or_a_sentence(typed: str) -> None:
    try:
        cents = parse_money(typed)
    except RuleError:
        return
    assert 0 <= cents <= MOST_CENTS


@pytest.mark.parametrize(
    ("typed", "count", "wording"),
    [
        ("60", 60, None),
        ("0", 0, None),
        ("aucun", 0, None),
        ("1 200", 1200, None),
        ("1.200", 1200, None),
        ("une soixantaine", 60, "une soixantaine"),
        ("Une vingtaine", 20, "Une vingtaine"),
        ("deux centaines", 200, "deux centaines"),
        ("une centaine de jeunes", 100, "une centaine de jeunes"),
        ("environ 60", 60, "environ 60"),
        ("60 environ", 60, "60 environ"),
        ("plus de 1 000", 1000, "plus de 1 000"),
        ("~ 45", 45, "~ 45"),
        ("quelque 200", 200, "quelque 200"),
        ("environ une trentaine", 30, "environ une trentaine"),
    ],
)
def test_people_are_counted_with_their_word(typed: str, count: int, wording: str | None) -> None:
    assert parse_headcount(typed) == Headcount(count, wording is not None, wording)


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("beaucoup", "non compris"),
        ("", "non compris"),
        ("environ", "non compris"),
        ("environ beaucoup", "non compris"),
        ("-3", "négatif"),
        ("2,5", "entier"),
        ("999999999999", "trop grand"),
        ("9" * 10_000, "non compris"),
        ("environ 60 " + "x" * 100, "non compris"),
    ],
)
def test_what_is_no_number_of_people_is_said(typed: str, sentence: str) -> None:
    with pytest.raises(RuleError, match=sentence):
        parse_headcount(typed)


@given(st.integers(min_value=0, max_value=10**8))
def test_a_plain_number_is_itself(count: int) -> None:
    assert parse_headcount(str(count)) == Headcount(count)


@given(st.text(max_size=40))
def test_any_text_is_a_headcount_or_a_sentence(typed: str) -> None:
    try:
        found = parse_headcount(typed)
    except RuleError:
        return
    assert found.count >= 0
    assert (found.wording is not None) == found.is_approximate
