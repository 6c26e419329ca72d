"""What the process that reads does: it asks nothing of the application, and nothing is asked of it.

It is started by `start.py` with an order in JSON on its standard input, and answers in JSON.
"""

import errno
import gc
import os
import resource
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crm.core.errors import N_
from crm.reading.delimited import delimited_table
from crm.reading.exchange import from_json, row_line, to_json
from crm.reading.formats import Format, format_of
from crm.reading.limits import (
    MOST_CPU_SECONDS,
    MOST_MEMORY_BYTES,
    MOST_OPEN_FILES,
    MOST_OUTPUT_BYTES,
)
from crm.reading.sentences import BROKEN, TOO_MUCH
from crm.reading.sheets import FOUND, SheetReading
from crm.reading.tables import Table
from crm.reading.types import UnreadableFileError
from crm.reading.vcards import vcard_table
from crm.reading.workbooks import workbook_tables

_NO_TABLE = N_("Ce fichier ne contient aucune donnée.")
_LESS_IMPORTANT = 10  # than the pages of the site


def main() -> None:
    """Read the order, do it within the limits, and write the answer."""
    _take_limits()
    order = from_json(sys.stdin.buffer.read().decode("utf-8"))
    try:
        answer = {"examine": _examine, "extract": _extract}[order["task"]](order)
    except UnreadableFileError as error:
        answer = _refusal(error.sentence, error.values, error.detail)
    except BaseException as error:  # noqa: BLE001 - a panic of the parser is no Exception
        is_too_much = isinstance(error, MemoryError) or (
            isinstance(error, OSError) and error.errno in {errno.EFBIG, errno.ENOSPC}
        )
        answer = _refusal(TOO_MUCH if is_too_much else BROKEN, {}, type(error).__name__)
    sys.stdout.buffer.write(to_json(answer).encode("utf-8", errors="replace"))
    sys.stdout.buffer.flush()
    os._exit(0)  # nothing is left to do that a broken parser could hold up


def _take_limits() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MOST_MEMORY_BYTES),
        (resource.RLIMIT_CPU, MOST_CPU_SECONDS),
        (resource.RLIMIT_FSIZE, MOST_OUTPUT_BYTES),
        (resource.RLIMIT_NOFILE, MOST_OPEN_FILES),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NPROC, 0),
    ):
        resource.setrlimit(what, (most, most))
    os.nice(_LESS_IMPORTANT)
    gc.disable()  # rows hold no cycles


def _refusal(sentence: str, values: dict[str, Any], detail: str) -> dict[str, Any]:
    return {"refused": sentence, "values": values, "detail": detail}


def _examine(order: dict[str, Any]) -> dict[str, Any]:
    """Return the file as found; a sheet without any row is told only when every sheet is so."""
    source, layout = Path(order["source"]), order["layout"]
    kind = format_of(source, order["suffix"])
    encoding = delimiter = None
    sheets = []
    if kind in {Format.CSV, Format.VCARD}:
        encoding, delimiter, table = _text_table(kind, source, layout or {})
        sheets.append(SheetReading(table, layout["header_row"] if layout else FOUND).found())
    else:
        for table in workbook_tables(source):
            is_corrected = bool(layout) and layout["sheet"] in {None, table.name}
            sheets.append(
                SheetReading(table, layout["header_row"] if is_corrected else FOUND).found()
            )
    filled = [sheet for sheet in sheets if sheet.headers]
    if not filled:
        raise UnreadableFileError(_NO_TABLE)
    return {
        "format": kind.value,
        "encoding": encoding,
        "delimiter": delimiter,
        "sheets": [asdict(sheet) for sheet in filled],
    }


def _text_table(
    kind: Format, source: Path, layout: dict[str, Any]
) -> tuple[str, str | None, Table]:
    if kind == Format.VCARD:
        encoding, table = vcard_table(source, layout.get("encoding"))
        return encoding, None, table
    return delimited_table(source, layout.get("encoding"), layout.get("delimiter"))


def _extract(order: dict[str, Any]) -> dict[str, Any]:
    source, layout = Path(order["source"]), order["layout"]
    kind = format_of(source, order["suffix"])
    if kind in {Format.CSV, Format.VCARD}:
        _, _, table = _text_table(kind, source, layout)
        return _write(table, layout, Path(order["target"]))
    for table in workbook_tables(source, layout["sheet"]):
        if layout["sheet"] is not None or not table.is_empty:
            return _write(table, layout, Path(order["target"]))
    raise UnreadableFileError(_NO_TABLE)


def _write(table: Table, layout: dict[str, Any], target: Path) -> dict[str, Any]:
    reading = SheetReading(table, layout["header_row"])
    with target.open("w", encoding="utf-8", errors="replace", newline="\n") as stream:
        stream.writelines(map(row_line, reading.rows()))
    return asdict(reading.extracted())
