"""Rows that are read already, as a list: the same search, sort, pages and exports as of a table."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import select

from crm.core.money import in_euros
from crm.core.text import fold, sort_key
from crm.web.exports import EXPORT_LABELS
from crm.web.formats import agreed, money, number, short_date
from crm.web.list_definition import PAGE_SIZE, Column, ListDefinition, Sort
from crm.web.list_links import Arguments
from crm.web.lists import Listing
from crm.web.locale import translate

PLACE = "rang"  # the order in which the rows came, and the usual one
Record = Mapping[str, Any]


def row_list(
    *,
    url: str,
    columns: Sequence[Column],
    export_url: Callable[[str], str],
    count_words: tuple[str, str],
    search_label: str,
    allowed_arguments: frozenset[str] = frozenset(),
    identifiers: tuple[str, ...] = ("id",),
) -> ListDefinition:
    """Return the list of rows that no statement reads; what a column is sorted by is a key."""
    names = {each.sort: each.kind for each in columns if each.sort}
    return ListDefinition(
        url=url,
        statement=select(),
        columns=columns,
        sorts={name: Sort((), descending=kind != "text") for name, kind in names.items()}
        | {PLACE: Sort(())},
        default_sort=PLACE,
        search_label=search_label,
        count_words=count_words,
        export_url=export_url,
        allowed_arguments=allowed_arguments,
        identifiers=identifiers,
    )


class RowListing(Listing):
    """One page of such rows, as the template of lists shows it; `found` is all that is searched."""

    def __init__(
        self, definition: ListDefinition, arguments: Arguments, rows: Iterable[Record]
    ) -> None:
        super().__init__(definition, arguments)
        words = fold(self.search).split()
        self.found = [row for row in rows if all(word in self._said(row) for word in words)]
        if self.sort_name != PLACE or self.is_descending:
            self.found.sort(key=self._order, reverse=self.is_descending)
        count = len(self.found)
        words_of_count = agreed(count, *definition.count_words)
        self.count_label = translate(words_of_count, count=number(count))
        last = max(count - 1, 0) // PAGE_SIZE + 1
        page = min(max(arguments.get("page", 1, type=int), 1), last)
        start = (page - 1) * PAGE_SIZE
        self.rows = self.found[start : start + PAGE_SIZE]
        if page > 1:
            self.previous_url = self.url(page=str(page - 1))
        if page < last:
            self.next_url = self.url(page=str(page + 1))

    def table(self) -> tuple[list[str], list[list[Any]]]:
        """Return the header and the rows of an export of all that is found; money is in euros."""
        ids = (Column(each, EXPORT_LABELS.get(each, each)) for each in self.definition.identifiers)
        columns = [*ids, *self.shown]
        rows = [
            [exported_value(row.get(each.key), each.kind) for each in columns] for row in self.found
        ]
        return [translate(each.label) for each in columns], rows

    def _said(self, row: Record) -> str:
        return fold(" ".join(_text(row.get(each.key), each.kind) for each in self.shown))

    def _order(self, row: Record) -> tuple[bool, Any]:
        value = row.get(self.sort_name)
        if value is None:  # last, whichever way
            return not self.is_descending, ""
        return self.is_descending, sort_key(value) if isinstance(value, str) else value


def _text(value: Any, kind: str) -> str:
    if value is None:
        return ""
    if kind == "date":
        return short_date(value)
    return money(value) if kind == "money" else str(value)


def exported_value(value: Any, kind: str) -> Any:
    """Return a cell as a file holds it: money in euros, anything else as it is."""
    return in_euros(value) if kind == "money" and value is not None else value
