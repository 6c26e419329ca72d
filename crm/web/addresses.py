"""Addresses: made quickly, and none that no record can have, whatever the database would say."""

import re
from collections.abc import Hashable, Mapping
from typing import Any

from flask import Flask, has_request_context, request
from flask.globals import request_ctx
from werkzeug.routing import IntegerConverter, Map

from crm.core.numbers import LARGEST_ID

_MOST_KEPT = 2048
_FIRST_MARK = 1_910_000_000
_is_plain_word = re.compile(r"\w+", re.ASCII).fullmatch


class IdConverter(IntegerConverter):
    """A whole number that an id can be."""

    def __init__(self, map: Map) -> None:  # noqa: A002 - as Werkzeug calls it
        super().__init__(map, max=LARGEST_ID)


class Application(Flask):
    """Flask, but addresses that differ by their numbers alone are made once, then filled in.

    A record's page holds forty addresses, and Werkzeug takes five times as long for each.
    """

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._patterns: dict[Hashable, str] = {}

    def url_for(
        self,
        /,
        endpoint: str,
        *,
        _anchor: str | None = None,
        _method: str | None = None,
        _scheme: str | None = None,
        _external: bool | None = None,
        **values: Any,
    ) -> str:
        """Return the address of an endpoint with these values, as Flask does."""
        is_plain = not (_anchor or _method or _scheme or _external)
        if is_plain and (pattern := self._pattern(endpoint, values)):
            return pattern % values
        return super().url_for(
            endpoint,
            _anchor=_anchor,
            _method=_method,
            _scheme=_scheme,
            _external=_external,
            **values,
        )

    def _pattern(self, endpoint: str, values: Mapping[str, Any]) -> str:
        """Return the address with a name for each number; nothing where it must be made anew.

        It serves where all the other values are words of plain letters, which are part of it.
        """
        if endpoint[0] == "." or not has_request_context():
            return ""
        context = request_ctx._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001
        key = [context.url_adapter.script_name, endpoint]
        for name, value in values.items():
            if type(value) is int:
                key.append(name)
            elif type(value) is str and _is_plain_word(value):
                key.append(f"{name}={value}")
            else:
                return ""
        known = self._patterns.get(tuple(key))
        if known is None:
            if len(self._patterns) >= _MOST_KEPT:
                self._patterns.clear()
            known = self._patterns[tuple(key)] = self._made_pattern(endpoint, values)
        return known

    def _made_pattern(self, endpoint: str, values: Mapping[str, Any]) -> str:
        marked: dict[str, Any] = {
            name: _FIRST_MARK + place if type(value) is int else value
            for place, (name, value) in enumerate(values.items())
        }
        pattern = super().url_for(endpoint, **marked).replace("%", "%%")
        for name, mark in marked.items():
            if type(mark) is not int:
                continue
            if pattern.count(str(mark)) != 1:
                return ""
            pattern = pattern.replace(str(mark), f"%({name})d")
        return pattern


def leave_nul_out() -> None:
    """Read parameters without NUL bytes, which PostgreSQL keeps in no text."""
    request.query_string = request.query_string.replace(b"%00", b"")


def register_addresses(app: Flask) -> None:
    """Read the ids of addresses, and their parameters, so."""
    app.url_map.converters["int"] = IdConverter
    app.before_request(leave_nul_out)
