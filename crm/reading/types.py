"""What is found in a file: its sheets, their header, their rows."""

import datetime as dt
from dataclasses import dataclass

Cell = str | int | float | bool | dt.date | None

# "utf-8-twice" repairs « BÃ©thune »; "utf-8-mixed" has some rows in cp1252.
ENCODINGS = (
    "utf-8",
    "utf-8-twice",
    "utf-8-mixed",
    "utf-16-le",
    "utf-16-be",
    "cp1252",
    "mac-roman",
    "cp850",
)
DELIMITERS = (";", ",", "\t", "|")


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a sheet; `number` counts from 1 as a spreadsheet shows it."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class SheetFound:
    """A sheet: its header and its first raw rows.

    `headers` has one name for each column, "" for one that is empty all along; `header_row` is the
    last row of the header, None without one. `sample` shortens long texts. `row_count` counts the
    rows of data: neither totals nor empty rows.
    """

    name: str
    header_row: int | None
    headers: tuple[str, ...]
    sample: tuple[Row, ...]
    row_count: int


@dataclass(frozen=True, slots=True)
class FileFound:
    """What a file is: "xlsx", "xls", "ods", "csv" or "vcard", and its sheets."""

    format: str
    encoding: str | None
    delimiter: str | None
    sheets: tuple[SheetFound, ...]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a file is to be read, as found or as corrected by the user.

    `header_row` None means that there is no header; `sheet`, `encoding` and `delimiter` None mean
    "as found".
    """

    sheet: str | None
    header_row: int | None
    encoding: str | None
    delimiter: str | None


@dataclass(frozen=True, slots=True)
class Extracted:
    """What was written: headers as in SheetFound, rows written, rows left out and why.

    The reasons are msgids in French. Empty rows and totals after the first thousand are left out
    of the list too.
    """

    headers: tuple[str, ...]
    row_count: int
    left_out: tuple[tuple[int, str], ...]


class UnreadableFileError(Exception):
    """The file cannot be read: `sentence` is a msgid in French with `values` for its % formatting.

    `detail` is for the log: the name of a technical error, never a content.
    """

    def __init__(self, sentence: str, *, detail: str = "", **values: object) -> None:
        self.values = {name: _grouped(value) for name, value in values.items()}
        super().__init__(sentence % self.values if values else sentence)
        self.sentence = sentence
        self.detail = detail


def _grouped(value: object) -> object:
    """Return a large number as a French reader writes it: 200 000."""
    return f"{value:,}".replace(",", "\u00a0") if isinstance(value, int) else value
