"""Where the files are: in the data directory, under names that nobody chose, never served as is."""

import os
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from flask import current_app

from crm.attachments.rules import clean_name, recognise
from crm.attachments.types import KeptFile
from crm.core.errors import N_, RuleError

_BLOCK = 1 << 16
_INCOMING = "incoming"
_MEGABYTE = 1024**2


def attachments_folder() -> Path:
    """Return where files are kept."""
    folder: Path = current_app.config["SETTINGS"].data_directory / "attachments"
    return folder


def largest_file_bytes() -> int:
    """Return how large a file may be: a setting."""
    return int(current_app.config["SETTINGS"].largest_attachment_megabytes) * _MEGABYTE


def path_of(key: str) -> Path:
    """Return where the file of this key is."""
    return attachments_folder() / key[:2] / key


def keep_file(stream: IO[bytes], file_name: str) -> KeptFile:
    """Keep a file that was sent; raise RuleError, and nothing of it is left.

    It takes its place in one move, once whole and recognised.
    """
    key = secrets.token_hex(16)
    draft = attachments_folder() / _INCOMING / key
    target = path_of(key)
    for folder in (draft.parent, target.parent):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        size = _write(stream, draft, file_name)
        with draft.open("rb") as source:
            found = recognise(source, clean_shown(file_name))
        draft.replace(target)
    except OSError as error:
        raise RuleError(
            "files", N_("Le serveur n’a pas pu garder ce fichier : réessayez plus tard.")
        ) from error
    finally:
        draft.unlink(missing_ok=True)
    return KeptFile(key, clean_name(file_name, found), found.content_type, size)


def clean_shown(file_name: str) -> str:
    """Return a name as it was sent, short enough for a sentence."""
    return "".join(char for char in Path(file_name).name if char.isprintable())[-80:] or "fichier"


def _write(stream: IO[bytes], draft: Path, file_name: str) -> int:
    size, largest = 0, largest_file_bytes()
    with draft.open("xb") as target:
        while block := stream.read(_BLOCK):
            size += len(block)
            if size > largest:
                raise RuleError(
                    "files",
                    N_("« %(name)s » est trop lourd : %(count)s Mo au plus."),
                    name=clean_shown(file_name),
                    count=largest // _MEGABYTE,
                )
            target.write(block)
        target.flush()
        os.fsync(target.fileno())
    if not size:
        raise RuleError("files", N_("« %(name)s » est vide."), name=clean_shown(file_name))
    return size


def erase_file(key: str) -> None:
    """Erase a file; what is not there is no matter."""
    path_of(key).unlink(missing_ok=True)


def files_before(moment: datetime) -> Iterator[Path]:
    """Yield the files, whole or half sent, that were last written before a moment."""
    for path in sorted(attachments_folder().glob("*/*")):
        if path.is_file() and datetime.fromtimestamp(path.stat().st_mtime, UTC) < moment:
            yield path
