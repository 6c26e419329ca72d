"""The files of an import, in a folder of its own in the data directory, never served."""

import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from flask import current_app

from crm.core.json_text import json_text, read_json
from crm.imports.types import Outcome

_BLOCK = 1 << 16


def imports_folder() -> Path:
    """Return where the files of imports are kept."""
    folder: Path = current_app.config["SETTINGS"].data_directory / "imports"
    return folder


class Folder:
    """The files of one import: what was sent, its rows, what a trial found."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.path = imports_folder() / name

    @classmethod
    def create(cls) -> "Folder":
        """Make a new folder under a name that nobody chose."""
        folder = cls(secrets.token_hex(16))
        folder.path.mkdir(parents=True, mode=0o700)
        return folder

    @property
    def source(self) -> Path:
        """Return the file as it was sent."""
        return self.path / "source"

    @property
    def look(self) -> Path:
        """Return what was found in it."""
        return self.path / "look.json"

    @property
    def rows(self) -> Path:
        """Return its rows, one JSON array a line."""
        return self.path / "rows.jsonl"

    @property
    def ready(self) -> Path:
        """Return the rows that a trial found good, as they will be written."""
        return self.path / "ready.jsonl"

    def results(self, outcome: str) -> Path:
        """Return what a trial found of the rows with this outcome."""
        return self.path / f"{Outcome(outcome)}.jsonl"

    def keep(self, stream: IO[bytes], largest: int) -> int:
        """Keep what is sent and return its size; -1 when it is too large, and nothing is kept."""
        size = 0
        with self.source.open("wb") as target:
            while block := stream.read(_BLOCK):
                size += len(block)
                if size > largest:
                    break
                target.write(block)
        if size > largest:
            self.erase()
            return -1
        return size

    def erase(self) -> None:
        """Erase all of it; what is not there is no matter."""
        shutil.rmtree(self.path, ignore_errors=True)


def write_line(target: IO[str], value: Any) -> None:
    """Add a line of JSON to a file."""
    target.write(json_text(value, str) + "\n")


def read_lines(path: Path, position: int = 0) -> Iterator[tuple[int, Any]]:
    """Yield (where the next line begins, value) of each line from a position on."""
    if not path.exists():
        return
    with path.open("rb") as lines:
        lines.seek(position)
        while line := lines.readline():
            position += len(line)
            yield position, read_json(line)


def read_page(path: Path, position: int, count: int) -> tuple[list[Any], int | None]:
    """Return some lines from a position on, and where the next ones begin, if there are any."""
    found: list[Any] = []
    size = path.stat().st_size if path.exists() else 0
    for after, value in read_lines(path, _line_start(path, position)):
        found.append(value)
        if len(found) == count:
            return found, after if after < size else None
    return found, None


def _line_start(path: Path, position: int) -> int:
    """Return the position if a line begins there; the beginning otherwise: an address may lie."""
    if not 0 < position < (path.stat().st_size if path.exists() else 0):
        return 0
    with path.open("rb") as lines:
        lines.seek(position - 1)
        return position if lines.read(1) == b"\n" else 0
