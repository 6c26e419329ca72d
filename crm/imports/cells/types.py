"""What a cell may hold, and the errors that say how to put it right."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from crm.core.errors import RuleError

Cell = str | int | float | bool | dt.date | None
FIELD = "cell"


class CellError(RuleError):
    """A cell that is not understood: `message` is a msgid in French, `params` its values."""

    def __init__(self, message: str, **params: Any) -> None:
        super().__init__(FIELD, message, **params)


class AmbiguousAmountError(CellError):
    """An amount with two readings: `readings` are cents, the one with thousands first."""

    def __init__(self, message: str, readings: tuple[int, int], **params: Any) -> None:
        super().__init__(message, **params)
        self.readings = readings


class Precision(StrEnum):
    """How much of a date was said."""

    DAY = "jour"
    MONTH = "mois"
    YEAR = "annee"


@dataclass(frozen=True, slots=True)
class DateRead:
    """A date: its day, the first of the month or of the year when no more was said."""

    day: dt.date
    precision: Precision


@dataclass(frozen=True, slots=True)
class Place:
    """A town as written in an address.

    `search` is the folded form under which a commune is found; with `is_cedex` the postcode is one
    of the postal service, not of the commune.
    """

    name: str
    postcode: str | None
    is_cedex: bool
    search: str
