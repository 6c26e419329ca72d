"""A corpus of files nobody should have to open, made on the spot: `write(name, folder)`.

From the command line: `python -m tests.imports.nasty_files FOLDER` writes them all.
"""

import random
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path

from tests.imports.old_workbooks import compound_file, old_workbook

SEED = 2019
_MB = 1024 * 1024
_TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/'
    'content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
    '.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>'
)
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_P = "http://schemas.openxmlformats.org/package/2006/relationships"
_S = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELS = (
    f'<?xml version="1.0"?><Relationships xmlns="{_P}"><Relationship Id="r1" '
    f'Type="{_R}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
)
_BOOK = (
    f'<?xml version="1.0"?><workbook xmlns="{_S}" xmlns:r="{_R}"><sheets>'
    '<sheet name="Feuille" sheetId="1" r:id="r1"/></sheets></workbook>'
)
_BOOK_RELS = (
    f'<?xml version="1.0"?><Relationships xmlns="{_P}">'
    f'<Relationship Id="r1" Type="{_R}/worksheet" Target="worksheets/sheet1.xml"/>'
    f'<Relationship Id="r2" Type="{_R}/sharedStrings" Target="sharedStrings.xml"/></Relationships>'
)
_SHEET_START = f'<?xml version="1.0"?><worksheet xmlns="{_S}"><sheetData>'
_SHEET_END = "</sheetData></worksheet>"
SHEET = "xl/worksheets/sheet1.xml"


def _noise(size: int) -> bytes:
    return random.Random(SEED).randbytes(size)  # noqa: S311 - the same at every run


def text_cell(place: str, text: str) -> str:
    """Return a cell with a text written in place, as XML already escaped."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def workbook(path: Path, rows: Iterable[str], **parts: str | bytes) -> None:
    """Write an XLSX whose sheet has these rows of XML; `parts` adds to the archive or replaces."""
    sheet = _SHEET_START + "".join(rows) + _SHEET_END
    whole: dict[str, str | bytes] = {
        "[Content_Types].xml": _TYPES,
        "_rels/.rels": _RELS,
        "xl/workbook.xml": _BOOK,
        "xl/_rels/workbook.xml.rels": _BOOK_RELS,
        SHEET: sheet,
        **parts,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in whole.items():
            archive.writestr(name, content)


def _two_rows(first: str = "Nom", second: str = "Ville") -> list[str]:
    head = f'<row r="1">{text_cell("A1", first)}{text_cell("B1", second)}</row>'
    return [head, f'<row r="2">{text_cell("A2", "Exemple")}{text_cell("B2", "Lille")}</row>']


def _bomb(path: Path, times: int, *, declared: int | None = None, noise: int = 0) -> None:
    """Write an XLSX whose sheet is a cell of `times` MB of spaces, its size as `declared` or true.

    Some MB of noise beside it make it look less dense than it is.

    One MB is deflated once: deflated blocks may be repeated as they are.
    """
    workbook(path, [], **{SHEET: b""})
    with zipfile.ZipFile(path) as archive:
        kept = {
            entry.filename: archive.read(entry)
            for entry in archive.infolist()
            if entry.filename != SHEET
        }
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    start = _SHEET_START + '<row r="1"><c r="A1" t="inlineStr"><is><t>'
    end = "</t></is></c></row>" + _SHEET_END
    head = packer.compress(start.encode()) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(b" " * _MB) + packer.flush(zlib.Z_FULL_FLUSH)
    tail = packer.compress(end.encode()) + packer.flush()
    size = len(start) + times * _MB + len(end)
    entry = zipfile.ZipInfo(SHEET)
    packed = head + block * times + tail
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in kept.items():
            archive.writestr(name, content)
        archive.writestr("xl/media/noise.bin", _noise(noise * _MB))
        archive.writestr(entry, packed)
    checksum = zlib.crc32(start.encode())
    for _ in range(times if declared is None and noise else 0):
        checksum = zlib.crc32(b" " * _MB, checksum)
    checksum = zlib.crc32(end.encode(), checksum)
    # The part was stored as it is: say now, in both directories, that it is deflated.
    content = bytearray(path.read_bytes())
    told = declared if declared is not None else size
    local = content.index(b"PK\x03\x04", entry.header_offset)
    central = content.rindex(b"PK\x01\x02")
    for place, fields in ((local, 8), (central, 10)):
        struct.pack_into("<H", content, place + fields, zipfile.ZIP_DEFLATED)
        struct.pack_into("<III", content, place + fields + 6, checksum, len(packed), told)
    path.write_bytes(bytes(content))


def _nested(path: Path) -> None:
    """Write a zip of zips of zips."""
    content = b"\0" * 10 * _MB
    name = "inside.bin"
    for depth in range(4):
        level = path.with_name(f"level{depth}.zip")
        with zipfile.ZipFile(level, "w", zipfile.ZIP_DEFLATED) as archive:
            for copy in range(4):
                archive.writestr(f"{copy}-{name}", content)
        content, name = level.read_bytes(), level.name
        level.unlink()
    path.write_bytes(content)


def _entities(path: Path) -> None:
    lines = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "lol">{lines}]>'
    strings = f'{bomb}<sst xmlns="{_S}" count="1" uniqueCount="1"><si><t>&a9;</t></si></sst>'
    row = '<row r="1"><c r="A1" t="s"><v>0</v></c></row>'
    workbook(path, [row], **{"xl/sharedStrings.xml": strings})


def _formulas(path: Path) -> None:
    dde = "<f>cmd|'/c calc'!A1</f><v>#REF!</v>"
    rows = _two_rows("=cmd|'/c calc'!A1", "@SUM(1+1)*cmd|'/c calc'!A0")
    rows.append(
        f'<row r="3"><c r="A3" t="e">{dde}</c><c r="B3"><f>1+1</f><v>2</v></c>'
        f"{text_cell('C3', '=HYPERLINK(&quot;http://x.example&quot;)')}</row>"
    )
    workbook(path, rows)


def _empty_rows(path: Path) -> None:
    rows = (f'<row r="{n}" s="1"><c r="A{n}" s="1"/></row>' for n in range(3, 1_000_001))
    workbook(path, [*_two_rows(), *rows])


def _wide(path: Path) -> None:
    cells = "".join(f'<c r="{_letters(n)}1"><v>{n}</v></c>' for n in range(16_000))
    workbook(path, [f'<row r="1">{cells}</row>'])


def _letters(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def _far_corner(path: Path) -> None:
    """Write two cells, one in each corner of a sheet as large as is allowed."""
    corner = f'<row r="199999">{text_cell(f"{_letters(499)}199999", "x")}</row>'
    workbook(path, [*_two_rows(), corner])


def _locked_part(path: Path) -> None:
    workbook(path, _two_rows())
    content = bytearray(path.read_bytes())
    place = 0
    while (place := content.find(b"PK\x01\x02", place)) >= 0:
        content[place + 8] |= 1
        place += 4
    path.write_bytes(bytes(content))


def _truncated(path: Path) -> None:
    workbook(path, _two_rows())
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])


def _noisy(path: Path) -> None:
    """Write an XLSX of which every part but the first lines is noise."""
    noise = _noise(200_000)
    workbook(path, [], **{SHEET: noise})


def _traversal(path: Path) -> None:
    workbook(path, _two_rows(), **{"../../../../tmp/passerelle-escaped.txt": "escaped"})


def _twins(path: Path) -> None:
    workbook(path, _two_rows())
    with zipfile.ZipFile(path, "a") as archive:
        archive.fp.seek(0, 2)  # type: ignore[union-attr]
        archive.NameToInfo.pop(SHEET)
        archive.writestr(SHEET, _SHEET_START + _SHEET_END)


def _plain(content: bytes) -> Callable[[Path], None]:
    def write_content(path: Path) -> None:
        path.write_bytes(content)

    return write_content


_HTML = "<html><body><table><tr><td>Nom</td></tr></table></body></html>"


def _archive(**parts: str) -> Callable[[Path], None]:
    def write_archive(path: Path) -> None:
        with zipfile.ZipFile(path, "w") as archive:
            for name, content in parts.items():
                archive.writestr(name, content)

    return write_archive


def _repeated_text(path: Path) -> None:
    """Write a text of 30,000 letters once, and 20,000 cells that name it."""
    strings = f'<sst xmlns="{_S}"><si><t>{"x" * 30_000}</t></si></sst>'
    rows = (f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 20_001))
    workbook(path, rows, **{"xl/sharedStrings.xml": strings})


REFUSED: dict[str, tuple[Callable[[Path], None], str]] = {
    "gigabyte_of_spaces.xlsx": (lambda path: _bomb(path, 1024), "trop lourd une fois décompressé"),
    "bomb.xlsx": (lambda path: _bomb(path, 350), "trop lourd une fois décompressé"),
    "bomb_in_noise.xlsx": (lambda path: _bomb(path, 390, noise=3), "trop de mémoire"),
    "bomb_that_lies.xlsx": (lambda path: _bomb(path, 600, declared=4_000), "abîmé ou incomplet"),
    "bomb_that_says_less.xlsx": (
        lambda path: _bomb(path, 600, declared=19 * _MB),
        "abîmé ou incomplet",
    ),
    "nested_bomb.xlsx": (_nested, "est une archive, sans tableau"),
    "entities.xlsx": (_entities, "définitions XML"),
    "wide.xlsx": (_wide, "plus de 500 colonnes"),
    "far_corner.xlsx": (_far_corner, "trop de mémoire"),
    "repeated_text.xlsx": (_repeated_text, "trop de mémoire"),
    "locked_part.xlsx": (_locked_part, "mot de passe"),
    "locked.xlsx": (_plain(compound_file("EncryptedPackage", b"x" * 5000)), "mot de passe"),
    "locked.xls": (_plain(old_workbook("A", [["x"]], locked=True)), "mot de passe"),
    "truncated.xlsx": (_truncated, "abîmé ou incomplet"),
    "noise.xlsx": (_noisy, "abîmé ou incomplet"),
    "twins.xlsx": (_twins, "abîmé ou incomplet"),
    "document.doc": (_plain(compound_file("WordDocument", b"x")), "est un texte, pas un tableau"),
    "document.docx": (_archive(**{"word/document.xml": "<x/>"}), "est un texte, pas un tableau"),
    "text.odt": (
        _archive(mimetype="application/vnd.oasis.opendocument.text", **{"content.xml": "<x/>"}),
        "est un texte, pas un tableau",
    ),
    "table.numbers": (_archive(**{"Index/Document.iwa": "x"}), "est de Numbers"),
    "table.xlsb": (_archive(**{"xl/workbook.bin": "x"}), "au format XLSB"),
    "program.xlsx": (_plain(b"MZ\x90\0" + b"\0\1" * 400), "est un programme"),
    "program.csv": (_plain(b"\x7fELF\2\1\1" + b"\0" * 99), "est un programme"),
    "script.csv": (_plain(b"#!/bin/sh\nrm -rf /\n"), "est un programme"),
    "report.xlsx": (_plain(b"%PDF-1.7\n" + b"x" * 99), "est un PDF"),
    "picture.csv": (_plain(b"\x89PNG\r\n\x1a\n" + b"\0" * 99), "est une image"),
    "page.xls": (_plain(_HTML.encode()), "est une page web"),
    "page_with_mark.xls": (_plain(b"\xef\xbb\xbf\r\n " + _HTML.encode()), "est une page web"),
    "data.csv": (_plain(b'{"a": [1, 2]}'), "est du JSON"),
    "nothing.csv": (_plain(b""), "est vide"),
    "blank.csv": (_plain(b" \r\n\t" * 900), "est vide"),
    "separators.csv": (_plain(b";;;\r\n" * 900), "aucune donnée"),
    "endless_line.csv": (_plain(b"x" * 3 * _MB), "est trop longue"),
    "endless_quote.csv": (
        _plain(b'Nom;Ville\r\n"Jean;Lille\r\n' + b"Anne;Arras\r\n" * 9000),
        "un guillemet y est peut-être ouvert",
    ),
    "long_csv.csv": (_plain(b"Nom;Ville\n" + b"a;b\n" * 200_001), "plus de 200\u00a0000 lignes"),
    "noise.bin": (_plain(_noise(9000)), "pas un tableau connu"),
    "no_cards.vcf": (_plain(b"Nom;Ville\n"), "Aucune fiche"),
    "too_heavy.csv": (_plain(b"a;b\n" * (13 * _MB + 1)), "pèse plus de 50"),
}
READ: dict[str, Callable[[Path], None]] = {
    "formulas.xlsx": _formulas,
    "empty_rows.xlsx": _empty_rows,
    "traversal.xlsx": _traversal,
    "dde.csv": _plain(b"Nom;Ville\n=cmd|'/c calc'!A1;Lille\n@SUM(1);+33\n"),
    "scripts.csv": _plain(b"Nom,Ville\n<script>alert(1)</script>,<b>Lille</b>\n"),
    "zeros.csv": _plain(b"Nom;Ville\nEx\0emple;Li\0lle\n"),
}


def write(name: str, folder: Path) -> Path:
    """Write one file of the corpus in a folder, and return where it is."""
    path = folder / name
    (READ.get(name) or REFUSED[name][0])(path)
    return path


if __name__ == "__main__":
    for each in (*REFUSED, *READ):
        write(each, Path(sys.argv[1]))
