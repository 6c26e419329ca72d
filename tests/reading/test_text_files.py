"""CSV as it comes: encodings, delimiters, quotes, and what the user may correct."""

import csv
import io
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.reading import FileFound, Layout, Row, UnreadableFileError, examine, extract
from crm.reading import read_rows as read_back
from crm.reading.delimited import delimiter_of
from crm.reading.encodings import encoding_of, repair_twice
from crm.reading.types import DELIMITERS

TABLE = "Prénom;Ville;Montant\r\nAnaïs;Bruay-la-Buissière;1 500,00 €\r\nÉlodie;Cœuvres;25,5\r\n"
ROWS = [
    ("Anaïs", "Bruay-la-Buissière", "1 500,00 €"),
    ("Élodie", "Cœuvres", "25,5"),
]


def _read(
    content: bytes, folder: Path, layout: Layout | None = None
) -> tuple[FileFound, list[Row]]:
    source = folder / "source"
    source.write_bytes(content)
    found = examine(source, file_name="acteurs.csv", layout=layout)
    used = layout or Layout(None, found.sheets[0].header_row, found.encoding, found.delimiter)
    extract(source, folder / "rows", file_name="acteurs.csv", layout=used)
    return found, list(read_back(folder / "rows"))


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-8", TABLE.encode("utf-8")),
        ("utf-8", TABLE.encode("utf-8-sig")),
        ("utf-16-le", b"\xff\xfe" + TABLE.encode("utf-16-le")),
        ("utf-16-be", b"\xfe\xff" + TABLE.encode("utf-16-be")),
        ("utf-16-le", TABLE.encode("utf-16-le")),
        ("utf-16-be", TABLE.encode("utf-16-be")),
        ("cp1252", TABLE.encode("cp1252")),
        ("mac-roman", TABLE.encode("mac-roman")),
        ("utf-8-twice", TABLE.encode("utf-8").decode("cp1252", errors="strict").encode("utf-8")),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_encoding_is_recognised(encoding: str, content: bytes, tmp_path: Path) -> None:
    found, rows = _read(content, tmp_path)
    assert (found.format, found.encoding, found.delimiter) == ("csv", encoding, ";")
    assert found.sheets[0].headers == ("Prénom", "Ville", "Montant")
    assert [row.cells for row in rows] == ROWS


def test_a_text_of_dos_is_recognised(tmp_path: Path) -> None:
    _, rows = _read("Prénom;Été\r\nAnaïs;à côté\r\n".encode("cp850"), tmp_path)
    assert [row.cells for row in rows] == [("Anaïs", "à côté")]


def test_rows_of_another_encoding_among_utf8_are_read_too(tmp_path: Path) -> None:
    lines = ["Prénom;Ville", *["Élodie;Béthune"] * 5]
    content = "\n".join(lines).encode() + b"\n" + "Anaïs;Étaples\n".encode("cp1252")
    found, rows = _read(content, tmp_path)
    assert found.encoding == "utf-8-mixed"
    assert (rows[0].cells, rows[5].cells) == (("Élodie", "Béthune"), ("Anaïs", "Étaples"))


def test_one_accent_encoded_once_and_nothing_is_repaired(tmp_path: Path) -> None:
    content = "Prénom;Ville\nÃ‰lodie;BÃ©thune\n".encode()
    found, rows = _read(content, tmp_path)
    assert found.encoding == "utf-8"
    assert rows[0].cells == ("Ã‰lodie", "BÃ©thune")


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=60))
def test_what_was_encoded_twice_is_repaired(text: str) -> None:
    content = text.encode("utf-8")
    letters = "".join(
        chr(byte) if byte in {0x81, 0x8D, 0x8F, 0x90, 0x9D} else bytes([byte]).decode("cp1252")
        for byte in content
    )
    assert repair_twice(letters) == text
    assert repair_twice(content.decode("latin-1")) == text


@pytest.mark.parametrize("delimiter", DELIMITERS)
@given(
    cells=st.lists(
        st.lists(
            st.text(st.characters(categories=["L", "N", "P", "Zs"]), max_size=12),
            min_size=3,
            max_size=3,
        ),
        min_size=2,
        max_size=12,
    )
)
def test_any_table_is_cut_as_it_was_written(delimiter: str, cells: list[list[str]]) -> None:
    rows = [["Nom", "Ville", "Note"], *cells, *[["Exemple", "Lille", "néant"]] * len(cells)]
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=delimiter, quoting=csv.QUOTE_ALL).writerows(rows)
    assert delimiter_of(written.getvalue().splitlines(keepends=True)) == delimiter


@pytest.mark.parametrize(
    ("delimiter", "text"),
    [
        (";", "nom;montant\nA;12,50\nB;13,75\nC;1,00\n"),
        (";", "Nom;Notes\nA;un, deux\nB;trois, quatre, cinq\nC;six\n"),
        (",", 'nom,notes\nA,"x;y;z"\nB,"x;y;z"\nC,"x;y;z"\n'),
        ("\t", "nom\tadresses\nA\ta@b.example; c@d.example\nB\te@f.example; g@h.example\n"),
        ("|", "nom|date, lieu\nA|3, Lille\nB|4, Arras\n"),
        (";", "LISTE DES ACTEURS, 2019\n\nnom;ville;tel\nA;B;C\nD;E;F\n"),
        (";", '"Dupont, Jean";Lille;1,5\n"Martin, Anne";Arras;2,5\n'),
        (";", "courriel\na@b.example\n"),
    ],
)
def test_the_delimiter_is_the_one_that_cuts_alike(delimiter: str, text: str) -> None:
    assert delimiter_of(text.splitlines(keepends=True)) == delimiter


def test_quotes_hold_delimiters_quotes_and_lines(tmp_path: Path) -> None:
    content = b'Nom;Note\r\n"Dupont; Jean";"il dit ""oui""\r\net non"\r\nAnne;x\r\n'
    _, rows = _read(content, tmp_path)
    assert rows == [
        Row(2, ("Dupont; Jean", 'il dit "oui"\r\net non')),
        Row(3, ("Anne", "x")),
    ]


def test_the_delimiter_that_excel_declares_is_followed(tmp_path: Path) -> None:
    found, rows = _read(b"sep=|\r\nNom|Ville;Pays\r\nA|Lille;France\r\n", tmp_path)
    assert found.delimiter == "|"
    assert found.sheets[0].header_row == 2
    assert rows == [Row(3, ("A", "Lille;France"))]


def test_what_was_found_can_be_corrected(tmp_path: Path) -> None:
    content = "Anaïs,Lille;Nord\nÉlodie,Arras;Pas-de-Calais\n".encode()
    found, rows = _read(content, tmp_path, Layout(None, None, "cp1252", ","))
    assert (found.encoding, found.delimiter) == ("cp1252", ",")
    assert found.sheets[0].headers == ("Colonne A", "Colonne B")
    assert rows[0] == Row(1, ("AnaÃ¯s", "Lille;Nord"))
    _, rows = _read(content, tmp_path, Layout(None, 1, "utf-8", ";"))
    assert rows == [Row(2, ("Élodie,Arras", "Pas-de-Calais"))]


@pytest.mark.parametrize(
    ("layout", "sentence"),
    [
        (Layout(None, 1, "utf-8", ";"), "n’est pas écrit en utf-8"),
        (Layout(None, 1, "klingon", ";"), "n’est pas écrit en klingon"),
        (Layout(None, 1, None, "é"), "Ce séparateur n’est pas connu"),
        (Layout(None, 5000, None, None), "La ligne d’en-tête"),
        (Layout(None, -7, None, None), "La ligne d’en-tête"),
    ],
)
def test_a_wrong_correction_is_told(layout: Layout, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match=sentence):
        _read("Prénom;Ville\nÉlodie;Arras\n".encode("cp1252"), tmp_path, layout)


def test_composed_and_decomposed_letters_are_left_alone(tmp_path: Path) -> None:
    text = unicodedata.normalize("NFD", "Nom;Ville\nÉlodie;Béthune\n")
    _, rows = _read(text.encode(), tmp_path)
    assert unicodedata.normalize("NFC", str(rows[0].cells[0])) == "Élodie"


def test_ascii_is_utf8(tmp_path: Path) -> None:
    source = tmp_path / "a.csv"
    source.write_bytes(b"Nom;Ville\nA;B\n")
    assert encoding_of(source) == "utf-8"
