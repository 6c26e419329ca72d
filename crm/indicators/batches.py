"""Many figures asked at once: as many as one likes in a number of statements that does not grow."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Select, String, cast, literal_column, null, union_all
from sqlalchemy.orm import Session

from crm.indicators.counting import (
    OF_AN_AMOUNT,
    facts,
    figure_columns,
    problem_of,
    value_of_columns,
)
from crm.indicators.indicator import Indicator, Ratio
from crm.indicators.types import Scope, Value

_MOST_TERMS = 200  # of one statement: SQLite takes 500
Asked = tuple[Indicator, Scope]


def many_totals(session: Session, asked: Sequence[tuple[Indicator | Ratio, Scope]]) -> list[Value]:
    """Return the figure of each scope; one query for two hundred figures."""
    single = dict.fromkeys(each for source, scope in asked for each in _indicators(source, scope))
    found = dict(_counted(session, list(single)))
    return [_total(source, scope, found) for source, scope in asked]


def _indicators(source: Indicator | Ratio, scope: Scope) -> list[Asked]:
    if isinstance(source, Ratio):
        return [(source.part, scope), (source.whole, scope)]
    return [(source, scope)]


def _total(source: Indicator | Ratio, scope: Scope, found: Mapping[Asked, Value]) -> Value:
    if isinstance(source, Ratio):
        return source.of(found[source.part, scope], found[source.whole, scope])
    return found[source, scope]


def _counted(session: Session, asked: Sequence[Asked]) -> Iterator[tuple[Asked, Value]]:
    counted = []
    for each in asked:
        if problem := problem_of(*each):
            yield each, Value(None, problem=problem)
        else:
            counted.append(each)
    for start in range(0, len(counted), _MOST_TERMS):
        batch = counted[start : start + _MOST_TERMS]
        terms = [_term(place, *each) for place, each in enumerate(batch)]
        for place, *figures in session.execute(union_all(*terms)):
            is_count = batch[place][0].amount is None
            yield batch[place], value_of_columns(figures[:1] if is_count else figures)


def _term(place: int, indicator: Indicator, scope: Scope) -> Select[Any]:
    columns: list[Any] = figure_columns(indicator, scope, None)
    if len(columns) < OF_AN_AMOUNT:
        columns += [cast(null(), BigInteger)] * (OF_AN_AMOUNT - 2) + [cast(null(), String)]
    named = [column.label(f"figure_{number}") for number, column in enumerate(columns)]
    return facts(indicator, scope).with_only_columns(literal_column(str(place)), *named)
