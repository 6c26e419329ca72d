"""Durations and instants as meeting tools write them, in French and in English: pure."""

import re
from datetime import UTC, date, datetime, time, timedelta

from crm.core import clock
from crm.core.errors import N_, RuleError

LONGEST_STAY = timedelta(days=31)
_NOT_UNDERSTOOD = N_(
    "Ligne %(row)s : durée non comprise, « %(text)s ». Corrigez-la, ou ne lisez pas cette colonne."
)
_SHOWN = 40
_IN_SECONDS = re.compile(r"\b(?:secondes?|seconds?|secs?|s)\b")
_IN_HOURS = re.compile(r"\b(?:heures?|hours?|hrs?|h)\b")
_PARTS = re.compile(
    r"(?:(?P<h>\d{1,4}) ?(?:h|hr|hrs|heures?|hours?)(?P<bare> ?\d{1,2}(?= ?$))?)? ?(?:et |and )?"
    r"(?:(?P<m>\d{1,5}) ?(?:m|mn|mns|min|mins|minutes?))? ?(?:et |and )?"
    r"(?:(?P<s>\d{1,6}) ?(?:s|sec|secs|secondes?|seconds?))?"
)
_CLOCK = re.compile(r"(\d{1,4}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?")
_NUMBER = re.compile(r"\d{1,6}(?:[.,]\d+)?")
_ISO = re.compile(r"p?t(?=\d)")
_SPACES = re.compile(r"[\s\u00a0\u202f.,]+")


def seconds_of(cell: object, heading: str, row: int) -> int | None:
    """Return the seconds that a cell says: « 1 h 28 min », « 88 », « 1:28:00 », « 27m 51s ».

    A number alone is in minutes, unless its heading says seconds or hours; « 1:28 » is an hour and
    more. None for an empty cell; raises RuleError for what is no duration.
    """
    text = "" if cell is None or isinstance(cell, bool) else str(cell).strip().lower()
    if not text or text in {"-", "--", "–", "—"}:
        return None
    seconds = _read(text, heading.lower())
    if seconds is None or not 0 <= seconds <= LONGEST_STAY.total_seconds():
        raise RuleError("file", _NOT_UNDERSTOOD, row=row, text=text[:_SHOWN])
    return round(seconds)


def _read(text: str, heading: str) -> float | None:
    if _NUMBER.fullmatch(text):
        number = float(text.replace(",", "."))
        if _IN_SECONDS.search(heading):
            return number
        return number * (3600 if _IN_HOURS.search(heading) else 60)
    if found := _CLOCK.fullmatch(text):
        return int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3] or 0)
    plain = _SPACES.sub(" ", _ISO.sub("", text)).strip()
    parts = _PARTS.fullmatch(plain)
    if parts is None or not any(parts.group(name) for name in "hms"):
        return None
    minutes = int(parts["m"] or parts["bare"] or 0)
    return int(parts["h"] or 0) * 3600 + minutes * 60 + int(parts["s"] or 0)


_INSTANT = re.compile(
    r"(?:(?P<year>\d{4})[/.-](?P<month>\d{1,2})[/.-](?P<day>\d{1,2})[ t]+"
    r"|(?P<one>\d{1,2})[/.-](?P<two>\d{1,2})[/.-](?P<end>\d{4}|\d{2}) +)?"
    r"(?P<hour>\d{1,2})[:h](?P<minute>\d{2})(?::(?P<second>\d{2}))?(?:\.\d+)?"
    r" ?(?P<half>[ap]\.?m\.?)?(?P<utc> ?(?:z|utc|gmt|\+00:?00))?"
)


def instant_of(cell: object, event_day: date | None) -> datetime | None:
    """Return the instant of « 10/17/2019 02:01:00 PM » or « 17/10/2019 14:01 », in UTC.

    Where a day can be read two ways, it is that of the event; else with AM or PM the month comes
    first, and the day does otherwise. A time alone is of the event's day. None for anything else.
    """
    text = " ".join(str(cell or "").replace(",", " ").split()).lower()
    found = _INSTANT.fullmatch(text)
    if found is None:
        return None
    at, day = _time(found), _day(found, event_day)
    if at is None or day is None:
        return None
    if found["utc"]:
        return datetime.combine(day, at, UTC)
    return clock.paris_instant(day, at)


def _time(found: re.Match[str]) -> time | None:
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"] or 0)
    if half := found["half"]:
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    try:
        return time(hour, minute, second)
    except ValueError:
        return None


def _day(found: re.Match[str], event_day: date | None) -> date | None:
    if found["year"]:
        return _built(int(found["year"]), int(found["month"]), int(found["day"]))
    if not found["one"]:
        return event_day
    one, two, year = int(found["one"]), int(found["two"]), int(found["end"])
    year += 2000 if year < 100 else 0  # noqa: PLR2004 - « 19 » is 2019
    ways = [_built(year, two, one), _built(year, one, two)]
    if found["half"]:
        ways.reverse()
    if event_day in ways:
        return event_day
    return next((day for day in ways if day is not None), None)


def _built(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
