"""Workbooks are zip archives: each is looked over before any parser opens it."""

import zipfile
import zlib
from pathlib import Path

from crm.core.archives import Fault, Limits, UnsafeArchiveError, check_directory
from crm.core.errors import N_
from crm.reading.limits import (
    EXPANSION_FREE_BYTES,
    MOST_ENTRIES,
    MOST_EXPANDED_BYTES,
    MOST_EXPANSION,
)
from crm.reading.sentences import BROKEN, LOCKED, WORD
from crm.reading.types import UnreadableFileError

_TOO_BIG = N_(
    "Ce classeur est trop lourd une fois décompressé : %(most)s Mo au plus. Supprimez les images"
    " et les feuilles inutiles, ou enregistrez une seule feuille en CSV."
)
_NO_WORKBOOK = N_(
    "Ce fichier est une archive, sans tableau lisible. Décompressez-la, puis choisissez le"
    " tableau : XLSX, ODS ou CSV."
)
_ENTITIES = N_(
    "Ce classeur contient des définitions XML qu’aucun tableur n’écrit : il n’a pas été ouvert."
)
_BINARY = N_("Ce classeur est au format XLSB. Enregistrez-le au format XLSX, puis recommencez.")
_NUMBERS = N_("Ce classeur est de Numbers. Exportez-le au format XLSX, puis recommencez.")
_ODS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_CHUNK = 1024 * 1024
_OVERLAP = 16
_LIMITS = Limits(MOST_ENTRIES, MOST_EXPANDED_BYTES, MOST_EXPANSION, EXPANSION_FREE_BYTES)


def format_of_archive(source: Path) -> str:
    """Return "xlsx" or "ods" for a workbook that is safe to open; raise UnreadableFileError.

    Every part is unpacked once, in pieces and to nowhere: the sizes that an archive announces may
    be false.
    """
    try:
        with zipfile.ZipFile(source) as archive:
            entries = archive.infolist()
            _check_directory(entries)
            found = _format_of_parts(archive, {entry.filename for entry in entries})
            _unpack_to_nowhere(archive, entries)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError) as error:
        raise UnreadableFileError(BROKEN, detail=type(error).__name__) from error
    return found


def _check_directory(entries: list[zipfile.ZipInfo]) -> None:
    try:
        check_directory(entries, _LIMITS)
    except UnsafeArchiveError as error:
        if error.fault is Fault.TOO_BIG:
            raise _too_big() from error
        if error.fault is Fault.LOCKED:
            raise UnreadableFileError(LOCKED) from error
        raise UnreadableFileError(BROKEN, detail=error.fault.value) from error


def _too_big() -> UnreadableFileError:
    return UnreadableFileError(_TOO_BIG, most=MOST_EXPANDED_BYTES // 1024**2)


def _format_of_parts(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "mimetype" in names:
        with archive.open("mimetype") as part:
            is_sheet = part.read(len(_ODS_TYPE) + 9).strip() in {
                _ODS_TYPE,
                _ODS_TYPE + b"-template",
            }
        if is_sheet and "content.xml" in names:
            return _ods(archive)
    lowered = {name.lower() for name in names}
    if "xl/workbook.bin" in lowered:
        raise UnreadableFileError(_BINARY)
    if "xl/workbook.xml" in lowered:
        return "xlsx"
    if any(name.endswith(".iwa") for name in lowered):
        raise UnreadableFileError(_NUMBERS)
    if "content.xml" in lowered or any(name.startswith("word/") for name in lowered):
        raise UnreadableFileError(WORD)
    raise UnreadableFileError(_NO_WORKBOOK)


def _ods(archive: zipfile.ZipFile) -> str:
    """Return "ods"; an ODS under a password keeps its parts readable but ciphers each."""
    if "META-INF/manifest.xml" in archive.namelist():
        with archive.open("META-INF/manifest.xml") as part:
            if b"encryption-data" in part.read(_CHUNK):
                raise UnreadableFileError(LOCKED)
    return "ods"


def _unpack_to_nowhere(archive: zipfile.ZipFile, entries: list[zipfile.ZipInfo]) -> None:
    """Read every part: its checksum, its true size, and no definition of entities in its XML."""
    left = MOST_EXPANDED_BYTES
    for entry in entries:
        is_xml = entry.filename.lower().endswith((".xml", ".rels", ".vml"))
        tail = b""
        with archive.open(entry) as part:
            while piece := part.read(_CHUNK):
                left -= len(piece)
                if left < 0:
                    raise _too_big()
                if is_xml:
                    _refuse_entities(tail + piece, is_start=not tail)
                    tail = piece[-_OVERLAP:]


def _refuse_entities(text: bytes, *, is_start: bool) -> None:
    # UTF-16 would hide the words looked for; no spreadsheet writes its parts so.
    if is_start and text.startswith((b"\xff\xfe", b"\xfe\xff", b"<\x00", b"\x00<")):
        raise UnreadableFileError(_ENTITIES)
    if b"<!DOCTYPE" in text or b"<!ENTITY" in text:
        raise UnreadableFileError(_ENTITIES)
