"""What a reminder is made of: sections of lines, each with what can be done in one click."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

EVERY_WEEKDAY = "12345"
USUAL_HOUR = 8


class ReminderKind(StrEnum):
    """A message once a day, or one at once for what is urgent."""

    DIGEST = "digest"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Subject:
    """What a reminder is of, once for its day: a person's message, or an urgent follow-up."""

    id: int
    day: date


@dataclass(frozen=True, slots=True)
class Line:
    """Something to do or to know; `path` is our page about it, `actions` the codes of its links.

    `mark` is the day that the record has now: its links hold for that day alone.
    """

    text: str
    path: str
    detail: str | None = None
    actions: Sequence[str] = ()
    record_id: int = 0
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """Lines under a title; `path` leads to all of them, where there are more."""

    code: str
    title: str
    lines: Sequence[Line]
    path: str | None = None
    has_more: bool = False


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a person is reminded: at an hour of Paris, on the days of the week they work.

    `weekdays` are the numbers of the days, 1 for Monday.
    """

    is_on: bool = True
    hour: int = USUAL_HOUR
    weekdays: str = EVERY_WEEKDAY


@dataclass(frozen=True, slots=True)
class Absence:
    """Days off, the first and the last."""

    start_on: date
    end_on: date
