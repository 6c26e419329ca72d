"""What a list is made of: its columns, orders, filters and words."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, SQLColumnExpression
from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Sort:
    """An order: expressions that are never NULL, the last one unique."""

    expressions: tuple[SQLColumnExpression[Any], ...]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a list; `sort` names one of the list's sorts."""

    key: str
    label: str
    sort: str | None = None
    is_numeric: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """A value that a filter offers."""

    value: str
    label: str
    is_selected: bool = False
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter of a list: `narrow` gives the condition for the values chosen in the URL.

    `options` lists what to choose from; `name_values` gives (value, label) of the chosen ones, and
    leaves out what does not exist.
    """

    name: str
    label: str
    narrow: Callable[[list[str]], ColumnElement[bool]]
    options: Callable[[Session], Sequence[tuple[str, str]]]
    kind: str = "select"
    everything_label: str = "Tous"
    name_values: Callable[[Session, list[str]], Sequence[tuple[str, str]]] | None = None

    def named(self, session: Session, values: list[str]) -> list[tuple[str, str]]:
        """Return the chosen values that exist, with their labels."""
        if self.name_values is not None:
            return list(self.name_values(session, values))
        return [(value, label) for value, label in self.options(session) if value in values]


@dataclass(slots=True)
class ListDefinition:
    """What a list is made of, once and for all.

    `counted`, where given, selects the same rows with nothing joined: it counts faster.
    """

    url: str
    statement: Select[Any]
    columns: Sequence[Column]
    sorts: Mapping[str, Sort]
    default_sort: str
    filters: Sequence[Filter] = ()
    search_label: str = ""
    count_words: tuple[str, str] = ("%(count)s fiche", "%(count)s fiches")
    bulk_actions: Sequence[tuple[str, str]] = ()
    bulk_text_label: str | None = None
    export_url: Callable[[str], str] | None = None
    allowed_arguments: frozenset[str] = frozenset()
    counted: Select[Any] | None = None


@dataclass(slots=True)
class Narrowing:
    """The statements after search and filters, and what the page says of them."""

    statement: Select[Any]
    active: list[dict[str, str]] = field(default_factory=list)
    sort: Sort | None = None
    note: str | None = None
    counted: Select[Any] | None = None
