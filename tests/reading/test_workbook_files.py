"""Workbooks: sheets, types of cells, hidden sheets, merged headers, old XLS and ODS."""

import datetime as dt
import io
import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from crm.reading import Layout, Row, UnreadableFileError, examine, extract, read_rows
from crm.reading.tables import Table, numbered_rows
from tests.imports.nasty_files import text_cell, workbook
from tests.imports.old_workbooks import old_workbook

HEADERS = ("Nom", "SIRET", "CP", "Depuis", "Montant", "Adhérent", "Heure")


def _rows(source: Path, layout: Layout) -> list[Row]:
    target = source.with_name("rows")
    extract(source, target, file_name=source.name, layout=layout)
    return list(read_rows(target))


@pytest.fixture
def book(tmp_path: Path) -> Path:
    """Return a workbook as networks keep them: a title, a table lower and to the right."""
    path = tmp_path / "acteurs.xlsx"
    with xlsxwriter.Workbook(path) as made:
        day = made.add_format({"num_format": "dd/mm/yyyy"})
        moment = made.add_format({"num_format": "dd/mm/yyyy hh:mm"})
        made.add_worksheet("Vide")
        sheet = made.add_worksheet("Acteurs")
        sheet.merge_range("B2:H2", "Annuaire des acteurs")
        sheet.write_row("B4", HEADERS)
        sheet.write_row("B5", ["Exemple", 35600000000048, 2100])
        sheet.write_datetime("E5", dt.datetime(2019, 3, 12), day)  # noqa: DTZ001 - a day
        sheet.write_number("F5", 1500.5)
        sheet.write_boolean("G5", boolean=True)
        sheet.write_datetime("H5", dt.datetime(2019, 3, 12, 14, 30), moment)  # noqa: DTZ001
        sheet.write_formula("F6", "=SUM(F5:F5)", None, 1500.5)
        sheet.write("B6", "Total")
        hidden = made.add_worksheet("Caché")
        hidden.write_row(0, 0, ["Nom", "Ville"])
        hidden.write_row(1, 0, ["Secret", "Lille"])
        hidden.hide()
    return path


def test_a_workbook_is_told_sheet_by_sheet(book: Path) -> None:
    found = examine(book, file_name="acteurs.xlsx")
    assert (found.format, found.encoding, found.delimiter) == ("xlsx", None, None)
    (sheet,) = found.sheets
    assert (sheet.name, sheet.header_row, sheet.row_count) == ("Acteurs", 4, 1)
    assert sheet.headers == ("", *HEADERS)
    assert sheet.sample[1] == Row(2, (None, "Annuaire des acteurs"))


def test_cells_keep_their_types_and_whole_numbers_have_no_decimals(book: Path) -> None:
    (row,) = _rows(book, Layout("Acteurs", 4, None, None))
    assert row == Row(
        5,
        (
            None,
            "Exemple",
            35600000000048,
            2100,
            dt.date(2019, 3, 12),
            1500.5,
            True,
            "2019-03-12 14:30",
        ),
    )
    assert type(row.cells[2]) is int


def test_a_total_is_said_to_be_left_out(book: Path) -> None:
    target = book.with_name("rows")
    told = extract(book, target, file_name="a.xlsx", layout=Layout("Acteurs", 4, None, None))
    assert told.left_out == ((6, "Ligne de total"),)
    assert told.headers == ("", *HEADERS)


def test_a_hidden_sheet_is_read_when_asked_for(book: Path) -> None:
    assert [row.cells for row in _rows(book, Layout("Caché", 1, None, None))] == [
        ("Secret", "Lille")
    ]


def test_without_a_sheet_the_first_filled_one_is_read(book: Path) -> None:
    assert _rows(book, Layout(None, 4, None, None))[0].cells[1] == "Exemple"


def test_a_sheet_that_is_not_there(book: Path) -> None:
    with pytest.raises(UnreadableFileError, match="« Perdue » n’est pas dans ce classeur"):
        _rows(book, Layout("Perdue", 1, None, None))


def test_a_correction_is_for_its_own_sheet(tmp_path: Path) -> None:
    path = tmp_path / "two.xlsx"
    with xlsxwriter.Workbook(path) as made:
        for name in ("Une", "Deux"):
            sheet = made.add_worksheet(name)
            sheet.write_row(0, 0, ["Nom", "Ville"])
            sheet.write_row(1, 0, ["Exemple", "Lille"])
    found = examine(path, file_name="a.xlsx", layout=Layout("Deux", None, None, None))
    assert [sheet.header_row for sheet in found.sheets] == [1, None]
    assert [sheet.row_count for sheet in found.sheets] == [1, 2]


def test_a_merged_header_of_excel(tmp_path: Path) -> None:
    path = tmp_path / "merged.xlsx"
    with xlsxwriter.Workbook(path) as made:
        sheet = made.add_worksheet("A")
        sheet.merge_range("A1:E1", "Fichier des structures")
        sheet.merge_range("A2:A3", "Nom")
        sheet.merge_range("B2:D2", "Adresse")
        sheet.merge_range("E2:E3", "Téléphone")
        sheet.write_row("B3", ["Rue", "CP", "Ville"])
        for row in (3, 4):
            sheet.write_row(row, 0, [f"Exemple {row}", "1 rue", 59000, "Lille", "0320000000"])
    (found,) = examine(path, file_name="a.xlsx").sheets
    assert found.header_row == 3
    assert found.headers == (
        "Nom",
        "Adresse – Rue",
        "Adresse – CP",
        "Adresse – Ville",
        "Téléphone",
    )


def test_an_old_workbook(tmp_path: Path) -> None:
    path = tmp_path / "old.xls"
    path.write_bytes(
        old_workbook(
            "Élus", [["Nom", "CP", "Oui"], ["Béthune", 62400.0, True], ["Laon", 2.5, None]]
        )
    )
    found = examine(path, file_name="old.xls")
    assert (found.format, found.sheets[0].name) == ("xls", "Élus")
    assert [row.cells for row in _rows(path, Layout("Élus", 1, None, None))] == [
        ("Béthune", 62400, True),
        ("Laon", 2.5),
    ]


_ODS = (
    '<?xml version="1.0" encoding="UTF-8"?><office:document-content '
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2">'
    '<office:body><office:spreadsheet><table:table table:name="Élus">'
    "<table:table-row><table:table-cell office:value-type='string'><text:p>Nom</text:p>"
    "</table:table-cell><table:table-cell office:value-type='string'><text:p>CP</text:p>"
    "</table:table-cell><table:table-cell office:value-type='string'><text:p>Date</text:p>"
    "</table:table-cell></table:table-row>"
    "<table:table-row><table:table-cell office:value-type='string'><text:p>Béthune</text:p>"
    "</table:table-cell><table:table-cell office:value-type='float' office:value='62400'/>"
    "<table:table-cell office:value-type='date' office:date-value='2019-03-12'/>"
    "</table:table-row>"
    "<table:table-row table:number-rows-repeated='1048574'><table:table-cell "
    "table:number-columns-repeated='16384'/></table:table-row>"
    "</table:table></office:spreadsheet></office:body></office:document-content>"
)


def _ods(path: Path, manifest: str) -> Path:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", _ODS)
    path.write_bytes(content.getvalue())
    return path


def test_an_open_document(tmp_path: Path) -> None:
    path = _ods(tmp_path / "élus.ods", "<manifest/>")
    found = examine(path, file_name="élus.ods")
    assert (found.format, found.sheets[0].headers) == ("ods", ("Nom", "CP", "Date"))
    (row,) = _rows(path, Layout("Élus", 1, None, None))
    assert row.cells == ("Béthune", 62400, dt.date(2019, 3, 12))


def test_an_open_document_under_a_password(tmp_path: Path) -> None:
    path = _ods(tmp_path / "élus.ods", "<m><manifest:encryption-data/></m>")
    with pytest.raises(UnreadableFileError, match="mot de passe"):
        examine(path, file_name="élus.ods")


def test_an_open_document_of_repeated_cells_is_bounded(tmp_path: Path) -> None:
    cell = "<table:table-cell office:value-type='float' office:value='1' "
    bomb = _ODS.replace("<table:table-cell table:number-columns-repeated='16384'/>", "")
    row = f"<table:table-row table:number-rows-repeated='1000000'>{cell}"
    many = f"{row}table:number-columns-repeated='16000'/></table:table-row></table:table>"
    path = tmp_path / "bomb.ods"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", bomb.replace("</table:table>", many))
    with pytest.raises(UnreadableFileError, match=r"trop de mémoire|plus de|abîmé"):
        examine(path, file_name="bomb.ods")


def test_a_cell_that_is_an_error_is_empty_and_an_empty_book_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    rows = [f'<row r="1">{text_cell("A1", "Nom")}<c r="B1" t="e"><v>#N/A</v></c></row>']
    workbook(path, rows)
    assert examine(path, file_name="a.xlsx").sheets[0].headers == ("Nom",)
    workbook(path, [])
    with pytest.raises(UnreadableFileError, match="aucune donnée"):
        examine(path, file_name="a.xlsx")


def test_moments_and_durations_become_text_and_odd_numbers_are_kept() -> None:
    raw = [
        dt.time(9, 30),
        dt.timedelta(hours=26, minutes=5),
        float("nan"),
        float("inf"),
        1e300,
        -0.0,
        "  x\0 ",
    ]
    (row,) = numbered_rows(Table(name="A", rows=lambda: [raw]))
    assert row.cells == ("09:30", "26:05", None, None, 1e300, 0, "x")
