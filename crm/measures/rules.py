"""What series and formulas may be; what a formula computes. Pure."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from crm.core.errors import N_, RuleError
from crm.measures.types import FormulaData, PointData, Reading, SeriesData

LONGEST_NAME, LONGEST_UNIT, LONGEST_SOURCE, LONGEST_TEXT = 120, 60, 300, 2000
LONGEST_EXPRESSION = 500
_DEEPEST = 30
_TOKEN = re.compile(
    r"\s*(?:(?P<number>[0-9]+(?:[.,][0-9]+)?)|(?P<name>[a-z][a-z0-9_]*)|(?P<sign>.))"
)
_SIGNS = {"×": "*", "÷": "/", "−": "-"}
_PERCENTAGE = "pourcentage"
_FIRST_YEAR = 1990
_TOO_LARGE = 10**15


def clean_series(data: SeriesData) -> SeriesData:
    """Return the series as it is kept; raise RuleError."""
    if data.reading not in set(Reading):
        raise RuleError("reading", N_("Dites ce que les relevés disent."))
    return data


def clean_point(data: PointData, today: date) -> PointData:
    """Return the point as it is kept; raise RuleError for a day to come or no number."""
    if data.day is None:
        raise RuleError("day", N_("Dites le jour du relevé."))
    if data.day > today:
        raise RuleError("day", N_("Un relevé ne peut pas être daté d’un jour à venir."))
    if data.day.year < _FIRST_YEAR:
        raise RuleError("day", N_("Cette date est trop ancienne."))
    if data.value is None:
        raise RuleError("value", N_("Écrivez la valeur relevée ; zéro en est une."))
    return data


def clean_formula(data: FormulaData) -> FormulaData:
    """Return the formula as it is kept; raise RuleError where it cannot be read."""
    parse_formula(data.expression)
    return replace(data, expression=" ".join(data.expression.split()))


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is written in a formula."""

    value: Fraction


@dataclass(frozen=True, slots=True)
class Name:
    """A figure that a formula names, by its code."""

    code: str


@dataclass(frozen=True, slots=True)
class Operation:
    """Two parts and a sign: + - * / or % (the first one in per cent of the second)."""

    sign: str
    left: "Node"
    right: "Node"


Node = Number | Name | Operation


def parse_formula(text: str) -> Node:
    """Return the tree of a formula, such as `pourcentage(a; b)` or `(a - b) / 2`.

    Raises RuleError that says what is not understood. Nothing else than this grammar is read.
    """
    if len(text) > LONGEST_EXPRESSION:
        raise RuleError("expression", N_("Cette formule est trop longue."))
    reader = _Reader(text)
    node = reader.sum(0)
    reader.end()
    return node


def codes_of(node: Node) -> Iterator[str]:
    """Yield the codes that a formula names, in their order."""
    if isinstance(node, Name):
        yield node.code
    elif isinstance(node, Operation):
        yield from codes_of(node.left)
        yield from codes_of(node.right)


def is_percentage(node: Node) -> bool:
    """Tell whether a formula gives a percentage."""
    return isinstance(node, Operation) and node.sign == "%"


def compute(node: Node, numbers: Mapping[str, int]) -> Fraction | None:
    """Return what a formula comes to, exactly; None where it divides by zero."""
    if isinstance(node, Number):
        return node.value
    if isinstance(node, Name):
        return Fraction(numbers[node.code])
    left, right = compute(node.left, numbers), compute(node.right, numbers)
    if left is None or right is None:
        return None
    if node.sign in "/%":
        if not right:
            return None
        return left / right * (100 if node.sign == "%" else 1)
    return {"+": left + right, "-": left - right, "*": left * right}[node.sign]


def in_tenths(result: Fraction) -> int | None:
    """Return a number in tenths; None for a whole one, which needs none."""
    return None if result.denominator == 1 else round(result * 10)


def is_too_large(result: Fraction) -> bool:
    """Tell whether a number has more digits than a spreadsheet keeps."""
    return abs(result) >= _TOO_LARGE


class _Reader:
    """Reads a formula from left to right."""

    def __init__(self, text: str) -> None:
        self._tokens = [
            (kind, _SIGNS.get(match[kind], match[kind]))
            for match in _TOKEN.finditer(text.strip())
            if (kind := match.lastgroup or "")
        ]
        self._place = 0

    def sum(self, depth: int) -> Node:
        """Read terms added or taken away."""
        node = self._product(depth)
        while self._sign() in ("+", "-"):
            sign = self._take()
            node = Operation(sign, node, self._product(depth))
        return node

    def end(self) -> None:
        """Raise RuleError where something is left."""
        if self._place < len(self._tokens):
            raise self._not_understood()

    def _product(self, depth: int) -> Node:
        node = self._factor(depth)
        while self._sign() in ("*", "/"):
            sign = self._take()
            node = Operation(sign, node, self._factor(depth))
        return node

    def _factor(self, depth: int) -> Node:
        if depth > _DEEPEST:
            raise RuleError("expression", N_("Cette formule a trop de parenthèses."))
        if self._place >= len(self._tokens):
            raise RuleError("expression", N_("La formule s’arrête trop tôt : il manque un terme."))
        kind, text = self._tokens[self._place]
        if kind == "number":
            self._place += 1
            return Number(Fraction(text.replace(",", ".")))
        if kind == "name" and text == _PERCENTAGE:
            return self._percentage(depth)
        if kind == "name":
            self._place += 1
            return Name(text)
        if text == "-":
            self._take()
            return Operation("-", Number(Fraction(0)), self._factor(depth + 1))
        self._expect("(")
        node = self.sum(depth + 1)
        self._expect(")")
        return node

    def _percentage(self, depth: int) -> Node:
        self._take()
        self._expect("(")
        part = self.sum(depth + 1)
        self._expect(";")
        whole = self.sum(depth + 1)
        self._expect(")")
        return Operation("%", part, whole)

    def _sign(self) -> str:
        if self._place < len(self._tokens) and self._tokens[self._place][0] == "sign":
            return self._tokens[self._place][1]
        return ""

    def _take(self) -> str:
        self._place += 1
        return self._tokens[self._place - 1][1]

    def _expect(self, sign: str) -> None:
        if self._sign() != sign:
            raise self._not_understood(sign)
        self._place += 1

    def _not_understood(self, expected: str = "") -> RuleError:
        found = self._tokens[self._place][1] if self._place < len(self._tokens) else ""
        if expected:
            return RuleError(
                "expression",
                N_("Il manque « %(expected)s » près de « %(found)s »."),
                expected=expected,
                found=found or "…",
            )
        return RuleError("expression", N_("« %(found)s » n’est pas compris ici."), found=found)
