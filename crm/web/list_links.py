"""The addresses of a list: its search, filters, sort, columns and place all live in the URL."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from crm.core.errors import N_
from crm.core.numbers import typed_id
from crm.web.cursors import write_cursor
from crm.web.list_columns import COLUMNS, asked_columns
from crm.web.list_definition import PLAIN, SHAPE, ListDefinition
from crm.web.locale import translate

OPENED, VIEW, ONLY = "ouvre", "vue", "fiche"
_NOT_KEPT = frozenset({"apres", "avant", "filtres", OPENED})

Arguments = MultiDict[str, str]


class ListLinks:
    """What the URL of a list says, and the URLs that change one thing of it."""

    def __init__(self, definition: ListDefinition, arguments: Arguments) -> None:
        self.definition = definition
        self.arguments = arguments
        self.action_url = definition.url
        self.search = (arguments.get("q") or "").strip()[:200]
        self.filters: list[dict[str, Any]] = []
        self.column_names = asked_columns(definition, arguments)
        self.sort_name, self.is_descending = self._chosen_sort()

    @property
    def clear_url(self) -> str:
        """Return the list without search or filter; what says which list it is stays."""
        kept = [
            pair for pair in self._kept_arguments if pair[0] in self.definition.allowed_arguments
        ]
        return self.definition.url + ("?" + urlencode(kept, safe=",") if kept else "")

    @cached_property
    def filters_url(self) -> str | None:
        """Return this page with its filters laid open; None when it has none."""
        return self.url(filtres="1") if self.definition.filters else None

    @property
    def only_id(self) -> int | None:
        """Return the one record that an export is asked of; zero, which is nobody's, for a lie."""
        asked = self.arguments.get(ONLY)
        return None if asked is None else typed_id(asked)

    @cached_property
    def exports(self) -> list[dict[str, str]]:
        """Return the downloads of the whole list as filtered now."""
        if self.definition.export_url is None:
            return []
        query, formats = self._query({}), self.definition.export_formats
        found = [
            {"label": label, "url": self.definition.export_url(extension) + query}
            for extension, label in formats
        ]
        plain = self.definition.export_url("csv") + self._query({SHAPE: PLAIN})
        return [*found, {"label": translate(N_("CSV simple (virgules, UTF-8)")), "url": plain}]

    @property
    def query(self) -> str:
        """Return this page's filters, search, sort and columns as the URL holds them."""
        return self._query({VIEW: None}).removeprefix("?")

    @property
    def hidden_parameters(self) -> list[tuple[str, str]]:
        """Return what a search keeps of the URL: the sort, and filters that are not laid open."""
        shown = {"q"} | {item["name"] for item in self.filters}
        return [pair for pair in self._kept_arguments if pair[0] not in shown]

    @property
    def kept_but_columns(self) -> list[tuple[str, str]]:
        """Return what choosing columns keeps of the URL."""
        return [pair for pair in self._kept_arguments if pair[0] != COLUMNS]

    def url(self, **changes: str | None) -> str:
        """Return this list's address with parameters changed; None takes one away."""
        return self.definition.url + self._query(changes)

    def _chosen_sort(self) -> tuple[str, bool]:
        asked = self.arguments.get("tri", "")
        name = asked.removeprefix("-")
        if name not in self.definition.sorts:
            name = asked = self.definition.default_sort
            return name, self.definition.sorts[name].descending
        return name, asked.startswith("-")

    def _page_url(self, direction: str, values: Sequence[Any]) -> str:
        return self.definition.url + self._query({direction: write_cursor(values)})

    @cached_property
    def _known(self) -> frozenset[str]:
        names = {"q", "tri"} | self.definition.allowed_arguments
        return frozenset(names | {each.name for each in self.definition.filters})

    @cached_property
    def _kept_arguments(self) -> list[tuple[str, str]]:
        kept = [
            (name, value)
            for name, value in self.arguments.items(multi=True)
            if name in self._known and name not in _NOT_KEPT and value
        ]
        if self.column_names:
            kept.append((COLUMNS, ",".join(self.column_names)))
        if self.definition.code and (view := self.arguments.get(VIEW, "")).isdecimal():
            kept.append((VIEW, view))
        return kept

    @cached_property
    def _kept_parts(self) -> list[tuple[str, str]]:
        return [(pair[0], urlencode([pair], safe=",")) for pair in self._kept_arguments]

    def _query(self, changes: Mapping[str, str | None]) -> str:
        parts = [part for name, part in self._kept_parts if name not in changes]
        if added := [(name, value) for name, value in changes.items() if value]:
            parts.append(urlencode(added, safe=","))
        return "?" + "&".join(parts) if parts else ""

    def _without(self, name: str, value: str) -> str:
        pairs = [pair for pair in self._kept_arguments if pair != (name, value)]
        return self.definition.url + ("?" + urlencode(pairs, safe=",") if pairs else "")
