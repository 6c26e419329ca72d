"""Calendar files (RFC 5545). The library is loaded by the first that is written.

It weighs 3 MB, and most pages write none.
"""

from importlib import import_module
from typing import Any


def new_calendar(product: str, method: str) -> Any:
    """Return an empty calendar: who makes it, and what it asks of whoever reads it."""
    calendar = import_module("icalendar").Calendar()
    calendar.add("prodid", product)
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("method", method)
    return calendar


def new_entry() -> Any:
    """Return an empty event of a calendar."""
    return import_module("icalendar").Event()


def person(address: str, name: str) -> Any:
    """Return someone as a calendar names them."""
    found = import_module("icalendar").vCalAddress(f"mailto:{address}")
    found.params["CN"] = name
    return found
