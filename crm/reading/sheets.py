"""A table told as a sheet: its header, its rows of data, and what is left out."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import chain, islice

from crm.core.errors import N_
from crm.reading.headers import Header, column_letter, distinct, find_header, header_at
from crm.reading.leaving_out import EMPTY, TOTAL, is_sum, why_left_out
from crm.reading.limits import (
    LAST_HEADER_ROW,
    LONGEST_SAMPLE,
    MOST_LEFT_OUT,
    ROWS_LOOKED_AT,
    SAMPLE_ROWS,
)
from crm.reading.tables import Table, numbered_rows
from crm.reading.types import Cell, Extracted, Row, SheetFound, UnreadableFileError

_FAR_HEADER = N_("La ligne d’en-tête doit être l’une des %(most)s premières du tableau.")
_SHORT_TABLE = N_("Ce tableau n’a pas de ligne %(row)s : choisissez une autre ligne d’en-tête.")
FOUND = -1  # the header is looked for


class SheetReading:
    """One pass over a table; what it learns is complete once `rows()` is exhausted."""

    def __init__(self, table: Table, header_row: int | None) -> None:
        self._table = table
        self._stream = numbered_rows(table)
        self._head: list[Row] = []
        self._header = self._read_header(header_row)
        self._names = list(self._header.names)
        self._unnamed = {index for index, name in enumerate(self._names) if not name}
        self._left_out: list[tuple[int, str]] = []
        self._row_count = 0

    def _read_header(self, header_row: int | None) -> Header:
        if header_row is not None and not FOUND <= header_row <= LAST_HEADER_ROW:
            raise UnreadableFileError(_FAR_HEADER, most=LAST_HEADER_ROW)
        self._head = list(islice(self._stream, max(ROWS_LOOKED_AT, header_row or 0)))
        if self._table.headers is not None:
            return Header(None, self._table.headers)
        if header_row is None or header_row == 0:
            return Header(None, ())
        if header_row == FOUND:
            return find_header(self._head, self._table.merged)
        if not any(row.number == header_row for row in self._head):
            raise UnreadableFileError(_SHORT_TABLE, row=header_row)
        return header_at(self._head, header_row, self._table.merged)

    def rows(self) -> Iterator[Row]:
        """Yield the rows of data, once."""
        first = (self._header.row or 0) + 1
        sums: defaultdict[int, float] = defaultdict(float)
        held: Row | None = None  # the last row may be a sum of the others
        for row in chain(self._head, self._stream):
            if row.number < first:
                continue
            why = why_left_out(row.cells, self._header.names, len(self._names) or len(row.cells))
            if why is not None:
                self._leave_out(row.number, why)
                continue
            for index, cell in enumerate(row.cells):
                if cell.__class__ is int or cell.__class__ is float:
                    sums[index] += cell
            if held is not None:
                yield self._told(held)
            held = row
        if held is not None:
            if self._row_count > 1 and is_sum(held.cells, sums):
                self._leave_out(held.number, TOTAL)
            else:
                yield self._told(held)

    def _told(self, row: Row) -> Row:
        self._row_count += 1
        count = len(row.cells)
        if count > len(self._names):
            self._unnamed.update(range(len(self._names), count))
            self._names += [""] * (count - len(self._names))
        if self._unnamed:
            self._name_columns(row.cells)
        return row

    def _name_columns(self, cells: tuple[Cell, ...]) -> None:
        """Name after its letter a column without a header in which there is something."""
        met = [each for each in self._unnamed if each < len(cells) and cells[each] is not None]
        for index in met:
            self._names[index] = f"Colonne {column_letter(index)}"
            self._unnamed.discard(index)

    def _leave_out(self, number: int, why: str) -> None:
        if len(self._left_out) < MOST_LEFT_OUT:
            self._left_out.append((number, why))

    def found(self) -> SheetFound:
        """Return the sheet as found, after reading it to its end."""
        for _ in self.rows():
            pass
        return SheetFound(
            name=self._table.name,
            header_row=self._header.row,
            headers=distinct(self._names),
            sample=tuple(
                Row(row.number, _shortened(row.cells)) for row in self._head[:SAMPLE_ROWS]
            ),
            row_count=self._row_count,
        )

    def extracted(self) -> Extracted:
        """Return what was read, once it is; empty rows at the very end are not mentioned."""
        left_out = list(self._left_out)
        while left_out and left_out[-1][1] == EMPTY:
            left_out.pop()
        return Extracted(distinct(self._names), self._row_count, tuple(left_out))


def _shortened(cells: tuple[Cell, ...]) -> tuple[Cell, ...]:
    return tuple(cell[:LONGEST_SAMPLE] if isinstance(cell, str) else cell for cell in cells)
