"""How many rows each option of a filter has, and how many there would be without a filter."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from crm.web.list_definition import (
    COUNT_LIMIT,
    Chosen,
    Filter,
    ListDefinition,
    Narrowing,
    conditions_of,
)

# Beyond, options come without numbers: at 100,000 people they would cost a second.
MOST_TALLIED = 12_000

Tallies = dict[str, Mapping[Any, int]]


def tallies(session: Session, definition: ListDefinition, narrowing: Narrowing) -> Tallies:
    """Return by filter how many rows each of its values has, within the other active filters.

    One statement a filter. A filter is left out where more rows than MOST_TALLIED would be read,
    or where another active one depends on it.
    """
    chosen = narrowing.chosen
    if definition.counted is None or _is_over(session, definition, narrowing):
        return {}
    return {
        each.name: found
        for each in definition.filters
        if each.tally is not None
        and not any(other.beside == each.name for other, _values in chosen)
        and (found := _tally(session, definition, narrowing, each)) is not None
    }


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
    session: Session, definition: ListDefinition, narrowing: Narrowing, each: Filter
) -> dict[Any, int] | None:
    others = [pair for pair in narrowing.chosen if pair[0] is not each]

    def build() -> Select[Any]:
        ids = _ids(definition, narrowing, others).limit(MOST_TALLIED + 1)
        found = ids.cte("found")
        total = select(func.count()).select_from(found).scalar_subquery()
        if each.tally is None:
            raise ValueError("a filter that counts its values was expected")
        return each.tally(found).add_columns(total.label("total"))

    statement = definition.keep_for(others, build, "tally", each.name, narrowing.words)
    rows = session.connection().execute(statement, narrowing.values).all()
    if rows and rows[0].total > MOST_TALLIED:
        return None
    return {value: count for value, count, _total in rows}
