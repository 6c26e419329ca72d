"""Addresses that no record can have are not found, whatever the database would say of them."""

from flask import Flask, abort, request
from werkzeug.routing import IntegerConverter, Map

from crm.core.numbers import LARGEST_ID


class IdConverter(IntegerConverter):
    """A whole number that an id can be."""

    def __init__(self, map: Map) -> None:  # noqa: A002 - as Werkzeug calls it
        super().__init__(map, max=LARGEST_ID)


def refuse_nul() -> None:
    """Answer 404 to a parameter with a NUL byte, which PostgreSQL keeps in no text."""
    if b"%00" in request.query_string:
        abort(404)


def register_addresses(app: Flask) -> None:
    """Read the ids of addresses, and their parameters, so."""
    app.url_map.converters["int"] = IdConverter
    app.before_request(refuse_nul)
