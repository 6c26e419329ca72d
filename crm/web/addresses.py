"""Addresses and parameters that no record can have, whatever the database would say of them."""

from flask import Flask, request
from werkzeug.routing import IntegerConverter, Map

from crm.core.numbers import LARGEST_ID


class IdConverter(IntegerConverter):
    """A whole number that an id can be."""

    def __init__(self, map: Map) -> None:  # noqa: A002 - as Werkzeug calls it
        super().__init__(map, max=LARGEST_ID)


def leave_nul_out() -> None:
    """Read parameters without NUL bytes, which PostgreSQL keeps in no text."""
    request.query_string = request.query_string.replace(b"%00", b"")


def register_addresses(app: Flask) -> None:
    """Read the ids of addresses, and their parameters, so."""
    app.url_map.converters["int"] = IdConverter
    app.before_request(leave_nul_out)
