"""What a file is, told by its content: its name is not believed."""

from enum import StrEnum
from pathlib import Path

from crm.core.errors import N_
from crm.reading.archives import format_of_archive
from crm.reading.sentences import EMPTY, LOCKED, WORD
from crm.reading.types import UnreadableFileError

_HEAD_BYTES = 4096
_ZIP, _OLE = (b"PK\x03\x04", b"PK\x05\x06"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_EXECUTABLE = N_("Ce fichier est un programme : il n’a pas été ouvert.")
_PICTURE = N_("Ce fichier est une image. Il faut un tableau : XLSX, XLS, ODS, CSV ou vCard.")
_PACKED = N_("Ce fichier est une archive compressée. Décompressez-la, puis choisissez le tableau.")
_PDF = N_("Ce fichier est un PDF. Demandez le tableau dont il est tiré, ou copiez-le dans Excel.")
_WEB_PAGE = N_(
    "Ce fichier est une page web sous un autre nom. Ouvrez-le dans Excel ou LibreOffice,"
    " puis enregistrez-le au format XLSX."
)
_JSON = N_("Ce fichier est du JSON, qui n’est pas un tableau. Exportez plutôt en CSV ou en XLSX.")
_UNKNOWN = N_("Ce fichier n’est pas un tableau connu. Enregistrez-le en XLSX, ODS ou CSV.")

_WINDOWS_PROGRAM = b"MZ"  # also the beginning of a word
_REFUSED_HEADS = (
    (_WINDOWS_PROGRAM, _EXECUTABLE),
    (b"\x7fELF", _EXECUTABLE),
    (b"\xca\xfe\xba\xbe", _EXECUTABLE),
    (b"\xcf\xfa\xed\xfe", _EXECUTABLE),
    (b"#!/", _EXECUTABLE),
    (b"\x89PNG", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"II*\x00", _PICTURE),
    (b"MM\x00*", _PICTURE),
    (b"%PDF", _PDF),
    (b"{\\rtf", WORD),
    (b"\x1f\x8b", _PACKED),
    (b"7z\xbc\xaf\x27\x1c", _PACKED),
    (b"Rar!", _PACKED),
    (b"BZh", _PACKED),
    (b"\xfd7zXZ", _PACKED),
    (b"\x28\xb5\x2f\xfd", _PACKED),
)
_TEXT_HEADS = (
    (b"<!doctype html", _WEB_PAGE),
    (b"<html", _WEB_PAGE),
    (b"<table", _WEB_PAGE),
    (b"<meta", _WEB_PAGE),
    (b"<?xml", _WEB_PAGE),
    (b"<script", _WEB_PAGE),
    (b"{", _JSON),
    (b"[{", _JSON),
)
_TEXT_CONTROLS = b"\t\n\r\x0b\x0c\x1a\x1b\x85"
_MOST_CONTROLS = 0.02


class Format(StrEnum):
    """The formats that are read."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    CSV = "csv"
    VCARD = "vcard"


def format_of(source: Path, suffix: str = "") -> Format:
    """Return the format of a file whose name ends with `suffix`.

    Raises UnreadableFileError for one that is not read, with what to do instead.
    """
    with source.open("rb") as stream:
        head = stream.read(_HEAD_BYTES)
    if not head.strip(b"\x00 \r\n\t\xef\xbb\xbf\xff\xfe"):
        raise UnreadableFileError(EMPTY)
    if head.startswith(_ZIP):
        return Format(format_of_archive(source))
    if head.startswith(_OLE):
        return _format_of_compound(source)
    for start, sentence in _REFUSED_HEADS:
        if head.startswith(start) and (start != _WINDOWS_PROGRAM or b"\x00" in head):
            raise UnreadableFileError(sentence)
    found = _format_of_text(head)
    return Format.VCARD if suffix == ".vcf" else found


def _format_of_compound(source: Path) -> Format:
    """Tell a workbook among the old files of Office by the names of its streams."""
    content = source.read_bytes()
    if _stream("EncryptedPackage") in content:
        raise UnreadableFileError(LOCKED)
    if _stream("Workbook") in content or _stream("Book") in content:
        return Format.XLS
    if _stream("WordDocument") in content:
        raise UnreadableFileError(WORD)
    raise UnreadableFileError(_UNKNOWN)


def _stream(name: str) -> bytes:
    return (name + "\0").encode("utf-16-le")


def _format_of_text(head: bytes) -> Format:
    start = head.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t\x00").replace(b"\x00", b"")
    for beginning, sentence in _TEXT_HEADS:
        if start[:20].lower().startswith(beginning):
            raise UnreadableFileError(sentence)
    if start[:11].upper() == b"BEGIN:VCARD":
        return Format.VCARD
    controls = sum(byte < 0x20 and byte not in _TEXT_CONTROLS for byte in head)  # noqa: PLR2004
    zeros = head.count(0)
    if controls - zeros > len(head) * _MOST_CONTROLS:
        raise UnreadableFileError(_UNKNOWN)
    return Format.CSV
