"""A table as every format gives it: a name, and rows read one after the other."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from crm.core.errors import N_
from crm.reading.limits import LONGEST_CELL, MOST_COLUMNS, MOST_ROWS
from crm.reading.types import Cell, Row, UnreadableFileError

Merge = tuple[tuple[int, int], tuple[int, int]]  # first and last (row, column), from 0
_MOST_EXACT = 2**53
_TOO_MANY_ROWS = N_(
    "Ce tableau a plus de %(most)s lignes. Partagez-le en plusieurs fichiers, ou effacez les"
    " lignes inutiles en bas."
)
_TOO_MANY_COLUMNS = N_(
    "Ce tableau a plus de %(most)s colonnes. Supprimez celles qui ne servent pas, puis recommencez."
)
_LONG_CELL = N_(
    "La ligne %(row)s contient un texte de plus de %(most)s caractères : raccourcissez-le."
)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of raw cells, to be read several times; `headers` when the format itself names them."""

    name: str
    rows: Callable[[], Iterable[Sequence[object]]]
    merged: tuple[Merge, ...] = ()
    headers: tuple[str, ...] | None = None
    first_number: int = 1
    is_empty: bool = False


def numbered_rows(table: Table) -> Iterator[Row]:
    """Yield the rows with clean cells, no empty ones at their end; raise when there is too much."""
    for index, raw in enumerate(table.rows()):
        number = index + table.first_number
        if index >= MOST_ROWS:
            raise too_many_rows()
        cells = [_CLEANERS[cell.__class__](cell) for cell in raw]
        while cells and cells[-1] is None:
            cells.pop()
        if len(cells) > MOST_COLUMNS:
            raise too_many_columns()
        if any(cell.__class__ is str and len(cell) > LONGEST_CELL for cell in cells):
            raise UnreadableFileError(_LONG_CELL, row=number, most=LONGEST_CELL)
        yield Row(number, tuple(cells))


def too_many_rows() -> UnreadableFileError:
    """Return the error for a table that is too long."""
    return UnreadableFileError(_TOO_MANY_ROWS, most=MOST_ROWS)


def too_many_columns() -> UnreadableFileError:
    """Return the error for a table that is too wide."""
    return UnreadableFileError(_TOO_MANY_COLUMNS, most=MOST_COLUMNS)


def _clean_text(text: str) -> Cell:
    return text.replace("\0", "").strip() or None


def _clean_float(number: float) -> Cell:
    """Return a whole number without its decimals: a SIRET, a postcode and a telephone are none."""
    if not math.isfinite(number):
        return None
    return int(number) if number.is_integer() and abs(number) < _MOST_EXACT else number


def _clean_moment(moment: datetime) -> Cell:
    is_day = moment.time() == time()
    return moment.date() if is_day else moment.isoformat(sep=" ", timespec="minutes")


def _clean_span(span: timedelta) -> Cell:
    minutes = int(span.total_seconds()) // 60
    return f"{minutes // 60}:{minutes % 60:02}"


_CLEANERS: dict[type, Callable[[Any], Cell]] = {
    str: _clean_text,
    float: _clean_float,
    int: lambda number: number,
    bool: lambda truth: truth,
    type(None): lambda _: None,
    datetime: _clean_moment,
    date: lambda day: day,
    time: lambda moment: moment.isoformat(timespec="minutes"),
    timedelta: _clean_span,
}
