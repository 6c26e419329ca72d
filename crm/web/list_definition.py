"""What a list is made of: its columns, orders, filters and words."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    SQLColumnExpression,
    bindparam,
    func,
    literal,
    select,
)
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.web.cursors import beyond

PAGE_SIZE = 50
COUNT_LIMIT = 1000
SHAPE, PLAIN = "forme", "simple"  # of a CSV file: for a program, not for a spreadsheet in French
_MOST_KEPT = 256

_Kept = TypeVar("_Kept")
Matching = Callable[[Select[Any]], Select[Any]]
Statements = tuple[Select[Any], Select[Any] | None]


@dataclass(frozen=True, slots=True, eq=False)
class Sort:
    """An order: expressions that are never NULL, the last one unique."""

    expressions: tuple[SQLColumnExpression[Any], ...]
    descending: bool = False

    def order(self, *, descending: bool) -> list[ColumnElement[Any]]:
        """Return what a statement is ordered by, in this direction."""
        return [each.desc() if descending else each.asc() for each in self.expressions]


@dataclass(frozen=True, slots=True, eq=False)
class Column:
    """A column of a list; `sort` names one of the list's sorts.

    A column with a `name` can be chosen in the URL; `is_usual` says that it is shown when none is.
    `extra` is selected only where the column is shown; without it, the list's statement holds the
    value already. `kind` says how a cell is written (text, date, years, money for cents, euros,
    phone, mail, web), `detail` what is written after it in grey (of years, the key of the end),
    `link` (endpoint of a list, key of an id) where it leads, `words` what stands for a code. An
    export holds `exported` in its place, or the key.
    """

    key: str
    label: str
    sort: str | None = None
    is_numeric: bool = False
    is_wide: bool = False
    name: str = ""
    is_usual: bool = True
    extra: SQLColumnExpression[Any] | None = None
    kind: str = "text"
    detail: str | None = None
    link: tuple[str, str] | None = None
    words: Mapping[str, str] | None = None
    exported: tuple[str, ...] = ()


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
    leaves out what does not exist. With `read`, which turns the values into what the database
    compares with, `narrow` takes a parameter in their place: its statement serves for all values.
    `tally` selects (value, number of rows) among the ids it is given, to be shown beside options.
    A filter that reads the values of another one names it in `beside`: `narrow` takes them too,
    or None when there are none.
    """

    name: str
    label: str
    narrow: Callable[..., ColumnElement[bool]]
    options: Callable[[Session], Sequence[tuple[str, str]]]
    kind: str = "select"
    everything_label: str = "Tous"
    name_values: Callable[[Session, list[str]], Sequence[tuple[str, str]]] | None = None
    read: Callable[[list[str]], list[Any]] | None = None
    tally: Callable[[CTE], Select[Any]] | None = None
    beside: str | None = None

    def condition(self, chosen: Mapping[str, list[str]]) -> ColumnElement[bool]:
        """Return the condition for the values, or for the parameter that stands for them."""
        values: Any = chosen[self.name]
        if self.read is not None:
            values = bindparam(self.name, expanding=True)
        if self.beside is None:
            return self.narrow(values)
        return self.narrow(
            values, bindparam(self.beside, expanding=True) if self.beside in chosen else None
        )

    def named(self, session: Session, values: list[str]) -> list[tuple[str, str]]:
        """Return the chosen values that exist, with their labels."""
        if self.name_values is not None:
            return list(self.name_values(session, values))
        return [(value, label) for value, label in self.options(session) if value in values]


Chosen = Sequence[tuple[Filter, list[str]]]


def conditions_of(chosen: Chosen) -> list[ColumnElement[bool]]:
    """Return the conditions of the filters and values chosen."""
    values = {each.name: typed for each, typed in chosen}
    return [each.condition(values) for each, _typed in chosen]


def _name_alone(row: Any) -> tuple[str, str]:
    return row.name, ""


@dataclass(slots=True)
class ListDefinition:
    """What a list is made of, once and for all.

    `counted`, where given, selects the ids of the same rows with nothing joined: it counts faster,
    and lets filters say how many rows each option has. `identifiers` are in every export. A list
    with a `code` can have its views saved. Where `takes_all`, a grouped action can take every row
    that the filters keep; where `has_more_actions`, a page offers more of them. `heading` gives the
    name of a row, and what follows it in grey; `empty_text` is said of a list without any row. The
    pages of its records are below `records_url`, or below its own address.
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
    takes_all: bool = False
    has_more_actions: bool = False
    export_url: Callable[[str], str] | None = None
    export_formats: Sequence[tuple[str, str]] = (("xlsx", "Excel (XLSX)"), ("csv", "CSV"))
    allowed_arguments: frozenset[str] = frozenset()
    counted: Select[Any] | None = None
    identifiers: tuple[str, ...] = ("id",)
    code: str = ""
    heading: Callable[[Any], tuple[str, str]] = _name_alone
    empty_text: str = N_("Rien n’a encore été noté qui entre dans cette liste.")
    records_url: str = ""
    usual_columns: Sequence[Column] = field(default=(), init=False)
    _kept: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        """Keep the columns shown when none is chosen."""
        self.usual_columns = tuple(each for each in self.columns if each.is_usual)

    def narrowed(
        self, chosen: Chosen, extras: Sequence[Column] = (), only_id: int | None = None
    ) -> Statements:
        """Return the statements with the conditions of the filters and values chosen.

        The first one selects the extra columns too. With `only_id`, of this record alone.
        """

        def build() -> Statements:
            conditions = conditions_of(chosen)
            statement = self.statement.where(*conditions)
            if extras:
                # A column without a type of its own cannot be: each of these has an expression.
                added: list[Any] = [each.extra.label(each.key) for each in extras]  # type: ignore[union-attr]
                statement = statement.add_columns(*added)
            counted = None if self.counted is None else self.counted.where(*conditions)
            return statement, counted

        statement, counted = self.keep_for(chosen, build, *(each.key for each in extras))
        if only_id is None or self.counted is None:
            return statement, counted
        one = next(iter(self.counted.selected_columns)) == only_id
        return statement.where(one), None if counted is None else counted.where(one)

    def keep_for(self, chosen: Chosen, build: Callable[[], _Kept], *key: Hashable) -> _Kept:
        """Return the statement for these filters; kept when it serves for all their values."""
        if all(each.read for each, _values in chosen):
            return self.keep((tuple(each.name for each, _values in chosen), key), build)
        return build()

    def page(
        self, statement: Select[Any], sort: Sort, *, descending: bool, goes_on: bool
    ) -> Select[Any]:
        """Return the statement of one page and one row more; it goes on after a place, or not."""

        def build() -> Select[Any]:
            keys: list[Any] = [e.label(f"cursor_{i}") for i, e in enumerate(sort.expressions)]
            page = statement.add_columns(*keys)
            if goes_on:
                page = page.where(beyond(sort.expressions, descending=descending))
            return page.order_by(*sort.order(descending=descending)).limit(PAGE_SIZE + 1)

        return self.keep((statement, sort, descending, goes_on), build)

    def count(self, narrowing: "Narrowing") -> Select[tuple[int]]:
        """Return the statement that counts the rows, up to one beyond the limit."""

        def build() -> Select[tuple[int]]:
            counted = narrowing.counted
            if counted is None:
                one = literal(1)
                counted = narrowing.statement.with_only_columns(one, maintain_column_froms=True)
            limited = counted.order_by(None).limit(COUNT_LIMIT + 1).subquery()
            return select(func.count()).select_from(limited)

        return self.keep((narrowing.statement, "count"), build)

    def keep(self, key: Hashable, build: Callable[[], _Kept]) -> _Kept:
        """Return the statement for this key, built the first time.

        Statements are kept, never rows; what differs from one request to the next are parameters.
        """
        if key not in self._kept:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[key] = build()
        found: _Kept = self._kept[key]
        return found


@dataclass(slots=True)
class Narrowing:
    """The statements after search and filters, their parameters, and what the page says of them.

    `otherwise` gives what to show instead when nothing is found, if anything. `matching` narrows a
    statement of ids to the words searched, and `words` tells such statements apart.
    """

    statement: Select[Any]
    active: list[dict[str, str]] = field(default_factory=list)
    sort: Sort | None = None
    note: str | None = None
    counted: Select[Any] | None = None
    values: dict[str, Any] = field(default_factory=dict)
    otherwise: Callable[[], "Narrowing | None"] | None = None
    chosen: Chosen = ()
    matching: Matching | None = None
    words: Hashable = None
    missing: list[str] = field(default_factory=list)

    def kept_to(self, condition: ColumnElement[bool], words: Hashable) -> "Narrowing":
        """Return it narrowed further to rows with the words searched, its counts too."""
        return replace(
            self,
            statement=self.statement.where(condition),
            counted=None if self.counted is None else self.counted.where(condition),
            matching=lambda ids: ids.where(condition),
            words=words,
        )
