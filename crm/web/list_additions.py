"""Columns, filters and links of a list that tell of packages above it; the wiring names them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crm.web.list_definition import Column, Filter, Sort
from crm.web.locale import translate


@dataclass(frozen=True, slots=True)
class AddedColumn:
    """A column, and its order under the name that its `sort` gives."""

    column: Column
    sort: Sort


@dataclass(frozen=True, slots=True)
class ListLink:
    """Somewhere to go with a list as it is filtered; `url_of` gives none where it is of no use."""

    label: str
    icon: str
    url_of: Callable[[Any], str | None]


_added: dict[str, dict[str, AddedColumn]] = {}
_filters: dict[str, dict[str, Filter]] = {}
_links: dict[str, dict[str, ListLink]] = {}


def add_column(list_code: str, added: AddedColumn) -> None:
    """Offer a column in a list; twice is once."""
    _added.setdefault(list_code, {})[added.column.name] = added


def added_columns(list_code: str) -> list[AddedColumn]:
    """Return the columns that packages above offer in a list."""
    return list(_added.get(list_code, {}).values())


def add_filter(list_code: str, added: Filter) -> None:
    """Offer a filter in a list; twice is once."""
    _filters.setdefault(list_code, {})[added.name] = added


def added_filters(list_code: str) -> list[Filter]:
    """Return the filters that packages above offer in a list."""
    return list(_filters.get(list_code, {}).values())


def add_link(list_code: str, added: ListLink) -> None:
    """Offer somewhere to go with a list; twice is once."""
    _links.setdefault(list_code, {})[added.label] = added


def shown_links(list_code: str, listing: Any) -> list[dict[str, str]]:
    """Return where to go with a list as it is filtered, as its template shows it."""
    found = ((each, each.url_of(listing)) for each in _links.get(list_code, {}).values())
    return [
        {"label": translate(each.label), "icon": each.icon, "url": url}
        for each, url in found
        if url
    ]
