"""What a file is, by its first bytes and never by its name; and the name it is given. Pure."""

import re
import zipfile
import zlib
from pathlib import Path
from typing import IO

from crm.attachments import types
from crm.attachments.types import FileType
from crm.core.archives import Limits, UnsafeArchiveError, check_directory
from crm.core.errors import N_, RuleError

LONGEST_NAME = 150
_MEGABYTE = 1024**2
# A document of pictures hardly shrinks, one of text 60 times at most; a bomb a thousand times.
_LIMITS = Limits(5_000, 400 * _MEGABYTE, 200, 20 * _MEGABYTE)
_PIECE = 1 << 16
_SIGNATURES = (
    (b"%PDF-", types.PDF),
    (b"\x89PNG\r\n\x1a\n", types.PNG),
    (b"\xff\xd8\xff", types.JPEG),
    (b"GIF87a", types.GIF),
    (b"GIF89a", types.GIF),
)
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"mif1", b"msf1")
_MAIN_PARTS = {
    "word/document.xml": types.DOCX,
    "xl/workbook.xml": types.XLSX,
    "ppt/presentation.xml": types.PPTX,
}
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError)
_ODF_TYPES = {each.content_type: each for each in (types.ODT, types.ODS, types.ODP)}
_NOT_TEXT = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_MARKUP = re.compile(rb"(?i)\A(?:\xef\xbb\xbf)?\s*<(?:[!?]|html|svg|script|body|head|xml)")
_UNKNOWN = N_(
    "« %(name)s » n’est pas d’un type accepté : PDF, image, document de bureau ou texte."
    " Enregistrez-le dans un de ces formats, puis recommencez."
)
_MACROS = N_(
    "« %(name)s » contient des macros : enregistrez-le sans (DOCX, XLSX, PPTX), puis recommencez."
)
_UNSAFE = N_("« %(name)s » est abîmé, protégé par un mot de passe ou piégé : il n’a pas été gardé.")


def recognise(source: IO[bytes], name: str) -> FileType:
    """Return what a file is, by its content; raise RuleError unless it is on the list."""
    source.seek(0)
    head = source.read(1024)
    for signature, found in _SIGNATURES:
        if head.startswith(signature):
            return found
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return types.WEBP
    if head[4:8] == b"ftyp" and head[8:12] in _HEIC_BRANDS:
        return types.HEIC
    found_inside = _of_archive(source, name) if head.startswith(b"PK\x03\x04") else None
    if found_inside is None and not _is_text(source):
        raise RuleError("files", _UNKNOWN, name=name)
    return found_inside or types.TEXT


def _of_archive(source: IO[bytes], name: str) -> FileType | None:
    """Return which office document an archive is, its directory checked; None for another one."""
    try:
        source.seek(0)
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
            check_directory(entries, _LIMITS)
            names = {entry.filename for entry in entries}
            if any(each.lower().endswith("vbaproject.bin") for each in names):
                raise RuleError("files", _MACROS, name=name)
            if "mimetype" in names:
                with archive.open("mimetype") as part:
                    return _ODF_TYPES.get(part.read(100).decode("ascii", "replace").strip())
    except (UnsafeArchiveError, *_BROKEN) as error:
        raise RuleError("files", _UNSAFE, name=name) from error
    if "[Content_Types].xml" not in names:
        return None
    return next((found for part, found in _MAIN_PARTS.items() if part in names), None)


def _is_text(source: IO[bytes]) -> bool:
    """Tell whether it is UTF-8 or Windows text from end to end, and no page of the web."""
    source.seek(0)
    first = source.read(_PIECE)
    if not first.strip() or _MARKUP.match(first):
        return False
    piece = first
    while piece:
        if _NOT_TEXT.search(piece):
            return False
        piece = source.read(_PIECE)
    return True


def clean_name(typed: str, found: FileType) -> str:
    """Return the name people see: no folder, nothing invisible, the extension of the content."""
    base = Path(typed.replace("\\", "/")).name
    base = "".join(char for char in base if char.isprintable() and char not in '"/:*?<>|').strip()
    stem, dot, extension = base.rpartition(".")
    if not dot or extension.lower() not in found.extensions:
        stem, extension = base, found.extensions[0]
    stem = stem.strip(" .")[: LONGEST_NAME - len(extension) - 1]
    return f"{stem or 'fichier'}.{extension.lower()}"
