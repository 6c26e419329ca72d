"""What coverage makes of years, shares, names and populations: pure, no database."""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from crm.coverage.types import Years

FIRST_YEAR, LAST_YEAR = 1990, 2100
USUAL_YEARS = 10
SHADES = 5
FEWEST_FOR_A_RATE = 5
_ALL, _SPACE = 100, "\u202f"
_TIME_TO_APPLY, _USUAL_TIME = timedelta(weeks=4), timedelta(weeks=2)
_YEAR = re.compile("[0-9]{4}")
_RANGE = re.compile("([0-9]{1,8})-([0-9]{1,8})?")
_KINDS_OF_EPCI = re.compile(
    r"^(?:c\.?[acu]\.?|communauté (?:de communes|d’agglomération|urbaine))\s+"
    r"(?:de l’|d’|(?:du|de la|des|de)\s+)?",
    re.IGNORECASE,
)


def read_year(text: str | None) -> int | None:
    """Return the year that a text is; None when it is none between 1990 and 2100."""
    if not text or not _YEAR.fullmatch(text.strip()):
        return None
    year = int(text)
    return year if FIRST_YEAR <= year <= LAST_YEAR else None


def read_years(first: str | None, last: str | None, this_year: int) -> Years:
    """Return the years asked for, in their order; without them, the last ten."""
    end = read_year(last) or max(this_year, read_year(first) or this_year)
    start = read_year(first) or max(end - USUAL_YEARS + 1, FIRST_YEAR)
    return Years(min(start, end), max(start, end))


def shade_of(part: int, whole: int) -> int:
    """Return how dark a tile is, from 0 (nothing at all) to 5 (everything or nearly).

    >>> [shade_of(part, 100) for part in (0, 1, 20, 21, 80, 81, 100)]
    [0, 1, 1, 2, 4, 5, 5]
    """
    if part <= 0 or whole <= 0:
        return 0
    return min(SHADES, (part * SHADES - 1) // whole + 1)


def percent(part: int, whole: int) -> str | None:
    """Return a share in whole percent, half up, as it is written; None of nothing.

    A share of some is never said to be 0, nor one that lacks some 100: it is « < 1 » or « > 99 ».
    """
    if whole <= 0:
        return None
    rounded = (200 * part + whole) // (2 * whole)
    if part > 0 and rounded == 0:
        return f"<{_SPACE}1"
    if part < whole and rounded == _ALL:
        return f">{_SPACE}99"
    return str(rounded)


def short_name(name: str) -> str:
    """Return the name of an EPCI without what they are all called.

    >>> short_name("CC du Pays du Vexin")
    'Pays du Vexin'
    """
    short = _KINDS_OF_EPCI.sub("", name).strip()
    return short[:1].upper() + short[1:] if short else name


@dataclass(frozen=True, slots=True)
class PopulationRange:
    """Populations from `least` to `most`, both inclusive; None has no end."""

    least: int
    most: int | None


def read_population(text: str) -> PopulationRange | None:
    """Return the range that « 500-1999 » or « 10000- » means; None when it is none."""
    match = _RANGE.fullmatch(text)
    if not match:
        return None
    return PopulationRange(int(match[1]), int(match[2]) if match[2] else None)


def proposed_due(closes_on: date | None, today: date) -> date:
    """Return the day to make contact by: four weeks before a call closes, tomorrow if it is late.

    Without a call that is still to close, in two weeks.
    """
    if closes_on is None or closes_on < today:
        return today + _USUAL_TIME
    return max(closes_on - _TIME_TO_APPLY, min(today + timedelta(days=1), closes_on))
