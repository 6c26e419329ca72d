"""Texts looked for within others, whatever their capitals, as each database does it fastest."""

from typing import Any

from sqlalchemy import Boolean, ColumnElement, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

_ESCAPE = "/"


def holds_letters(column: Any, text: str) -> ColumnElement[bool]:
    """Return whether a column holds this text, whatever its capitals.

    On SQLite, capitals of letters with an accent count: the text is asked for in both.
    """
    for special in (_ESCAPE, "%", "_"):
        text = text.replace(special, _ESCAPE + special)
    return _like(column, literal(f"%{text}%"))


class _like(FunctionElement[bool]):  # noqa: N801 - it stands in statements as a function does
    """A text as it is written in a pattern, whatever its capitals."""

    type = Boolean()
    name = "like_letters"
    inherit_cache = True


@compiles(_like, "postgresql")
def _on_postgresql(element: _like, compiler: SQLCompiler, **options: Any) -> str:
    column, pattern = (compiler.process(each, **options) for each in element.clauses)
    return f"({column} ILIKE {pattern} ESCAPE '{_ESCAPE}')"


# Its LIKE takes « A » for « a » by itself: lowering each value first took as long again.
@compiles(_like, "sqlite")
def _on_sqlite(element: _like, compiler: SQLCompiler, **options: Any) -> str:
    column, pattern = (compiler.process(each, **options) for each in element.clauses)
    return f"({column} LIKE {pattern} ESCAPE '{_ESCAPE}')"
