"""The calendar file of one registration (RFC 5545, 5546): asked for, changed, called off.

Its UID never changes, and its SEQUENCE grows with what matters; it holds no link of its reader's.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from crm.core import clock
from crm.core.calendars import new_calendar, new_entry, person

_PRODUCT = "-//Passerelle//Inscriptions//FR"


class Method(StrEnum):
    """What a file asks of a calendar."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What a file says; instants are aware, and an all-day event ends with its last day.

    `place` is a room or an address of a meeting; `url` the public page of the event.
    """

    uid: str
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime | None
    is_all_day: bool
    place: str | None
    url: str
    organiser: str
    organiser_address: str
    guest: str
    guest_address: str
    written_at: datetime


def invitation_file(invitation: Invitation, method: Method) -> str:
    """Return the file, its instants in UTC, its days as days."""
    calendar = new_calendar(_PRODUCT, method.value)
    calendar.add_component(_event(invitation, method))
    return bytes(calendar.to_ical()).decode("utf-8")


def _event(invitation: Invitation, method: Method) -> Any:
    event = new_entry()
    event.add("uid", invitation.uid)
    event.add("dtstamp", invitation.written_at.replace(microsecond=0))
    event.add("sequence", invitation.sequence)
    event.add("summary", invitation.title)
    _add_times(event, invitation)
    if invitation.place:
        event.add("location", invitation.place)
    event.add("url", invitation.url)
    event.add("organizer", person(invitation.organiser_address, invitation.organiser))
    guest = person(invitation.guest_address, invitation.guest)
    guest.params["ROLE"] = "REQ-PARTICIPANT"
    guest.params["PARTSTAT"] = "ACCEPTED"
    guest.params["RSVP"] = "FALSE"
    event.add("attendee", guest)
    event.add("status", "CANCELLED" if method is Method.CANCEL else "CONFIRMED")
    event.add("transp", "OPAQUE")
    return event


def _add_times(event: Any, invitation: Invitation) -> None:
    starts_at, ends_at = invitation.starts_at, invitation.ends_at
    if invitation.is_all_day:
        first = clock.in_paris(starts_at).date()
        last = first if ends_at is None else clock.in_paris(ends_at).date()
        event.add("dtstart", first)
        event.add("dtend", last + timedelta(days=1))
        return
    event.add("dtstart", starts_at.replace(microsecond=0))
    if ends_at is not None and ends_at > starts_at:
        event.add("dtend", ends_at.replace(microsecond=0))
    else:
        event.add("duration", timedelta(hours=1))
