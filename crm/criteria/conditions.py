"""Pieces of conditions that are true or false, never NULL: what « none of » needs.

What a condition looks for elsewhere stands at the head of the statement (WITH), not inside it: a
database reads parentheses within parentheses only so deep.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select


def is_one_of(column: Any, values: Collection[Any]) -> ColumnElement[bool]:
    """Return whether a column that may be NULL holds one of the values."""
    return and_(column.is_not(None), column.in_(values))


def is_among(column: Any, found: Select[Any]) -> ColumnElement[bool]:
    """Return whether a column that may be NULL holds one of the values that a statement selects.

    The statement stands alone: nothing in it is taken from the one around it.
    """
    return and_(column.is_not(None), is_found(column, found))


def is_found(identity: Any, found: Select[Any]) -> ColumnElement[bool]:
    """Return whether an id is one of those that a statement selects, which stands alone too."""
    among: ColumnElement[bool] = identity.in_(ahead(found))
    return among


def ahead(found: Select[Any]) -> Select[Any]:
    """Select what a statement does, from the head of the one around it: asked once, used often."""
    return select(found.correlate(None).cte().c[0])


def is_within(column: Any, lowest: Any, highest: Any) -> ColumnElement[bool]:
    """Return whether a column that may be NULL is between two bounds; None is no bound."""
    bounds = [column.is_not(None)]
    if lowest is not None:
        bounds.append(column >= lowest)
    if highest is not None:
        bounds.append(column <= highest)
    return and_(*bounds)


def either(conditions: Collection[ColumnElement[bool]]) -> ColumnElement[bool]:
    """Return whether one of several conditions holds; there is at least one."""
    first, *others = conditions
    return or_(first, *others)
