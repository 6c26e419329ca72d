"""Dates and amounts in the habits of spreadsheets."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.core.days import french_month
from crm.core.errors import RuleError
from crm.imports.cells import (
    AmbiguousAmountError,
    CellError,
    Precision,
    month_comes_first,
    parse_amount,
    parse_date,
)
from crm.imports.cells.types import Cell

TWELFTH = dt.date(2019, 3, 12)


@pytest.mark.parametrize(
    "cell",
    [
        "12/03/2019",
        "12-03-19",
        "12.03.2019",
        "2019-03-12",
        "12 mars 2019",
        "mardi 12 mars 2019",
        "le 12 mars 2019",
        "March 12, 2019",
        "2019-03-12T10:00:00Z",
        "2019-03-12 10:00:00",
        "12/03/2019 14:30",
        "12/03/2019 à 14h30",
        "20190312",
        20190312,
        43536,
        43536.0,
        43536.75,
        "43536",
        "43536.0",
        TWELFTH,
        dt.datetime(2019, 3, 12, 14, 30, tzinfo=dt.UTC),
    ],
)
def test_a_day_in_every_habit(cell: Cell) -> None:
    found = parse_date(cell)
    assert (found.day, found.precision) == (TWELFTH, Precision.DAY)


@pytest.mark.parametrize(
    "text", ["mars 2019", "03-2019", "03/2019", "2019-03", "mars-19", "Mars 2019"]
)
def test_a_month(text: str) -> None:
    found = parse_date(text)
    assert (found.day, found.precision) == (dt.date(2019, 3, 1), Precision.MONTH)


@pytest.mark.parametrize("cell", ["2019", 2019, 2019.0, "2019.0"])
def test_a_year(cell: Cell) -> None:
    found = parse_date(cell)
    assert (found.day, found.precision) == (dt.date(2019, 1, 1), Precision.YEAR)


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("31/02/2019", "Le 31/02/2019 n’existe pas"),
        ("29 février 2019", "Le 29/02/2019 n’existe pas"),
        ("12/13/2019", "Il n’y a pas de mois 13"),
        ("10/17/2019 02:01:00 PM", "écrivez «\u00a017/10/2019\u00a0»"),
        ("00/00/0000", "n’existe pas"),
        ("0001-01-01", "entre 1850 et 2100"),
        ("2018-2019", "période de deux années"),
        ("2018/19", "période de deux années"),
        ("12/03", "L’année manque"),
        ("12 mars", "L’année manque"),
        ("à confirmer", "Date non comprise"),
        ("", "Date non comprise"),
        (None, "Date non comprise"),
        (True, "Date non comprise"),
        (99999, "Date non comprise"),
        (12, "Date non comprise"),
        ("hier", "Date non comprise"),
    ],
)
def test_what_is_no_date_is_told(cell: Cell, sentence: str) -> None:
    with pytest.raises(CellError, match=sentence):
        parse_date(cell)


def test_months_may_come_first_where_it_was_seen() -> None:
    assert parse_date("10/17/2019 02:01:00 PM", month_first=True).day == dt.date(2019, 10, 17)


def test_the_habit_of_a_column_of_dates() -> None:
    assert month_comes_first(["03/04/2019", "10/17/2019 02:01:00 PM", None, 12]) is True
    assert month_comes_first(["03/04/2019", "17/10/2019", "à voir"]) is False
    assert month_comes_first(["03/04/2019", "mars 2019", "x" * 9000]) is None
    assert month_comes_first(["17/10/2019", "10/17/2019"]) is None


@given(st.dates(dt.date(1950, 1, 1), dt.date(2049, 12, 31)))
def test_every_day_is_read_back(day: dt.date) -> None:
    serial = (day - dt.date(1899, 12, 30)).days
    number = "1er" if day.day == 1 else str(day.day)
    for cell in (
        f"{day:%d/%m/%Y}",
        f"{day:%d-%m-%y}",
        day.isoformat(),
        f"{number} {french_month(day.month)} {day.year}",
        serial,
        float(serial),
        day,
    ):
        assert parse_date(cell).day == day


CELLS = st.one_of(
    st.none(), st.text(max_size=30), st.integers(), st.booleans(), st.floats(), st.dates()
)


@given(CELLS)
def test_no_cell_breaks_dates_and_amounts(cell: Cell) -> None:
    for parse in (parse_date, parse_amount):
        try:
            parse(cell)  # type: ignore[operator]
        except RuleError as error:
            assert error.message  # noqa: PT017 - any other error fails


@pytest.mark.parametrize(
    ("cell", "cents"),
    [
        ("1 500,00 €", 150_000),
        ("1\u202f500\u00a0€", 150_000),
        ("25 k€", 2_500_000),
        ("1.5 M€", 150_000_000),
        ("1,500.00", 150_000),
        ("1.500,00", 150_000),
        ("1.500.000", 150_000_000),
        ("1,234,567", 123_456_700),
        ("12500.50", 1_250_050),
        ("0,500", 50),
        ("0.125 k€", 12_500),
        ("-12,5", -1_250),
        ("(1 500,00)", -150_000),
        ("100-", -10_000),
        ("€ 500", 50_000),
        ("1500 € TTC", 150_000),
        (1500, 150_000),
        (1500.5, 150_050),
        (33.333333, 3_333),
        (0.1 + 0.2, 30),
        (-0.0, 0),
    ],
)
def test_amounts_in_cents(cell: Cell, cents: int) -> None:
    assert parse_amount(cell) == cents


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("1.500", (150_000, 150)),
        ("1,500 €", (150_000, 150)),
        ("-1.500", (-150_000, -150)),
        ("1.500 k€", (150_000_000, 150_000)),
        ("12.345", (1_234_500, 1_234)),
    ],
)
def test_an_amount_with_two_readings_is_asked(text: str, readings: tuple[int, int]) -> None:
    with pytest.raises(AmbiguousAmountError, match="se lit de deux façons") as asked:
        parse_amount(text)
    assert asked.value.readings == readings


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("500 $", "pas en euros"),
        ("10 000 F CFA", "pas en euros"),
        ("environ 500", "Montant non compris"),
        ("", "Montant non compris"),
        (None, "Montant non compris"),
        (True, "Montant non compris"),
        (float("nan"), "Montant non compris"),
        (1e15, "trop grand"),
        ("0.125", "deux chiffres au plus"),
        ("1 234,567", "deux chiffres au plus"),
    ],
)
def test_what_is_no_amount_is_told(cell: Cell, sentence: str) -> None:
    with pytest.raises(RuleError, match=sentence):
        parse_amount(cell)


@given(st.integers(-(10**11), 10**11))
def test_every_amount_is_read_back(cents: int) -> None:
    sign, (euros, rest) = "-" if cents < 0 else "", divmod(abs(cents), 100)
    grouped = f"{euros:,}"
    for text in (
        f"{sign}{euros},{rest:02} €",
        f"{sign}{grouped.replace(',', ' ')},{rest:02}",
        f"{sign}{grouped.replace(',', '.')},{rest:02}",
        f"{sign}{grouped}.{rest:02}",
        f"{sign}{euros}.{rest:02}",
    ):
        assert parse_amount(text) == cents
    assert parse_amount(cents / 100) == cents
