"""Columns whose value is among many: one parameter, and one statement however many there are."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, Text, bindparam, literal
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import QueryableAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator

from crm.core.json_text import json_text

Values = Sequence[int] | Sequence[str] | Sequence[date]
Column = ColumnElement[Any] | QueryableAttribute[Any]


class _Listed(TypeDecorator[Any]):
    """Values as a list in JSON; a day as SQLite keeps it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Values | None, dialect: Dialect) -> str:  # noqa: ARG002
        """Return the list."""
        return json_text(value, str)


class _among(FunctionElement[bool]):  # noqa: N801 - named as in SQL
    """It is a condition by itself: nothing is to be compared with its truth."""

    inherit_cache = True
    type = Boolean()

    def self_group(self, against: Any = None) -> "_among":  # noqa: ARG002 - as SQLAlchemy calls it
        """Return itself: it is written with what keeps it together."""
        return self


@compiles(_among, "postgresql")
def _equals_any(element: _among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(each, **options) for each in element.clauses)
    return f"({column} = ANY ({values}))"


@compiles(_among, "sqlite")
def _in_each(element: _among, compiler: SQLCompiler, **options: Any) -> str:
    column, values = (compiler.process(each, **options) for each in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({values})))"  # noqa: S608 - of our own


def is_among(column: Column, values: Values) -> ColumnElement[bool]:
    """Return whether a column of numbers, texts or days holds one of the values; for none, never.

    Unlike `in_`, which writes each value into the statement: reading one of hundreds takes longer
    than running it. SQLite takes them for some twenty-five, and a condition that another index
    begins with for one that ten rows fit: set its column `aside`, if most rows do.
    """
    return _among(column, literal(list(values), _many(column)))


def is_among_parameter(column: Column, name: str) -> ColumnElement[bool]:
    """Return the same for the values of a parameter: a statement that is made once."""
    return _among(column, bindparam(name, type_=_many(column)))


def _many(column: Column) -> Any:
    return ARRAY(column.type).with_variant(_Listed(), "sqlite")
