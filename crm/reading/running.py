"""Reading in a process of its own: the server never parses what it was sent."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from crm.core.errors import N_
from crm.reading.exchange import from_json, to_json
from crm.reading.limits import (
    MOST_ANSWER_BYTES,
    MOST_AT_ONCE,
    MOST_FILE_BYTES,
    MOST_WALL_SECONDS,
)
from crm.reading.sentences import BROKEN, EMPTY, TOO_MUCH
from crm.reading.types import (
    Extracted,
    FileFound,
    Layout,
    Row,
    SheetFound,
    UnreadableFileError,
)

_START = Path(__file__).with_name("start.py")
_TOO_HEAVY = N_(
    "Ce fichier pèse plus de %(most)s Mo. Partagez-le en plusieurs, ou enregistrez seulement la"
    " feuille voulue."
)
_TOO_SLOW = N_(
    "La lecture de ce fichier prend trop de temps : elle a été arrêtée. Gardez seulement la feuille"
    " voulue, ou enregistrez-la en CSV."
)
_BUSY = N_("Plusieurs fichiers sont déjà en cours de lecture. Recommencez dans une minute.")
_PLACES = threading.BoundedSemaphore(MOST_AT_ONCE)  # of this process of the server
_OUT_OF_TIME = {-signal.SIGXCPU, -signal.SIGKILL}


def examine(source: Path, *, file_name: str, layout: Layout | None = None) -> FileFound:
    """Return what the file is, with a preview; `layout` says what the user corrected.

    The content says what the file is; of `file_name` only the end is read, as a hint. Raises
    UnreadableFileError with a sentence for every file that cannot be read.
    """
    answer = _run(
        {
            "task": "examine",
            "source": _checked(source),
            "suffix": Path(file_name).suffix.lower(),
            "layout": layout and asdict(layout),
        }
    )
    return FileFound(
        format=answer["format"],
        encoding=answer["encoding"],
        delimiter=answer["delimiter"],
        sheets=tuple(map(_sheet, answer["sheets"])),
    )


def extract(source: Path, target: Path, *, file_name: str, layout: Layout) -> Extracted:
    """Write the rows of data of one sheet to `target`, for `read_rows`; return what was written.

    `layout.sheet` None means the first sheet with something in it. `target` is there only once
    whole. Raises UnreadableFileError as `examine` does.
    """
    part = target.with_name(target.name + ".part")
    try:
        answer = _run(
            {
                "task": "extract",
                "source": _checked(source),
                "suffix": Path(file_name).suffix.lower(),
                "target": str(part.resolve()),
                "layout": asdict(layout),
            }
        )
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    return Extracted(
        headers=tuple(answer["headers"]),
        row_count=answer["row_count"],
        left_out=tuple((number, why) for number, why in answer["left_out"]),
    )


def _checked(source: Path) -> str:
    size = source.stat().st_size
    if not size:
        raise UnreadableFileError(EMPTY)
    if size > MOST_FILE_BYTES:
        raise UnreadableFileError(_TOO_HEAVY, most=MOST_FILE_BYTES // 1024**2)
    return str(source.resolve())


def _sheet(told: dict[str, Any]) -> SheetFound:
    return SheetFound(
        name=told["name"],
        header_row=told["header_row"],
        headers=tuple(told["headers"]),
        sample=tuple(Row(row["number"], tuple(row["cells"])) for row in told["sample"]),
        row_count=told["row_count"],
    )


def _run(order: dict[str, Any]) -> dict[str, Any]:
    """Return the answer of a process that reads; raise UnreadableFileError for whatever befalls."""
    with tempfile.TemporaryFile() as told, _process(told.fileno()) as process:
        try:
            process.communicate(to_json(order).encode("utf-8"), timeout=MOST_WALL_SECONDS)
        except subprocess.TimeoutExpired:
            raise UnreadableFileError(_TOO_SLOW, detail="timeout") from None
        if process.returncode in _OUT_OF_TIME:
            raise UnreadableFileError(_TOO_SLOW, detail=f"exit {process.returncode}")
        if process.returncode or told.tell() > MOST_ANSWER_BYTES:
            raise UnreadableFileError(TOO_MUCH, detail=f"exit {process.returncode}")
        told.seek(0)
        text = told.read(MOST_ANSWER_BYTES + 1)
    if len(text) > MOST_ANSWER_BYTES:
        raise UnreadableFileError(TOO_MUCH, detail="answer")
    return _heard(text)


def _heard(text: bytes) -> dict[str, Any]:
    try:
        answer: dict[str, Any] = from_json(text.decode("utf-8"))
    except ValueError as error:
        raise UnreadableFileError(BROKEN, detail=type(error).__name__) from error
    if "refused" in answer:
        raise UnreadableFileError(answer["refused"], detail=answer["detail"], **answer["values"])
    return answer


@contextmanager
def _process(answer: int) -> Iterator["subprocess.Popen[bytes]"]:
    """Start the process in a group of its own, without our environment; end the group after."""
    if not _PLACES.acquire(timeout=MOST_WALL_SECONDS):
        raise UnreadableFileError(_BUSY, detail="busy")
    try:
        yield from _running(answer)
    finally:
        _PLACES.release()


def _running(answer: int) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(  # noqa: S603 - our own program, and no word of the user's in it
        [sys.executable, "-I", "-X", "utf8", str(_START)],
        stdin=subprocess.PIPE,
        stdout=answer,
        stderr=subprocess.DEVNULL,
        env={},
        cwd="/",
        start_new_session=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
