"""Where the header is: under a title, over two rows, nowhere."""

import datetime as dt
from itertools import starmap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.reading import Cell, Row, UnreadableFileError
from crm.reading.delimited import delimited_table
from crm.reading.headers import column_letter, distinct, find_header, header_at
from crm.reading.sheets import FOUND, SheetReading
from crm.reading.tables import Table
from crm.reading.types import Extracted

FORMATS = Path("/work/shared/data/formats")
PEOPLE: list[list[Cell]] = [
    ["DUPONT", "Anne", "anne@exemple.fr", 59000],
    ["MARTIN", "Jean", "jean@exemple.fr", 62000],
    ["LE GOFF", "Louis", None, 80000],
]


def _rows(raw: list[list[Cell]]) -> list[Row]:
    return list(starmap(Row, enumerate(map(tuple, raw), start=1)))


def _read(
    raw: list[list[Cell]], header_row: int | None = FOUND
) -> tuple[int | None, list[Row], Extracted]:
    reading = SheetReading(Table(name="A", rows=lambda: raw), header_row)
    rows = list(reading.rows())
    return reading._header.row, rows, reading.extracted()


def test_a_header_on_the_first_row() -> None:
    raw: list[list[Cell]] = [["Nom", "Prénom", "Courriel", "CP"], *PEOPLE]
    row, rows, told = _read(raw)
    assert row == 1
    assert told.headers == ("Nom", "Prénom", "Courriel", "CP")
    assert [each.number for each in rows] == [2, 3, 4]


def test_a_header_on_line_five_under_a_title_and_a_logo() -> None:
    raw: list[list[Cell]] = [
        [],
        ["Réseau fictif de coopération"],
        [None, None, "Annuaire 2019"],
        [],
        ["Nom", "Prénom", "Mail", "Code postal"],
        *PEOPLE,
    ]
    row, rows, told = _read(raw)
    assert row == 5
    assert told.headers == ("Nom", "Prénom", "Mail", "Code postal")
    assert [each.number for each in rows] == [6, 7, 8]


def test_a_header_of_unknown_words_is_told_by_what_is_below() -> None:
    raw: list[list[Cell]] = [["Kawa", "Zuzu", "Blip", "Blop"], *PEOPLE]
    assert find_header(_rows(raw)).row == 1


def test_a_table_without_header_has_columns_named_after_their_letters() -> None:
    row, rows, told = _read(PEOPLE)
    assert row is None
    assert told.headers == ("Colonne A", "Colonne B", "Colonne C", "Colonne D")
    assert len(rows) == 3


def test_rows_of_names_alike_have_no_header() -> None:
    raw: list[list[Cell]] = [["DUPONT", "Anne", "Lille"], ["MARTIN", "Jean", "Arras"]] * 3
    assert find_header(_rows(raw)).row is None


def test_a_merged_header_names_its_columns_with_both_rows() -> None:
    raw: list[list[Cell]] = [
        ["Nom", "Adresse", None, None, "Téléphone"],
        [None, "Rue", "CP", "Ville", None],
        ["Exemple", "1 rue des Tests", "59000", "Lille", "03 20 00 00 00"],
        ["Autre", "2 rue des Tests", "62000", "Arras", "03 21 00 00 00"],
    ]
    named = ("Nom", "Adresse – Rue", "Adresse – CP", "Adresse – Ville", "Téléphone")
    assert find_header(_rows(raw)).names == named
    merged = [((0, 1), (0, 3)), ((0, 0), (1, 0)), ((0, 4), (1, 4))]
    assert find_header(_rows(raw), merged).names == named
    assert find_header(_rows(raw), merged).row == 2


def test_groups_of_columns_above_a_full_header() -> None:
    raw: list[list[Cell]] = [
        ["Structure", None, "Contact", None, None],
        ["Nom", "Ville", "Nom", "Prénom", "Courriel"],
        ["Exemple", "Lille", "DUPONT", "Anne", "anne@exemple.fr"],
        ["Autre", "Arras", "MARTIN", "Jean", "jean@exemple.fr"],
    ]
    found = find_header(_rows(raw))
    assert found.row == 2
    assert found.names == (
        "Structure – Nom",
        "Structure – Ville",
        "Contact – Nom",
        "Contact – Prénom",
        "Contact – Courriel",
    )


def test_a_title_merged_over_the_whole_width_is_no_group() -> None:
    raw: list[list[Cell]] = [["Annuaire"], ["Nom", "Prénom", "Courriel", "CP"], *PEOPLE]
    assert find_header(_rows(raw), [((0, 0), (0, 3))]).names[0] == "Nom"
    assert find_header(_rows(raw)).names[0] == "Nom"


def test_empty_columns_between_have_no_name_and_twins_are_told_apart() -> None:
    raw: list[list[Cell]] = [
        ["Nom", None, "Courriel", "courriel", None, "Ville"],
        ["A", None, "a@b.example", "c@d.example", "x", "Lille"],
        ["B", None, "e@f.example", None, None, "Arras"],
    ]
    _, _, told = _read(raw)
    assert told.headers == ("Nom", "", "Courriel", "courriel (2)", "Colonne E", "Ville")


def test_the_header_can_be_corrected() -> None:
    raw: list[list[Cell]] = [["Nom", "Ville"], ["Nom usuel", "Commune"], ["A", "Lille"]]
    row, rows, told = _read(raw, 2)
    assert (row, told.headers, len(rows)) == (2, ("Nom usuel", "Commune"), 1)
    row, rows, told = _read(raw, None)
    assert (row, told.headers, len(rows)) == (None, ("Colonne A", "Colonne B"), 3)
    with pytest.raises(UnreadableFileError, match="n’a pas de ligne 40"):
        _read(raw, 40)


def test_totals_notes_and_repeated_headers_are_left_out() -> None:
    raw: list[list[Cell]] = [
        ["Nom", "Ville", "Montant", "Part"],
        ["Total Énergie Fictive", "Lille", 100, 1],
        ["Autre", "Arras", 50, 1],
        ["Sous-total", None, 150, 2],
        ["Nom", "Ville", "Montant", "Part"],
        [],
        ["Encore", "Laon", 25, 3],
        ["TOTAL GÉNÉRAL", None, 175, 5],
        [],
        ["Source : invention"],
        [],
        [],
    ]
    _, rows, told = _read(raw)
    assert [row.cells[0] for row in rows] == ["Total Énergie Fictive", "Autre", "Encore"]
    assert told.row_count == 3
    assert told.left_out == (
        (4, "Ligne de total"),
        (5, "En-tête répété"),
        (6, "Ligne vide"),
        (8, "Ligne de total"),
        (9, "Ligne vide"),
        (10, "Note sous le tableau"),
    )


def test_a_last_row_without_words_that_sums_the_others_is_left_out() -> None:
    raw: list[list[Cell]] = [["Nom", "Montant"], ["A", 100], ["B", 50.5], [None, 150.5]]
    _, rows, told = _read(raw)
    assert len(rows) == 2
    assert told.left_out == ((4, "Ligne de total"),)
    raw[-1] = [None, 151]
    assert len(_read(raw)[1]) == 3


def test_days_are_data() -> None:
    raw: list[list[Cell]] = [["Le", "Quoi"], *[[dt.date(2019, 3, n), "x"] for n in (1, 2)]]
    assert find_header(_rows(raw)).row == 1
    assert find_header(_rows(raw[1:])).row is None


@pytest.mark.parametrize(
    ("raw", "row", "names"),
    [
        ([["Courriel"], ["a@b.fr"], ["c@d.fr"]], 1, ("Courriel",)),
        ([["a@b.fr"], ["c@d.fr"]], None, ()),
        ([["Structures"], ["Association A"], ["Mairie"], ["Lycée B"]], 1, ("Structures",)),
        ([["Lille", "59000"], ["Arras", "62000"], ["Laon", "02000"]], None, ()),
        ([["Structure", 2018, 2019], ["A", 10, 20], ["B", 1, 2]], 1, ("Structure", "2018", "2019")),
        (
            [
                ["Horodateur", "Qui êtes-vous ?", "Pourquoi ?"],
                ["12/03/2019 10:00:00", "Anne", "Parce que"],
                ["13/03/2019 10:00:00", "Jean", "Ainsi"],
            ],
            1,
            ("Horodateur", "Qui êtes-vous ?", "Pourquoi ?"),
        ),
        (
            [
                ["Feuille de présence", None, None, "12/03/2019"],
                ["NOM", "PRÉNOM", "STRUCTURE", "SIGNATURE"],
                ["DUPONT", "Jean", "MEL", None],
                ["MARTIN", "Anne", "CCFD", None],
            ],
            2,
            ("NOM", "PRÉNOM", "STRUCTURE", "SIGNATURE"),
        ),
        (
            [
                ["Ce fichier recense les acteurs.", "Merci de compléter."],
                ["Nom", "Ville", "Courriel"],
                ["A", "Lille", "a@b.fr"],
                ["B", "Arras", "c@d.fr"],
            ],
            2,
            ("Nom", "Ville", "Courriel"),
        ),
        (
            [
                ["Année", "2019"],
                ["Territoire", "Nord"],
                [],
                ["Structure", "Ville", "Nombre", "Date"],
                ["A", "Lille", 12, "12/03/2019"],
                ["B", "Arras", 10, "13/03/2019"],
            ],
            4,
            ("Structure", "Ville", "Nombre", "Date"),
        ),
        (
            [
                ["Réseau fictif"],
                ["Maison des associations"],
                ["Annuaire"],
                [],
                ["Nom", "Ville", "Courriel"],
                ["A", "Lille", "a@b.fr"],
            ],
            5,
            ("Nom", "Ville", "Courriel"),
        ),
        (
            [
                ["Nom", "Ville", "Courriel"],
                ["A", "Lille", "a@b.fr"],
                [],
                ["Pas-de-Calais"],
                ["B", "Arras", "c@d.fr"],
                ["C", "Lens", "e@f.fr"],
            ],
            1,
            ("Nom", "Ville", "Courriel"),
        ),
        ([["Nom", "Prénom", "Courriel"]], 1, ("Nom", "Prénom", "Courriel")),
    ],
)
def test_headers_as_networks_write_them(
    raw: list[list[Cell]], row: int | None, names: tuple[str, ...]
) -> None:
    found = find_header(_rows(raw))
    assert (found.row, found.names) == (row, names)


FLOATS = st.floats(allow_nan=False, allow_infinity=False)
CELLS = st.one_of(FLOATS, st.none(), st.text(max_size=15), st.integers(), st.booleans(), st.dates())


@given(st.lists(st.lists(CELLS, max_size=6), max_size=30))
def test_no_table_breaks_the_reading_and_no_row_is_lost(raw: list[list[Cell]]) -> None:
    row, rows, told = _read(raw)
    assert told.row_count == len(rows)
    assert all(row is None or each.number > row for each in rows)
    names = [name.casefold() for name in told.headers if name]
    assert len(names) == len(set(names))
    numbers = {each.number for each in rows} | {number for number, _ in told.left_out}
    for number, cells in enumerate(raw, start=1):
        is_filled = any(str(cell or "").replace("\0", "").strip() for cell in cells)
        assert number in numbers or number <= (row or 0) or not is_filled


@given(st.lists(st.sampled_from(["Nom", "nom", "Nom (2)", "", "Ville"]), max_size=9))
def test_names_made_distinct_stay_so(names: list[str]) -> None:
    told = distinct(names)
    assert [bool(name) for name in told] == [bool(name) for name in names]
    named = [name.casefold() for name in told if name]
    assert len(named) == len(set(named))


def test_letters_of_columns() -> None:
    assert [column_letter(n) for n in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
    assert header_at([], 3).row is None


@pytest.mark.skipif(not FORMATS.exists(), reason="the real headers are not on this machine")
@pytest.mark.parametrize(
    ("name", "row", "some"),
    [
        ("rne_maires.csv", 1, "Nom de l'élu"),
        ("rna_import.csv", 1, "titre"),
        ("scdl_subventions.csv", 1, "nomBeneficiaire"),
        ("zoom_participants.csv", 4, "Name (Original Name)"),
    ],
)
def test_real_headers(name: str, row: int, some: str) -> None:
    _, _, table = delimited_table(FORMATS / name, None, None)
    found = SheetReading(table, FOUND).found()
    assert found.header_row == row
    assert some in found.headers
