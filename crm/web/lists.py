"""The list kit: search, filters, sort and pages that live in the URL; capped counts; exports."""

from collections import namedtuple
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Result, Select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from crm.web.cursors import place, read_cursor, write_cursor
from crm.web.formats import number
from crm.web.list_definition import (
    COUNT_LIMIT,
    PAGE_SIZE,
    Column,
    Filter,
    ListDefinition,
    Narrowing,
    Option,
    Sort,
)
from crm.web.locale import translate

MOST_EXPORTED = 200_000
_NOT_KEPT = frozenset({"apres", "avant", "filtres"})

Arguments = MultiDict[str, str]

__all__ = ["Column", "Filter", "ListDefinition", "Listing", "Narrowing", "Option", "Sort"]


@lru_cache(maxsize=256)
def _record_type(names: tuple[str, ...]) -> Callable[..., Any]:
    # A template finds a column of a named tuple five times as fast as one of SQLAlchemy's rows.
    return namedtuple("Record", names)  # noqa: PYI024 - the names are those of a statement


class Listing:
    """One page of a list, as its template shows it."""

    def __init__(self, definition: ListDefinition, arguments: Arguments) -> None:
        self.definition = definition
        self.arguments = arguments
        self.action_url = definition.url
        self.search = (arguments.get("q") or "").strip()[:200]
        self.search_label = translate(definition.search_label)
        self.rows: Sequence[Any] = ()
        self.active_filters: list[dict[str, str]] = []
        self.note: str | None = None
        self.previous_url: str | None = None
        self.next_url: str | None = None
        self.count_label = ""
        self.filters: list[dict[str, Any]] = []
        self.sort_name, self.is_descending = self._chosen_sort()

    # What the template reads ------------------------------------------------------------------

    @property
    def clear_url(self) -> str:
        """Return the list without search or filter."""
        return self.definition.url

    @property
    def filters_url(self) -> str | None:
        """Return this page with its filters laid open; None when it has none."""
        return self.url(filtres="1") if self.definition.filters else None

    @property
    def hidden_parameters(self) -> list[tuple[str, str]]:
        """Return what a search keeps of the URL: the sort, and filters that are not laid open."""
        shown = {"q"} | {item["name"] for item in self.filters}
        return [
            (name, value)
            for name, value in self.arguments.items(multi=True)
            if name not in shown | _NOT_KEPT and value and self._is_known(name)
        ]

    @property
    def columns(self) -> list[dict[str, Any]]:
        """Return the columns with their sort links."""
        return [self._column(column) for column in self.definition.columns]

    @property
    def exports(self) -> list[dict[str, str]]:
        """Return the downloads of the whole list as filtered now."""
        if self.definition.export_url is None:
            return []
        return [
            {
                "label": label,
                "url": self.definition.export_url(extension) + self._query({}),
            }
            for extension, label in (("xlsx", "Excel (XLSX)"), ("csv", "CSV"))
        ]

    @property
    def bulk_actions(self) -> list[dict[str, str]]:
        """Return what can be done with the selected rows."""
        return [
            {"value": value, "label": translate(label)}
            for value, label in self.definition.bulk_actions
        ]

    @property
    def bulk_text_label(self) -> str | None:
        """Return the label of the text that a grouped action takes; None when it takes none."""
        label = self.definition.bulk_text_label
        return translate(label) if label else None

    def url(self, **changes: str | None) -> str:
        """Return this list's address with parameters changed; None takes one away."""
        return self.definition.url + self._query(changes)

    # Filling ----------------------------------------------------------------------------------

    def fill(self, session: Session, narrowing: Narrowing) -> "Listing":
        """Read one page and the (capped) count of a narrowed statement."""
        self.rows = self._read_page(session, narrowing)
        if not self.rows and narrowing.otherwise and (other := narrowing.otherwise()):
            narrowing = other
            self.rows = self._read_page(session, narrowing)
        self.active_filters = narrowing.active
        self.note = narrowing.note
        self.count_label = self._count_words(session, narrowing)
        if self.arguments.get("filtres"):
            self.filters = [self._open_filter(session, each) for each in self.definition.filters]
        return self

    def narrow(self, session: Session) -> Narrowing:
        """Apply the filters of the URL; a value that does not exist finds nothing, and says so."""
        chosen = [
            (each, values)
            for each in self.definition.filters
            if (values := [value for value in self.arguments.getlist(each.name) if value][:50])
        ]
        statement, counted = self.definition.narrowed(chosen)
        return Narrowing(
            statement,
            [line for each, values in chosen for line in self._active(session, each, values)],
            counted=counted,
            values={each.name: each.read(values) for each, values in chosen if each.read},
        )

    def all_rows(self, session: Session, narrowing: Narrowing) -> Result[Any]:
        """Return every row of a narrowed statement in the chosen order, for an export."""
        if narrowing.otherwise:
            found = session.execute(narrowing.statement.limit(1), narrowing.values).first()
            narrowing = narrowing if found else narrowing.otherwise() or narrowing
        return session.execute(self.ordered(narrowing))

    def ordered(self, narrowing: Narrowing, limit: int = MOST_EXPORTED) -> Select[Any]:
        """Return the narrowed statement in the chosen order, its values in it, for an export."""
        order = self._sort_of(narrowing).order(descending=self.is_descending)
        return narrowing.statement.order_by(*order).limit(limit).params(narrowing.values)

    # Inside -----------------------------------------------------------------------------------

    def _chosen_sort(self) -> tuple[str, bool]:
        asked = self.arguments.get("tri", "")
        name = asked.removeprefix("-")
        if name not in self.definition.sorts:
            name = asked = self.definition.default_sort
            return name, self.definition.sorts[name].descending
        return name, asked.startswith("-")

    def _column(self, column: Column) -> dict[str, Any]:
        is_current = column.sort == self.sort_name
        descends = not self.is_descending if is_current else False
        if column.sort and not is_current:
            descends = self.definition.sorts[column.sort].descending
        return {
            "key": column.key,
            "label": translate(column.label),
            "is_numeric": column.is_numeric,
            "is_sortable": column.sort is not None,
            "sort_url": self.url(tri=f"{'-' if descends else ''}{column.sort}"),
            "sort_state": ("descending" if self.is_descending else "ascending")
            if is_current
            else None,
        }

    def _sort_of(self, narrowing: Narrowing) -> Sort:
        return narrowing.sort or self.definition.sorts[self.sort_name]

    def _active(
        self, session: Session, definition: Filter, values: list[str]
    ) -> Iterator[dict[str, str]]:
        named = dict(definition.named(session, values))
        for value in values:
            yield {
                "label": translate(definition.label),
                "value_label": named.get(value) or translate("introuvable"),
                "remove_url": self._without(definition.name, value),
            }

    def _read_page(self, session: Session, narrowing: Narrowing) -> list[Any]:
        sort = self._sort_of(narrowing)
        after, before = self.arguments.get("apres"), self.arguments.get("avant")
        backwards = bool(before)
        cursor = read_cursor(before or after, sort.expressions)
        statement = self.definition.page(
            narrowing.statement,
            sort,
            descending=self.is_descending != backwards,
            goes_on=cursor is not None,
        )
        values = narrowing.values | place(cursor or ())
        # Columns only: the connection reads them without what entities would need.
        result = session.connection().execute(statement, values)
        record = _record_type(tuple(result.keys()))
        rows = [record(*row) for row in result.all()]
        has_more = len(rows) > PAGE_SIZE
        rows = rows[:PAGE_SIZE]
        if backwards:
            rows.reverse()
        if rows:
            has_previous = has_more if backwards else cursor is not None
            has_next = True if backwards else has_more
            count = len(sort.expressions)
            self.previous_url = self._page_url("avant", rows[0][-count:]) if has_previous else None
            self.next_url = self._page_url("apres", rows[-1][-count:]) if has_next else None
        return rows

    def _page_url(self, direction: str, values: Sequence[Any]) -> str:
        return self.definition.url + self._query({direction: write_cursor(values)})

    def _count_words(self, session: Session, narrowing: Narrowing) -> str:
        statement = self.definition.count(narrowing)
        count = session.connection().execute(statement, narrowing.values).scalar_one()
        singular, plural = self.definition.count_words
        if count > COUNT_LIMIT:
            return translate(
                "plus de %(label)s", label=translate(plural, count=number(COUNT_LIMIT))
            )
        return translate(plural if count > 1 else singular, count=number(count))

    def _open_filter(self, session: Session, definition: Filter) -> dict[str, Any]:
        chosen = set(self.arguments.getlist(definition.name))
        options = [
            Option(value, label, value in chosen) for value, label in definition.options(session)
        ]
        if definition.kind == "select":
            options.insert(0, Option("", translate(definition.everything_label), not chosen))
        return {
            "name": definition.name,
            "label": translate(definition.label),
            "kind": definition.kind,
            "options": options,
        }

    def _is_known(self, name: str) -> bool:
        return (
            name in {"q", "tri"}
            or name in self.definition.allowed_arguments
            or any(name == each.name for each in self.definition.filters)
        )

    @cached_property
    def _kept_arguments(self) -> list[tuple[str, str]]:
        return [
            (name, value)
            for name, value in self.arguments.items(multi=True)
            if name not in _NOT_KEPT and value and self._is_known(name)
        ]

    def _query(self, changes: Mapping[str, str | None]) -> str:
        pairs = [pair for pair in self._kept_arguments if pair[0] not in changes]
        pairs += [(name, value) for name, value in changes.items() if value]
        return "?" + urlencode(pairs) if pairs else ""

    def _without(self, name: str, value: str) -> str:
        pairs = [
            pair
            for pair in self.arguments.items(multi=True)
            if pair != (name, value) and pair[0] not in _NOT_KEPT and pair[1]
        ]
        return self.definition.url + ("?" + urlencode(pairs) if pairs else "")
