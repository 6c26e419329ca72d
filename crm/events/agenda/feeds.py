"""The public agenda for programs: iCalendar (RFC 5545), RSS 2.0 and JSON."""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET  # we write it, and read none

from crm.core import clock
from crm.core.calendars import new_calendar, new_entry
from crm.events.agenda.types import Entry
from crm.events.dates import when_words
from crm.events.types import STATUS_LABELS, EventStatus
from crm.web.locale import translate

_PRODUCT = "-//Passerelle//Agenda public//FR"
_READ_AGAIN = timedelta(hours=1)
_XML = b'<?xml version="1.0" encoding="utf-8"?>\n'
_FORBIDDEN = {code: None for code in range(32) if chr(code) not in "\t\n\r"}


def calendar_file(name: str, entries: Iterable[Entry]) -> bytes:
    """Return the dated events as a calendar to subscribe to, instants in UTC.

    An event keeps its UID for ever; one called off says so rather than vanish.
    """
    calendar = new_calendar(_PRODUCT, "PUBLISH")
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", _READ_AGAIN, parameters={"VALUE": "DURATION"})
    for entry in entries:
        if entry.starts_at is not None:
            calendar.add_component(_event(entry, entry.starts_at))
    return bytes(calendar.to_ical())


def _event(entry: Entry, starts_at: datetime) -> Any:
    event = new_entry()
    event.add("uid", f"evenement-{entry.id}@{urlsplit(entry.url).hostname or 'passerelle'}")
    event.add("dtstamp", entry.created_at.replace(microsecond=0))
    event.add("sequence", entry.sequence)
    event.add("summary", entry.title)
    if entry.is_all_day:
        last = clock.in_paris(entry.ends_at or starts_at).date()
        event.add("dtstart", clock.in_paris(starts_at).date())
        event.add("dtend", last + timedelta(days=1))
    else:
        event.add("dtstart", starts_at.replace(microsecond=0))
        if entry.ends_at is not None and entry.ends_at > starts_at:
            event.add("dtend", entry.ends_at.replace(microsecond=0))
    if entry.place:
        event.add("location", entry.place)
    event.add("url", entry.url)
    if entry.description:
        event.add("description", entry.description)
    event.add("categories", [entry.kind, *entry.themes])
    is_off = entry.status == EventStatus.CANCELLED
    event.add("status", "CANCELLED" if is_off else "CONFIRMED")
    return event


def rss_file(name: str, page_url: str, entries: Sequence[Entry]) -> bytes:
    """Return the events as an RSS feed, as UTF-8 XML."""
    root = ET.Element("rss", version="2.0")
    channel = ET.SubElement(root, "channel")
    _put(channel, "title", name)
    _put(channel, "link", page_url)
    _put(channel, "description", translate("Les prochains rendez-vous du réseau"))
    _put(channel, "language", "fr")
    for entry in entries:
        item = ET.SubElement(channel, "item")
        _put(item, "title", f"{entry.title} ({when_of(entry)})")
        _put(item, "link", entry.url)
        guid = ET.SubElement(item, "guid", isPermaLink="false")
        guid.text = f"{entry.url}#{entry.sequence}"
        _put(item, "pubDate", format_datetime(entry.created_at))
        for category in (entry.kind, *entry.themes):
            _put(item, "category", category)
        _put(item, "description", _summary(entry))
    return _XML + bytes(ET.tostring(root, encoding="utf-8"))


def json_file(name: str, page_url: str, entries: Sequence[Entry]) -> bytes:
    """Return the events as JSON: instants in ISO 8601, in UTC."""
    told = {
        "title": name,
        "home_page_url": page_url,
        "events": [_plain(entry) for entry in entries],
    }
    return json.dumps(told, ensure_ascii=False, indent=1).encode()


def when_of(entry: Entry) -> str:
    """Return when an event is, in words."""
    return when_words(entry.starts_at, entry.ends_at, is_all_day=entry.is_all_day)


def _plain(entry: Entry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "title": entry.title,
        "kind": entry.kind,
        "status": entry.status,
        "status_label": translate(STATUS_LABELS[EventStatus(entry.status)]),
        "starts_at": entry.starts_at and entry.starts_at.isoformat(),
        "ends_at": entry.ends_at and entry.ends_at.isoformat(),
        "is_all_day": entry.is_all_day,
        "when": when_of(entry),
        "place": entry.place,
        "is_online": entry.is_online,
        "organiser": entry.organiser,
        "group": entry.group,
        "themes": list(entry.themes),
        "description": entry.description,
        "url": entry.url,
        "takes_registrations": entry.is_open,
    }


def _summary(entry: Entry) -> str:
    status = EventStatus(entry.status)
    said = translate(STATUS_LABELS[status]) if status is not EventStatus.CONFIRMED else None
    parts = (said, when_of(entry), entry.place, entry.organiser, entry.description)
    return " · ".join(part for part in parts if part)


def _put(parent: ET.Element, name: str, text: str) -> None:
    # A text may hold what XML may not: a pasted control character would break the whole feed.
    ET.SubElement(parent, name).text = text.translate(_FORBIDDEN)
