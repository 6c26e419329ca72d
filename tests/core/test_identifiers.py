"""SIREN, SIRET and RNA."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn

from crm.core.errors import RuleError
from crm.core.identifiers import parse_rna, parse_siren, parse_siret


def test_a_siren_is_kept_without_its_spaces() -> None:
    assert parse_siren("210 200 010") == "210200010"


def test_a_wrong_key_is_named_with_the_right_one() -> None:
    with pytest.raises(RuleError, match="dernier chiffre est 1, il devrait être 0") as caught:
        parse_siren("210200011")
    assert caught.value.field == "siren"


@pytest.mark.parametrize("typed", ["12345678", "1234567890", "ABCDEFGHI", ""])
def test_a_siren_has_nine_digits(typed: str) -> None:
    with pytest.raises(RuleError, match="9 chiffres"):
        parse_siren(typed)


@given(st.integers(0, 99_999_999))
def test_every_siren_with_its_luhn_key_is_accepted(number: int) -> None:
    digits = f"{number:08}"
    siren = digits + luhn.calc_check_digit(digits)
    assert parse_siren(siren) == siren


@given(st.integers(0, 99_999_999), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_is_always_seen(number: int, place: int, change: int) -> None:
    digits = f"{number:08}"
    siren = digits + luhn.calc_check_digit(digits)
    wrong = siren[:place] + str((int(siren[place]) + change) % 10) + siren[place + 1 :]
    with pytest.raises(RuleError):
        parse_siren(wrong)


def test_a_siret_of_la_poste_uses_its_own_key() -> None:
    assert parse_siret("356 000 000 00048") == "35600000000048"
    assert parse_siret("35600000049837") == "35600000049837"


def test_a_siret_with_a_wrong_key_is_refused() -> None:
    with pytest.raises(RuleError, match="SIRET") as caught:
        parse_siret("73282932000075")
    assert caught.value.field == "siret"


def test_a_siret_is_accepted() -> None:
    assert parse_siret("732 829 320 00074") == "73282932000074"


def test_an_rna_number() -> None:
    assert parse_rna("w595 012345") == "W595012345"
    assert parse_rna("W2A1000123") == "W2A1000123"
    with pytest.raises(RuleError, match="RNA"):
        parse_rna("595012345")
