"""Rows in a file between two processes: one JSON array a line, a day as {"day": "2019-03-12"}."""

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crm.reading.types import Cell, Row


def _told(value: object) -> object:
    if isinstance(value, dt.date):
        return {"day": value.isoformat()}
    raise TypeError(type(value).__name__)


def _heard(value: dict[str, Any]) -> object:
    if value.keys() == {"day"}:
        return dt.date.fromisoformat(value["day"])
    return value


_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_told)
_DECODER = json.JSONDecoder(object_hook=_heard)


def to_json(value: object) -> str:
    """Return a value in one line of JSON; days are kept as days."""
    return _ENCODER.encode(value)


def from_json(text: str) -> Any:
    """Return what `to_json` wrote."""
    return _DECODER.decode(text)


def row_line(row: Row) -> str:
    """Return a row in one line: its number, then its cells."""
    return _ENCODER.encode([row.number, *row.cells]) + "\n"


def read_rows(target: Path) -> Iterator[Row]:
    """Yield the rows that `extract` wrote, one in memory at a time."""
    with target.open(encoding="utf-8", errors="surrogateescape", newline="\n") as stream:
        for line in stream:
            number, *cells = _DECODER.decode(line)
            told: tuple[Cell, ...] = tuple(cells)
            yield Row(number, told)
