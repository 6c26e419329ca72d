"""Places in a list, kept in the URL: a page begins after a row, not at a number."""

import base64
import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, SQLColumnExpression, bindparam, tuple_

from crm.core.numbers import LARGEST_ID

Expressions = Sequence[SQLColumnExpression[Any]]


def beyond(expressions: Expressions, *, descending: bool) -> ColumnElement[bool]:
    """Return the condition of the rows after a place (see `place`), in this direction."""
    row = tuple_(*expressions)
    limit = tuple_(
        *(
            bindparam(f"cursor_place_{i}", type_=each.type)  # type: ignore[attr-defined]
            for i, each in enumerate(expressions)
        )
    )
    return row < limit if descending else row > limit


def place(values: Sequence[Any]) -> dict[str, Any]:
    """Return the values of a place under the names that `beyond` gives them."""
    return {f"cursor_place_{i}": value for i, value in enumerate(values)}


def write_cursor(values: Sequence[Any]) -> str:
    """Return a row's place as a parameter of a URL."""
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain).encode()).decode().rstrip("=")


def read_cursor(text: str | None, expressions: Expressions) -> list[Any] | None:
    """Return the values of a place in a list so ordered; None when it is no such place."""
    if not text:
        return None
    try:
        values = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        if not isinstance(values, list) or len(values) != len(expressions):
            return None
        return [_typed(value, each) for value, each in zip(values, expressions, strict=True)]
    except ValueError:
        return None


def _typed(value: Any, expression: SQLColumnExpression[Any]) -> Any:
    wanted = expression.type.python_type  # type: ignore[attr-defined]
    if wanted is date and isinstance(value, str):
        return date.fromisoformat(value)
    if type(value) is not wanted:
        raise ValueError("a value of another type")
    if isinstance(value, int) and abs(value) > LARGEST_ID:
        raise ValueError("a number that no column holds")
    if isinstance(value, str):
        value.encode()  # half a character raises UnicodeEncodeError, a ValueError
        if "\x00" in value:
            raise ValueError("a text that no column holds")
    return value
