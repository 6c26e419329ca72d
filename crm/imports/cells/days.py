"""Dates in all the habits of spreadsheets, with how much of each was said."""

import datetime as dt
import re
from collections.abc import Iterable

from crm.core.days import parse_day
from crm.core.errors import N_, RuleError
from crm.core.text import fold
from crm.imports.cells.texts import clean_code
from crm.imports.cells.types import Cell, CellError, DateRead, Precision

_FIRST_YEAR, _LAST_YEAR = 1850, 2100
_SERIAL_ORIGIN = dt.date(1899, 12, 30)  # Excel counts from 1900 and believes it was a leap year
_FIRST_SERIAL, _LAST_SERIAL = 10_000, 73_000  # 1927 to 2099
_LONGEST = 60
_PIVOT = 50  # « 49 » is 2049 and « 50 » is 1950
_MONTHS_IN_YEAR = 12
_DUMMY = dt.date(2000, 1, 1)

_NOT_UNDERSTOOD = N_(
    "Date non comprise. Écrivez par exemple « 12/03/2019 », « mars 2019 » ou « 2019 »."
)
_NO_SUCH_DAY = N_("Le %(day)s/%(month)s/%(year)s n’existe pas dans le calendrier.")
_AMERICAN = N_(
    "Il n’y a pas de mois %(month)s. Si le mois est écrit avant le jour, écrivez « %(day)s »."
)
_OUT_OF_RANGE = N_("L’année doit être entre %(first)s et %(last)s.")
_PERIOD = N_(
    "C’est une période de deux années. Écrivez la date de son début, par exemple « 01/09/2018 »."
)
_NO_YEAR = N_("L’année manque. Écrivez par exemple « 12/03/2019 ».")

_TIME = re.compile(
    r"[T ,à]+\d{1,2}\s?[:h]\s?\d{0,2}(?::\d{2})?(?:\.\d+)?\s*(?:[AP]M)?\s*"
    r"(?:Z|UTC|[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(r"(\d{4}) (\d{1,2}) (\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2}) (\d{1,2}) (\d{4}|\d{2})")
_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})(\d{2})")
_NAMED = re.compile(r"(?:[a-z]+ )?(\d{1,2})(?:er|e|eme)? ([a-z]+) (\d{4}|\d{2})")
_NAME_FIRST = re.compile(r"(?:[a-z]+ )?([a-z]+) (\d{1,2})(?:st|nd|rd|th)? (\d{4})")
_MONTH_YEAR = re.compile(r"(\d{1,2}) (\d{4})")
_YEAR_MONTH = re.compile(r"(\d{4}) (\d{1,2})")
_NAMED_MONTH = re.compile(r"([a-z]+) (\d{4}|\d{2})")
_YEAR = re.compile(r"\d{4}")
_TWO_YEARS = re.compile(r"((?:19|20)\d{2}) ((?:19|20)?\d{2})")
_NO_YEAR_SAID = re.compile(r"\d{1,2} (?:\d{1,2}|[a-z]+)")
_SERIAL = re.compile(r"(\d{5})(?:[.,]\d+)?")


def parse_date(cell: Cell, *, month_first: bool = False) -> DateRead:
    """Return the date of a cell and how much of it was said.

    `month_first` reads 10/17/2019 as Americans write it, for a column where that was seen (see
    `month_comes_first`). A time
    of day is left out. Raises RuleError for a day that does not exist, and for what is no date.

    >>> parse_date("1er avril 2019").day, parse_date(43536).day
    (datetime.date(2019, 4, 1), datetime.date(2019, 3, 12))
    >>> str(parse_date("03-2019").precision), str(parse_date("2019").precision)
    ('mois', 'annee')
    """
    if isinstance(cell, dt.datetime):
        return _day(cell.year, cell.month, cell.day)
    if isinstance(cell, dt.date):
        return _day(cell.year, cell.month, cell.day)
    if isinstance(cell, bool) or cell is None:
        raise CellError(_NOT_UNDERSTOOD)
    text = clean_code(cell, _NOT_UNDERSTOOD)
    serial = _SERIAL.fullmatch(text)
    if serial and _FIRST_SERIAL <= int(serial[1]) <= _LAST_SERIAL:
        day = _SERIAL_ORIGIN + dt.timedelta(days=int(serial[1]))
        return DateRead(day, Precision.DAY)
    typed = re.sub(r"\b1er\b", "1", fold(_TIME.sub("", text)))
    found = _numeric_day(typed, month_first=month_first) or _named_day(typed)
    found = found or _month(typed) or _year(typed)
    if found is not None:
        return found
    raise CellError(_NO_YEAR if _NO_YEAR_SAID.fullmatch(typed) else _NOT_UNDERSTOOD)


def month_comes_first(cells: Iterable[Cell]) -> bool | None:
    """Return whether a column writes the month before the day; None when no date in it says so.

    >>> month_comes_first(["03/04/2019", "10/17/2019 02:01 PM"]), month_comes_first(["03/04/2019"])
    (True, None)
    """
    habits = set()
    for cell in cells:
        text = cell if isinstance(cell, str) and len(cell) <= _LONGEST else ""
        match = _DAY_FIRST.fullmatch(fold(_TIME.sub("", text)))
        if match and max(int(match[1]), int(match[2])) > _MONTHS_IN_YEAR:
            habits.add(int(match[2]) > _MONTHS_IN_YEAR)
    return habits.pop() if len(habits) == 1 else None


def _numeric_day(typed: str, *, month_first: bool) -> DateRead | None:
    if match := _YEAR_FIRST.fullmatch(typed) or _COMPACT.fullmatch(typed):
        return _day(int(match[1]), int(match[2]), int(match[3]))
    if match := _DAY_FIRST.fullmatch(typed):
        day, month = int(match[1]), int(match[2])
        if month_first:
            day, month = month, day
        return _day(_full_year(match[3]), month, day)
    return None


def _named_day(typed: str) -> DateRead | None:
    if (match := _NAMED.fullmatch(typed)) and (month := _month_number(match[2])):
        return _day(_full_year(match[3]), month, int(match[1]))
    if (match := _NAME_FIRST.fullmatch(typed)) and (month := _month_number(match[1])):
        return _day(int(match[3]), month, int(match[2]))
    return None


def _month(typed: str) -> DateRead | None:
    if (match := _NAMED_MONTH.fullmatch(typed)) and (month := _month_number(match[1])):
        return DateRead(_day(_full_year(match[2]), month, 1).day, Precision.MONTH)
    for pattern, year, month in ((_MONTH_YEAR, 2, 1), (_YEAR_MONTH, 1, 2)):
        if (match := pattern.fullmatch(typed)) and 1 <= int(match[month]) <= _MONTHS_IN_YEAR:
            return DateRead(_day(int(match[year]), int(match[month]), 1).day, Precision.MONTH)
    return None


def _year(typed: str) -> DateRead | None:
    if _YEAR.fullmatch(typed):
        return DateRead(_day(int(typed), 1, 1).day, Precision.YEAR)
    if _TWO_YEARS.fullmatch(typed):
        raise CellError(_PERIOD)
    return None


def _month_number(name: str) -> int | None:
    """Return the number of a month by its name or its short form in French or English."""
    try:
        return parse_day(f"1 {name} 2000", _DUMMY).month
    except RuleError:
        return None


def _full_year(text: str) -> int:
    year = int(text)
    if len(text) > 2:  # noqa: PLR2004 - four figures
        return year
    return year + (2000 if year < _PIVOT else 1900)


def _day(year: int, month: int, day: int) -> DateRead:
    if month > _MONTHS_IN_YEAR >= day:
        raise CellError(_AMERICAN, month=month, day=f"{month:02}/{day:02}/{year:04}")
    try:
        found = dt.date(year, month, day)
    except ValueError:
        raise CellError(
            _NO_SUCH_DAY, day=f"{day:02}", month=f"{month:02}", year=f"{year:04}"
        ) from None
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise CellError(_OUT_OF_RANGE, first=_FIRST_YEAR, last=_LAST_YEAR)
    return DateRead(found, Precision.DAY)
