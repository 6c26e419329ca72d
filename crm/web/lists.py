"""The list kit: search, filters, sort and pages that live in the URL; capped counts; exports."""

from collections import namedtuple
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import Any

from markupsafe import Markup
from sqlalchemy import Result, Select
from sqlalchemy.orm import Session

from crm.web.cursors import place, read_cursor
from crm.web.formats import agreed, number
from crm.web.list_additions import shown_links
from crm.web.list_cells import written_rows
from crm.web.list_columns import COLUMNS, exported_columns, shown_columns
from crm.web.list_counts import Tallies, results_without, tallies
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
from crm.web.list_links import OPENED, Arguments, ListLinks
from crm.web.list_views import views_of
from crm.web.locale import translate

MOST_EXPORTED = 200_000
__all__ = ["Column", "Filter", "ListDefinition", "Listing", "Narrowing", "Option", "Sort"]


@lru_cache(maxsize=256)
def _record_type(names: tuple[str, ...]) -> Callable[..., Any]:
    # A template finds a column of a named tuple five times as fast as one of SQLAlchemy's rows.
    return namedtuple("Record", names)  # noqa: PYI024 - the names are those of a statement


class Listing(ListLinks):
    """One page of a list, as its template shows it."""

    def __init__(self, definition: ListDefinition, arguments: Arguments) -> None:
        super().__init__(definition, arguments)
        self.search_label = translate(definition.search_label)
        self.rows: Sequence[Any] = ()
        self.active_filters: list[dict[str, str]] = []
        self.note: str | None = None
        self.previous_url: str | None = None
        self.next_url: str | None = None
        self.count_label = ""
        self.missing: list[str] = []
        self.ways_out: list[dict[str, str]] = []
        self.views: Any = None
        self.shown = shown_columns(definition, self.column_names)

    # What the template reads ------------------------------------------------------------------

    @property
    def columns(self) -> list[dict[str, Any]]:
        """Return the columns shown with their sort links."""
        return [self._column(column) for column in self.shown]

    @property
    def written_rows(self) -> Markup:
        """Return the rows of the table, each with its box, its heading and its cells."""
        of = self.definition
        return written_rows(self.rows, self.shown[1:], of.heading, of.records_url or of.url)

    @property
    def has_chosen_columns(self) -> bool:
        """Tell whether this list lets people choose its columns."""
        return len(self.definition.usual_columns) < len(self.definition.columns)

    @property
    def is_choosing_columns(self) -> bool:
        """Tell whether the menu of columns is laid open."""
        return self.arguments.get(OPENED) == COLUMNS

    @property
    def offered_columns(self) -> list[dict[str, Any]]:
        """Return the columns that can be shown or not."""
        return [
            {"name": each.name, "label": translate(each.label), "is_shown": each in self.shown}
            for each in self.definition.columns
            if each.name
        ]

    @property
    def is_selectable(self) -> bool:
        """Tell whether something can be done with selected rows."""
        return bool(self.definition.bulk_actions or self.definition.has_more_actions)

    @property
    def bulk_actions(self) -> list[dict[str, str]]:
        """Return what can be done with the selected rows."""
        actions = self.definition.bulk_actions
        return [{"value": value, "label": translate(label)} for value, label in actions]

    @property
    def bulk_text_label(self) -> str | None:
        """Return the label of the text that a grouped action takes; None when it takes none."""
        label = self.definition.bulk_text_label
        return translate(label) if label else None

    @property
    def links(self) -> list[dict[str, str]]:
        """Return where to go with the list as it is filtered."""
        return shown_links(self.definition.code, self)

    # Filling ----------------------------------------------------------------------------------

    def fill(self, session: Session, narrowing: Narrowing) -> "Listing":
        """Read one page and the (capped) count of a narrowed statement."""
        self.rows = self._read_page(session, narrowing)
        if not self.rows and narrowing.otherwise and (other := narrowing.otherwise()):
            self.rows = self._read_page(session, other)
            narrowing = other if self.rows else narrowing  # nothing is announced of nothing
        self.fill_filters(session, narrowing)
        if not self.rows and self.definition.counted is not None:
            self.ways_out = list(self._ways_out(session, narrowing))
        if self.definition.code:
            self.views = views_of(session, self)
        return self

    def fill_filters(self, session: Session, narrowing: Narrowing) -> None:
        """Read the count and the filters alone, for a page that shows its rows another way."""
        self.active_filters = narrowing.active
        self.note = narrowing.note
        self.count_label = self._count_words(session, narrowing)
        self.missing = narrowing.missing
        if self.arguments.get("filtres"):
            counts = tallies(session, self.definition, narrowing)
            self.filters = [
                self._open_filter(session, each, counts) for each in self.definition.filters
            ]

    def narrow(self, session: Session) -> Narrowing:
        """Apply the filters of the URL; a value that does not exist finds nothing, and says so."""
        chosen = [
            (each, values)
            for each in self.definition.filters
            if (values := [value for value in self.arguments.getlist(each.name) if value][:50])
        ]
        extras = [each for each in self.shown if each.extra is not None]
        statement, counted = self.definition.narrowed(chosen, extras, self.only_id)
        active = [line for each, values in chosen for line in self._active(session, each, values)]
        return Narrowing(
            statement,
            active,
            counted=counted,
            values={each.name: each.read(values) for each, values in chosen if each.read},
            chosen=chosen,
            missing=[line["label"] for line in active if line["is_missing"]],
        )

    def all_rows(self, session: Session, narrowing: Narrowing) -> Result[Any]:
        """Return every row of a narrowed statement in the chosen order, for an export."""
        if narrowing.otherwise:
            found = session.execute(narrowing.statement.limit(1), narrowing.values).first()
            narrowing = narrowing if found else narrowing.otherwise() or narrowing
        return session.execute(self.ordered(narrowing).execution_options(yield_per=1_000))

    def ordered(self, narrowing: Narrowing, limit: int = MOST_EXPORTED) -> Select[Any]:
        """Return the narrowed statement in the chosen order, its values in it, for an export."""
        order = self._sort_of(narrowing).order(descending=self.is_descending)
        return narrowing.statement.order_by(*order).limit(limit).params(narrowing.values)

    def ids(self, session: Session, narrowing: Narrowing, limit: int) -> list[int]:
        """Return the ids of every row of a narrowed list, in no order."""
        counted = narrowing.counted
        if counted is None:
            raise ValueError("a list that counts its ids was expected")
        found = session.execute(counted.limit(limit), narrowing.values).scalars().all()
        if not found and narrowing.otherwise and (other := narrowing.otherwise()):
            return self.ids(session, other, limit)
        return list(found)

    @property
    def exported(self) -> dict[str, Column] | None:
        """Return the columns that an export holds, by key; None for all the list has as usual."""
        return exported_columns(self.definition, self.shown) if self.column_names else None

    # Inside -----------------------------------------------------------------------------------

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
    ) -> Iterator[dict[str, Any]]:
        named = dict(definition.named(session, values))
        for value in values:
            yield {
                "label": translate(definition.label),
                "value_label": named.get(value) or translate("introuvable"),
                "remove_url": self._without(definition.name, value),
                "is_missing": value not in named,
            }

    def _ways_out(self, session: Session, narrowing: Narrowing) -> Iterator[dict[str, str]]:
        """Yield what each filter, and the search, keeps out: the results there would be without."""
        if len(narrowing.chosen) + bool(narrowing.matching) < 2:  # noqa: PLR2004 - it is the cause
            return
        for each, _values in narrowing.chosen:
            count = results_without(session, self.definition, narrowing, each.name)
            yield {
                "label": translate("Sans le filtre « %(label)s »", label=translate(each.label)),
                "count_label": self._words_for(count),
                "url": self.url(**{each.name: None}),
            }
        if narrowing.matching:
            count = results_without(session, self.definition, narrowing, None)
            yield {
                "label": translate("Sans la recherche « %(words)s »", words=self.search),
                "count_label": self._words_for(count),
                "url": self.url(q=None),
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

    def _count_words(self, session: Session, narrowing: Narrowing) -> str:
        statement = self.definition.count(narrowing)
        return self._words_for(
            session.connection().execute(statement, narrowing.values).scalar_one()
        )

    def _words_for(self, count: int) -> str:
        singular, plural = self.definition.count_words
        if count > COUNT_LIMIT:
            return translate(
                "plus de %(label)s", label=translate(plural, count=number(COUNT_LIMIT))
            )
        return translate(agreed(count, singular, plural), count=number(count))

    def _open_filter(
        self, session: Session, definition: Filter, tallied: Tallies
    ) -> dict[str, Any]:
        chosen = set(self.arguments.getlist(definition.name))
        counts = tallied.get(definition.name)
        options = [
            Option(value, label, value in chosen, None if counts is None else counts.get(value, 0))
            for value, label in definition.options(session)
        ]
        if definition.kind == "select":
            options.insert(0, Option("", translate(definition.everything_label), not chosen))
        return {
            "name": definition.name,
            "label": translate(definition.label),
            "kind": definition.kind,
            "text": self.arguments.get(definition.name, ""),
            "options": options,
        }
