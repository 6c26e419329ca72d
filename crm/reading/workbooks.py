"""XLSX, XLS and ODS by calamine, one sheet in memory at a time.

Calamine holds a whole sheet, about 90 bytes a cell: the process that reads has a limit of memory,
and a sheet beyond it ends that process alone.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from crm.core.errors import N_
from crm.reading.limits import MOST_COLUMNS, MOST_ROWS, MOST_SHEETS
from crm.reading.sentences import BROKEN, LOCKED
from crm.reading.tables import Merge, Table, too_many_columns, too_many_rows
from crm.reading.types import UnreadableFileError

_NO_SHEET = N_("La feuille « %(sheet)s » n’est pas dans ce classeur. Choisissez-en une autre.")
_NO_SHEETS = N_("Ce classeur n’a aucune feuille de calcul.")
_TOO_MANY_SHEETS = N_("Ce classeur a plus de %(most)s feuilles. Gardez celles qui servent.")


def workbook_tables(source: Path, sheet: str | None = None) -> Iterator[Table]:
    """Yield the visible sheets in their order, or the one asked for, even hidden.

    A workbook whose every sheet is hidden gives them all. Each must be done with before the next.
    """
    try:
        book = load_workbook(source)
        names = _names(book) if sheet is None else [_known(book, sheet)]
        for name in names:
            yield _table(book.get_sheet_by_name(name))
    except PasswordError as error:
        raise UnreadableFileError(LOCKED, detail="PasswordError") from error
    except (CalamineError, OSError, ValueError) as error:
        raise UnreadableFileError(BROKEN, detail=type(error).__name__) from error


def _names(book: CalamineWorkbook) -> list[str]:
    sheets = [each for each in book.sheets_metadata if each.typ == SheetTypeEnum.WorkSheet]
    shown = [each.name for each in sheets if each.visible == SheetVisibleEnum.Visible]
    names = shown or [each.name for each in sheets]
    if not names:
        raise UnreadableFileError(_NO_SHEETS)
    if len(names) > MOST_SHEETS:
        raise UnreadableFileError(_TOO_MANY_SHEETS, most=MOST_SHEETS)
    return names


def _known(book: CalamineWorkbook, sheet: str) -> str:
    if sheet not in book.sheet_names:
        raise UnreadableFileError(_NO_SHEET, sheet=sheet[:100])
    return sheet


def _table(sheet: CalamineSheet) -> Table:
    if sheet.start is None:
        return Table(name=sheet.name, rows=list, is_empty=True)
    if sheet.start[0] + sheet.height > MOST_ROWS:
        raise too_many_rows()
    if sheet.start[1] + sheet.width > MOST_COLUMNS:
        raise too_many_columns()
    left = sheet.start[1]

    def rows() -> Iterator[list[Any]]:
        # Rows above the data come with it, columns on its left do not.
        before: list[Any] = [None] * left
        return (before + row for row in sheet.iter_rows()) if left else sheet.iter_rows()

    merged: list[Merge] = sheet.merged_cell_ranges or []
    return Table(name=sheet.name, rows=rows, merged=tuple(merged))
