"""Columns and filters of a list that tell of packages above it; the wiring names them."""

from dataclasses import dataclass

from crm.web.list_definition import Column, Filter, Sort


@dataclass(frozen=True, slots=True)
class AddedColumn:
    """A column, and its order under the name that its `sort` gives."""

    column: Column
    sort: Sort


_added: dict[str, dict[str, AddedColumn]] = {}
_filters: dict[str, dict[str, Filter]] = {}


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
