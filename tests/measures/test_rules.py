"""Formulas: what is read, what is computed, what is refused."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core.errors import RuleError
from crm.measures.rules import Node, codes_of, compute, is_percentage, parse_formula

NUMBERS = {"a": 30, "b": 40, "zero": 0}


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("a + b", Fraction(70)),
        ("a − b", Fraction(-10)),
        ("a + b × 2", Fraction(110)),
        ("(a + b) / 2", Fraction(35)),
        ("-a + b", Fraction(10)),
        ("a / b", Fraction(3, 4)),
        ("a - b - 1", Fraction(-11)),
        ("1,5 * a", Fraction(45)),
        ("pourcentage(a ; b)", Fraction(75)),
        ("pourcentage(a; a + b) / 2", Fraction(150, 7)),
        ("a / zero", None),
        ("pourcentage(a; zero)", None),
        ("zero / a", Fraction(0)),
    ],
)
def test_a_formula_is_computed_exactly(text: str, result: Fraction | None) -> None:
    assert compute(parse_formula(text), NUMBERS) == result


@pytest.mark.parametrize(
    "text",
    [
        "", "a +", "a b", "(a", "a)", "pourcentage(a)", "pourcentage(a, b)", "a ** b", "a; b",
        "__import__('os')", "a.b", "a[0]", "lambda: 1", "pourcentage", "1 2", "é", "a + 'x'",
        "(" * 40 + "a" + ")" * 40, "-" * 40 + "a", "a" * 600,
    ],
)  # fmt: skip
def test_what_is_no_formula_is_refused_beside_the_field(text: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_formula(text)
    assert caught.value.field == "expression"


@given(st.text(alphabet="abz 12+-*/();,", max_size=30))
def test_what_is_read_is_computed_and_the_rest_is_refused_in_words(text: str) -> None:
    found = read_or_refused(text)
    if not isinstance(found, RuleError):
        numbers = dict.fromkeys(codes_of(found), 3)
        assert compute(found, numbers) is None or isinstance(compute(found, numbers), Fraction)


def read_or_refused(text: str) -> Node | RuleError:
    try:
        return parse_formula(text)
    except RuleError as error:
        return error


def test_the_codes_and_the_unit_are_known() -> None:
    node = parse_formula("pourcentage(accompanied_structures; actors_listed)")
    assert list(codes_of(node)) == ["accompanied_structures", "actors_listed"]
    assert is_percentage(node)
    assert not is_percentage(parse_formula("a / b"))
