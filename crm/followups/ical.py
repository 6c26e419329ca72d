"""A person's follow-ups and sessions as an iCalendar file (RFC 5545)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from crm.core.calendars import new_calendar, new_entry
from crm.core.errors import N_
from crm.web.locale import translate

_PRODUCT = "-//Passerelle//Agenda//FR"
_READ_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Entry:
    """A whole day of a calendar; `code` is its own for ever, `number` grows when it changes."""

    code: str
    number: int
    day: date
    summary: str
    url: str
    written_at: datetime
    is_busy: bool


def calendar_file(name: str, entries: Iterable[Entry]) -> bytes:
    """Return the calendar, as programs subscribe to it."""
    calendar = new_calendar(_PRODUCT, "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", _READ_AGAIN, parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _event(entry: Entry) -> Any:
    event = new_entry()
    event.add("uid", f"{entry.code}@{urlsplit(entry.url).hostname or 'passerelle'}")
    event.add("dtstamp", entry.written_at)
    event.add("sequence", entry.number)
    event.add("dtstart", entry.day)
    event.add("dtend", entry.day + timedelta(days=1))
    event.add("summary", entry.summary)
    event.add("url", entry.url)
    event.add("description", translate(N_("Ouvrir dans Passerelle : %(url)s"), url=entry.url))
    event.add("transp", "OPAQUE" if entry.is_busy else "TRANSPARENT")
    return event
