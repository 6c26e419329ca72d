"""How many rows each option of a filter has, and how many there would be without a filter."""

from typing import Any

from sqlalchemy import CTE, Select, String, cast, func, literal, select, union_all
from sqlalchemy.orm import Session

from crm.web.list_definition import (
    COUNT_LIMIT,
    Chosen,
    Filter,
    ListDefinition,
    Narrowing,
    conditions_of,
)

# Beyond, options come without numbers: counting 100,000 people for each would cost a second.
MOST_TALLIED = 6_000

Tallies = dict[str, dict[str, int]]


def tallies(session: Session, definition: ListDefinition, narrowing: Narrowing) -> Tallies:
    """Return by filter how many rows each of its values has, within the other active filters.

    One statement for the filters that are not active, and one for each that is. A filter is left
    out where more rows than MOST_TALLIED would be read, or where another active one depends on it.
    """
    chosen = narrowing.chosen
    if definition.counted is None or _is_over(session, definition, narrowing):
        return {}
    counting = [
        each
        for each in definition.filters
        if each.tally and not any(other.beside == each.name for other, _values in chosen)
    ]
    active = [each for each, _values in chosen if each in counting]
    found = _tally(
        session, definition, narrowing, [each for each in counting if each not in active]
    )
    for each in active:
        found |= _tally(session, definition, narrowing, [each])
    return found


def results_without(
    session: Session, definition: ListDefinition, narrowing: Narrowing, name: str | None
) -> int:
    """Return how many rows there would be (capped) without a filter, or without the words."""
    chosen = [pair for pair in narrowing.chosen if pair[0].name != name]
    with_words = name is not None

    def build() -> Select[Any]:
        return _capped(_ids(definition, narrowing, chosen, with_words=with_words), COUNT_LIMIT)

    words = narrowing.words if with_words else None
    statement = definition.keep_for(chosen, build, "without", words)
    return int(session.connection().execute(statement, narrowing.values).scalar_one())


def _ids(
    definition: ListDefinition, narrowing: Narrowing, chosen: Chosen, *, with_words: bool = True
) -> Select[Any]:
    if definition.counted is None:
        raise ValueError("a list that counts its ids was expected")
    ids = definition.counted.where(*conditions_of(chosen))
    return narrowing.matching(ids) if narrowing.matching and with_words else ids


def _capped(ids: Select[Any], limit: int) -> Select[Any]:
    return select(func.count()).select_from(ids.limit(limit + 1).subquery())


def _is_over(session: Session, definition: ListDefinition, narrowing: Narrowing) -> bool:
    statement = definition.keep_for(
        narrowing.chosen,
        lambda: _capped(_ids(definition, narrowing, narrowing.chosen), MOST_TALLIED),
        "over",
        narrowing.words,
    )
    count = session.connection().execute(statement, narrowing.values).scalar_one()
    return bool(count > MOST_TALLIED)


def _tally(
    session: Session, definition: ListDefinition, narrowing: Narrowing, filters: list[Filter]
) -> Tallies:
    """Return the rows of each value of filters that the same rows are counted for."""
    others = [pair for pair in narrowing.chosen if pair[0] not in filters]

    def build() -> Select[Any]:
        found = _ids(definition, narrowing, others).limit(MOST_TALLIED + 1).cte("found")
        total = select(literal("").label("name"), literal(None), func.count()).select_from(found)
        return union_all(total, *(_named(each, found) for each in filters))  # type: ignore[return-value]

    names = tuple(each.name for each in filters)
    statement = definition.keep_for(others, build, "tally", names, narrowing.words)
    counts: dict[str, dict[str, int]] = {name: {} for name in ("", *names)}
    for name, value, count in session.connection().execute(statement, narrowing.values):
        counts[name][str(value)] = count
    return {} if counts.pop("")["None"] > MOST_TALLIED else dict(counts)


def _named(each: Filter, found: CTE) -> Select[Any]:
    if each.tally is None:
        raise ValueError("a filter that counts its values was expected")
    counted = each.tally(found).subquery()
    value, count = counted.c
    return select(literal(each.name), cast(value, String), count)
