"""The file of a meeting tool, read by a process of its own, never by the server."""

import hashlib
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from crm.core.errors import N_, RuleError
from crm.events.attendance.tables import find_table, lines_of
from crm.events.attendance.types import FoundTable, Heading
from crm.reading import Cell, Layout, Row, UnreadableFileError, examine, extract, read_rows

MOST_BYTES = 10 * 1024**2
MOST_LINES = 5_000
LONGEST_FILE_NAME = 200
_BLOCK = 1 << 16
_TOO_HEAVY = N_("Ce fichier est trop lourd : %(count)s Mo au plus.")
_TOO_LONG = N_(
    "Ce fichier a plus de %(count)s lignes : ce n’est pas la liste des présents d’un événement."
)


@dataclass(frozen=True, slots=True)
class ReadFile:
    """What a file says: its lines, each its number then its cells, and where they were found."""

    name: str
    content_hash: str
    table: FoundTable
    lines: list[list[Cell]]


def read_attendance(
    stream: IO[bytes], file_name: str, remembered: Mapping[str, Heading]
) -> ReadFile:
    """Return what a file sent by someone says; raise RuleError with a sentence when it is none.

    Nothing of it is kept on the disk.
    """
    name = Path(file_name.replace("\\", "/").replace("\x00", "")).name[-LONGEST_FILE_NAME:]
    with tempfile.TemporaryDirectory(prefix="presence-") as folder:
        source = Path(folder) / "source"
        content_hash = _keep(stream, source)
        try:
            rows, guessed_row = _rows(source, name)
        except UnreadableFileError as error:
            values: dict[str, Any] = dict(error.values)
            raise RuleError("file", error.sentence, **values) from error
    table = find_table(rows, remembered, guessed_row)
    return ReadFile(name or "fichier", content_hash, table, lines_of(rows, table))


def _keep(stream: IO[bytes], source: Path) -> str:
    """Write what is sent and return its hash."""
    digest, size = hashlib.sha256(), 0
    with source.open("wb") as target:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > MOST_BYTES:
                raise RuleError("file", _TOO_HEAVY, count=MOST_BYTES // 1024**2)
            digest.update(block)
            target.write(block)
    return digest.hexdigest()


def _rows(source: Path, name: str) -> tuple[list[Row], int | None]:
    """Return every row of the first sheet that holds some, and where its header seems to be."""
    found = examine(source, file_name=name)
    sheet = next((each for each in found.sheets if each.row_count), found.sheets[0])
    if sheet.row_count > MOST_LINES:
        raise RuleError("file", _TOO_LONG, count=MOST_LINES)
    target = source.with_name("rows")
    layout = Layout(sheet.name, None, found.encoding, found.delimiter)
    extract(source, target, file_name=name, layout=layout)
    return list(read_rows(target)), sheet.header_row
