"""What a file is, by its content; the name it is given."""

import io
import zipfile

import pytest

from crm.attachments import types
from crm.attachments.rules import LONGEST_NAME, clean_name, recognise
from crm.attachments.types import FileType
from crm.core.errors import RuleError

CONTENT_TYPES = {"[Content_Types].xml": b"<Types/>"}


def archive(parts: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in parts.items():
            made.writestr(name, content)
    return target.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"%PDF-1.7\n...", types.PDF),
        (b"\x89PNG\r\n\x1a\n....", types.PNG),
        (b"\xff\xd8\xff\xe0....", types.JPEG),
        (b"GIF89a....", types.GIF),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", types.WEBP),
        (b"\x00\x00\x00\x18ftypheic....", types.HEIC),
        ("Compte rendu\nété".encode(), types.TEXT),
        ("Compte rendu été".encode("cp1252"), types.TEXT),
        (archive(CONTENT_TYPES | {"word/document.xml": b"<w/>"}), types.DOCX),
        (archive(CONTENT_TYPES | {"xl/workbook.xml": b"<x/>"}), types.XLSX),
        (archive(CONTENT_TYPES | {"ppt/presentation.xml": b"<p/>"}), types.PPTX),
        (archive({"mimetype": types.ODT.content_type.encode(), "content.xml": b""}), types.ODT),
        (archive({"mimetype": types.ODS.content_type.encode()}), types.ODS),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, expected: FileType) -> None:
    assert recognise(io.BytesIO(content), "facture.exe") is expected


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"MZ\x90\x00\x03", "type accepté"),
        (b"\x7fELF\x02\x01", "type accepté"),
        (b"<!doctype html><script>alert(1)</script>", "type accepté"),
        (b"\xef\xbb\xbf  <SVG onload=alert(1)>", "type accepté"),
        (b"<?php system($_GET[0]);", "type accepté"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 20, "type accepté"),
        (b"Du texte, puis \x00 des octets", "type accepté"),
        (b"   \n", "type accepté"),
        (archive({"a.txt": b"a"}), "type accepté"),
        (archive({"mimetype": b"application/epub+zip"}), "type accepté"),
        (archive(CONTENT_TYPES | {"word/document.xml": b"", "word/vbaProject.bin": b"x"}),
         "macros"),
        (b"PK\x03\x04 puis rien", "abîmé"),
        (archive(CONTENT_TYPES | {"word/document.xml": b"\x00" * 30_000_000}), "piégé"),
    ],
)  # fmt: skip
def test_what_is_not_on_the_list_is_refused_whatever_its_name(
    content: bytes, sentence: str
) -> None:
    with pytest.raises(RuleError) as refused:
        recognise(io.BytesIO(content), "facture.pdf")
    assert sentence in str(refused.value)
    assert refused.value.field == "files"


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Compte rendu.PDF", "Compte rendu.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Bureau\\bilan.pdf", "bilan.pdf"),
        ("virus.exe", "virus.exe.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("\u202egnp.pdf", "gnp.pdf"),
        (".pdf", "fichier.pdf"),
        ("", "fichier.pdf"),
    ],
)
def test_a_name_is_made_harmless(typed: str, expected: str) -> None:
    assert clean_name(typed, types.PDF) == expected


def test_a_long_name_keeps_its_extension() -> None:
    name = clean_name("é" * 500 + ".pdf", types.PDF)
    assert len(name) == LONGEST_NAME
    assert name.endswith(".pdf")
