"""A file as it arrives: kept, looked at by a process of its own, and described."""

from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from crm.core.errors import N_, NotFoundError, RuleError
from crm.imports.operations import Look, Sent
from crm.imports.readers import text_of
from crm.imports.storage import Folder
from crm.reading import (
    FileFound,
    Layout,
    Row,
    SheetFound,
    UnreadableFileError,
    examine,
)
from crm.reading.exchange import from_json, to_json
from crm.reading.limits import MOST_FILE_BYTES

_LONGEST_NAME = 200
_NOTHING = N_("Ce fichier ne contient aucune ligne.")


def receive(stream: IO[bytes], file_name: str, kind: str | None) -> tuple[Sent, Look]:
    """Keep a file and return what it seems to be; raise RuleError, and nothing is kept."""
    folder = Folder.create()
    name = Path(file_name.replace("\\", "/").replace("\x00", "")).name[-_LONGEST_NAME:] or "fichier"
    size = folder.keep(stream, MOST_FILE_BYTES)
    if size < 0:
        raise RuleError(
            "file",
            N_("Ce fichier est trop lourd : %(count)s Mo au plus."),
            count=MOST_FILE_BYTES // 1024**2,
        )
    try:
        _found, look = look_at(folder, name, None)
    except RuleError:
        folder.erase()
        raise
    return Sent(folder.name, name, size, kind), look


def look_at(folder: Folder, file_name: str, layout: Layout | None) -> tuple[FileFound, Look]:
    """Return what is found in a file read so; raise RuleError with a sentence when it is none."""
    try:
        found = examine(folder.source, file_name=file_name, layout=layout)
    except UnreadableFileError as error:
        values: dict[str, Any] = dict(error.values)
        raise RuleError("file", error.sentence, **values) from error
    sheet = chosen_sheet(found, layout.sheet if layout else None)
    if not sheet.row_count and not sheet.sample:
        raise RuleError("file", _NOTHING)
    folder.look.write_text(to_json(asdict(found)), encoding="utf-8")
    read_as = Layout(sheet.name, sheet.header_row, found.encoding, found.delimiter)
    return found, Look(read_as, sheet.headers, samples_of(sheet))


def known_look(folder: Folder) -> FileFound:
    """Return what was found in a file when it was last looked at; raise NotFoundError."""
    if not folder.look.exists():
        raise NotFoundError
    told = from_json(folder.look.read_text(encoding="utf-8"))
    sheets = [
        SheetFound(
            each["name"],
            each["header_row"],
            tuple(each["headers"]),
            tuple(Row(row["number"], tuple(row["cells"])) for row in each["sample"]),
            each["row_count"],
        )
        for each in told["sheets"]
    ]
    return FileFound(told["format"], told["encoding"], told["delimiter"], tuple(sheets))


def chosen_sheet(found: FileFound, name: str | None) -> SheetFound:
    """Return the sheet of this name; the first one that holds rows otherwise."""
    if not found.sheets:
        raise RuleError("file", _NOTHING)
    for sheet in found.sheets:
        if sheet.name == name:
            return sheet
    return next((each for each in found.sheets if each.row_count), found.sheets[0])


def samples_of(sheet: SheetFound) -> tuple[tuple[str, ...], ...]:
    """Return some values of each column, those below the header."""
    below = [row for row in sheet.sample if row.number > (sheet.header_row or 0)]
    return tuple(
        tuple(text_of(row.cells[place]) if place < len(row.cells) else "" for row in below)
        for place in range(len(sheet.headers))
    )
