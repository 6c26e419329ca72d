"""Files for spreadsheets: typed, and safe against formulas."""

import io
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

from crm.web.exports import csv_lines, safe_text, send_table

ROWS = [
    ("=1+1", "+33 3 20 12 34 56", date(2019, 3, 12), 3782, None),
    ("@cmd|' /C calc'!A0", "01234", datetime(2019, 3, 12, 13, 0, tzinfo=UTC), 1.5, 'é;"x"'),
]
HEADER = ["a", "b", "c", "d", "e"]


def test_csv_opens_in_french_excel() -> None:
    content = b"".join(csv_lines(HEADER, ROWS))
    assert content.startswith(b"\xef\xbb\xbfa;b;c;d;e\r\n")
    lines = content.decode("utf-8-sig").splitlines()
    assert lines[1] == "'=1+1;+33 3 20 12 34 56;12/03/2019;3782;"
    assert lines[2] == '\'@cmd|\' /C calc\'!A0;01234;12/03/2019 14:00;1,5;"é;""x"""'


def test_xlsx_holds_text_dates_and_numbers_and_no_formula(app: Flask) -> None:
    with app.test_request_context():
        response = send_table("Un titre : avec [des] signes", HEADER, ROWS, "xlsx")
        content = b"".join(response.response)  # type: ignore[arg-type]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
    first, second = sheet.to_python()[1:]
    assert first[:4] == ["=1+1", "+33 3 20 12 34 56", date(2019, 3, 12), 3782.0]
    assert second[1] == "01234"
    assert second[2] == datetime(2019, 3, 12, 14, 0)  # noqa: DTZ001 - a cell has no zone
    assert b"<f>" not in content


def test_the_file_name_is_plain(app: Flask) -> None:
    with app.test_request_context():
        response = send_table("Séances : l’été", HEADER, [], "csv")
    name = response.headers["Content-Disposition"]
    assert name.startswith('attachment; filename="seances-l-ete-')
    assert name.endswith('.csv"')


@pytest.mark.parametrize("text", ["+33 3 20 12 34 56", "-12,5", "abc", "", "l’eau"])
def test_what_is_no_formula_stays_as_it_is(text: str) -> None:
    assert safe_text(text) == text


@given(st.text(max_size=20))
def test_no_text_begins_like_a_formula(text: str) -> None:
    safe = safe_text(text)
    begins = safe[:1] in ("=", "@", "\t", "\r")
    assert not begins
    if safe[:1] in ("+", "-"):
        assert set(safe[1:]) <= set("0123456789 .,")
