"""Cards of phones and address books, from 2.1 to 4.0."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from crm.reading import Layout, examine, extract, read_rows
from crm.reading.vcards import HEADERS, cards_of, read_property, split_value, unescape

CARDS = """\
BEGIN:VCARD\r
VERSION:3.0\r
N:de La Tour;Jean-Marie;;M.;\r
FN:Jean-Marie de La Tour\r
ORG:Commune fictive\\, mairie;Service international\r
TITLE:Chargé de\r
  mission\r
EMAIL;TYPE=WORK:jm@exemple.fr\r
EMAIL;TYPE=HOME:jm2@exemple.fr\r
item1.TEL;TYPE=CELL:+33 6 12 34 56 78\r
TEL;TYPE="work,voice":03 20 00 00 00\r
ADR;TYPE=WORK:;;1 rue des Tests\\; bât. A;Lille;;59000;France\r
PHOTO;ENCODING=b:/9j/4AAQSkZJRgABAQ\r
 AAAAAAAA\r
BDAY:1970-01-01\r
NOTE:première ligne\\nseconde\r
CATEGORIES:élu,réseau\r
END:VCARD\r
BEGIN:VCARD\r
VERSION:4.0\r
FN:Association fictive\r
TEL;VALUE=uri;TYPE="voice,home":tel:+33-3-21-00-00-00;ext=5\r
END:VCARD\r
BEGIN:VCARD\r
VERSION:2.1\r
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:Ex=C3=A9mple;Ana=C3=AFs=\r
=20Zo=C3=A9\r
TEL;CELL;PREF:0612345678\r
END:VCARD\r
"""


def _told(content: bytes, folder: Path) -> list[dict[str, object]]:
    source, target = folder / "source", folder / "rows"
    source.write_bytes(content)
    found = examine(source, file_name="contacts.vcf")
    assert (found.format, found.delimiter) == ("vcard", None)
    assert found.sheets[0].headers == HEADERS
    assert found.sheets[0].header_row is None
    extract(source, target, file_name="a.vcf", layout=Layout(None, None, found.encoding, None))
    return [
        {name: cell for name, cell in zip(HEADERS, row.cells, strict=False) if cell}
        for row in read_rows(target)
    ]


def test_cards_of_three_versions(tmp_path: Path) -> None:
    first, second, third = _told(CARDS.encode(), tmp_path)
    assert first == {
        "Civilité": "M.",
        "Prénom": "Jean-Marie",
        "Nom": "de La Tour",
        "Nom complet": "Jean-Marie de La Tour",
        "Organisation": "Commune fictive, mairie",
        "Service": "Service international",
        "Fonction": "Chargé de mission",
        "Courriel": "jm@exemple.fr ; jm2@exemple.fr",
        "Téléphone": "03 20 00 00 00",
        "Mobile": "+33 6 12 34 56 78",
        "Adresse": "1 rue des Tests; bât. A",
        "Code postal": "59000",
        "Ville": "Lille",
        "Pays": "France",
        "Mots-clés": "élu ; réseau",
        "Note": "première ligne\nseconde",
    }
    assert second == {"Nom complet": "Association fictive", "Téléphone": "+33-3-21-00-00-00"}
    assert third == {"Nom": "Exémple", "Prénom": "Anaïs Zoé", "Mobile": "0612345678"}


def test_old_encodings_and_a_cut_file(tmp_path: Path) -> None:
    cut = CARDS[: CARDS.index("TITLE")]
    assert _told(cut.encode("cp1252"), tmp_path)[0]["Prénom"] == "Jean-Marie"
    charset = "BEGIN:VCARD\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:Ex=E9mple\nEND:VCARD\n"
    assert _told(charset.encode(), tmp_path) == [{"Nom": "Exémple"}]
    wrong = "BEGIN:VCARD\nN;CHARSET=rot13;ENCODING=QUOTED-PRINTABLE:Ex=E9\nEND:VCARD\n"
    assert _told(wrong.encode(), tmp_path) == [{"Nom": "Exé"}]


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40)


def _escaped(text: str) -> str:
    for letter in "\\;,":
        text = text.replace(letter, "\\" + letter)
    return text.replace("\n", "\\n")


@given(st.lists(TEXT, min_size=1, max_size=5), st.integers(1, 30))
def test_what_is_written_is_read_back(parts: list[str], width: int) -> None:
    line = 'item1.N;X="a:b;c":' + ";".join(map(_escaped, parts))
    folded = [line[:width], *(" " + line[n : n + 40] for n in range(width, len(line), 40))]
    text = "\r\n".join(["BEGIN:VCARD", *folded, "END:VCARD"])
    ((found,),) = list(cards_of(line + "\r\n" for line in text.split("\r\n")))
    assert [unescape(part) for part in split_value(found.value)] == [each.strip() for each in parts]


@given(st.text(max_size=80))
def test_no_line_breaks_the_reading(line: str) -> None:
    read_property(line)
    list(cards_of(["BEGIN:VCARD\n", line + "\n", "END:VCARD\n"]))
    assert ";".join(split_value(line)) == line


def test_a_card_within_a_card_and_lines_that_are_none() -> None:
    lines = ["x", "BEGIN:VCARD", "N:A", "BEGIN:VCARD", "N:B", "END:VCARD", "N", "END:VCARD"]
    assert [[each.value for each in card] for card in cards_of(lines)] == [["A"]]
