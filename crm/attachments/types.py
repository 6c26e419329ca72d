"""Which files may be joined: this list, and no other. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FileType:
    """A kind of file: its extensions (the first is the usual one), how it is sent, its icon."""

    extensions: tuple[str, ...]
    content_type: str
    icon: str = "file-text"


_OOXML = "application/vnd.openxmlformats-officedocument."
_ODF = "application/vnd.oasis.opendocument."
PDF = FileType(("pdf",), "application/pdf")
PNG = FileType(("png",), "image/png", "photo")
JPEG = FileType(("jpg", "jpeg"), "image/jpeg", "photo")
GIF = FileType(("gif",), "image/gif", "photo")
WEBP = FileType(("webp",), "image/webp", "photo")
HEIC = FileType(("heic", "heif"), "image/heic", "photo")
TEXT = FileType(("txt", "csv", "md", "ics", "vcf"), "text/plain; charset=utf-8")
DOCX = FileType(("docx",), _OOXML + "wordprocessingml.document")
XLSX = FileType(("xlsx",), _OOXML + "spreadsheetml.sheet", "file-spreadsheet")
PPTX = FileType(("pptx",), _OOXML + "presentationml.presentation")
ODT = FileType(("odt",), _ODF + "text")
ODS = FileType(("ods",), _ODF + "spreadsheet", "file-spreadsheet")
ODP = FileType(("odp",), _ODF + "presentation")

ALLOWED = (PDF, PNG, JPEG, GIF, WEBP, HEIC, DOCX, XLSX, PPTX, ODT, ODS, ODP, TEXT)
BY_EXTENSION = {extension: each for each in ALLOWED for extension in each.extensions}
ACCEPTED = ",".join(f".{extension}" for extension in BY_EXTENSION)


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that was kept: where, under which name people see it, what it is, how large."""

    key: str
    name: str
    content_type: str
    size_bytes: int
