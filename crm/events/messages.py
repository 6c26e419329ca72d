"""The messages that events send, each composed here and nowhere else."""

import secrets
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from flask import current_app
from sqlalchemy.orm import Session

from crm.config import Settings
from crm.core import clock
from crm.events import rules
from crm.events.calendar_file import Invitation, Method, invitation_file
from crm.events.letters import LOCALE, Letter, letter, prepare, text_of
from crm.events.models import Event, EventMove, EventReminder, Registration
from crm.events.types import BEFORE, EventStatus, RegistrationStatus
from crm.mail.composing import absolute_url, speaking
from crm.mail.outbox import post
from crm.mail.types import Priority
from crm.web.formats import instant

_KEPT_FOR = timedelta(days=30)
_FOLDERS = {True: "event_reminder", False: "event_after"}


def new_uid() -> str:
    """Return the UID of a calendar file: the registration's own, for ever."""
    host = urlsplit(str(_settings().base_url)).hostname or "passerelle"
    return f"{secrets.token_hex(16)}@{host}"


def send_registration(
    session: Session, event: Event, registration: Registration, *, is_again: bool = False
) -> None:
    """Say that someone has a seat, with the calendar file, or that they wait for one."""
    is_seated = registration.status == RegistrationStatus.REGISTERED
    key = secrets.token_hex(8) if is_again else f"{registration.status}:{registration.sequence}"
    written = letter(
        "event_registration",
        event,
        is_seated=is_seated,
        is_offered=registration.status == RegistrationStatus.OFFERED,
        is_again=is_again,
        until=_until(registration),
    )
    if is_again:
        written = replace(written, name=_name(registration))
    method = Method.REQUEST if is_seated else None
    _send(session, event, registration, written, key=key, method=method)


def send_offer(session: Session, event: Event, registration: Registration) -> None:
    """Say that a seat is free for someone who waited, and until when; of no use after that."""
    _send(
        session,
        event,
        registration,
        letter("event_registration", event, is_offered=True, until=_until(registration)),
        key=f"offer:{_mark(registration.offered_until)}",
        expires_at=registration.offered_until,
    )


def send_expired(session: Session, event: Event, registration: Registration) -> None:
    """Say that a seat was not confirmed in time and went to somebody else."""
    written = letter("event_end", event, is_expired=True)
    _send(session, event, registration, written, key="expired")


def send_cancelled(
    session: Session,
    event: Event,
    registration: Registration,
    *,
    had_seat: bool,
    is_by_team: bool = False,
) -> None:
    """Confirm that someone does not come, with what takes it out of their calendar."""
    written = letter("event_end", event, is_by_team=is_by_team)
    method = Method.CANCEL if had_seat else None
    _send(session, event, registration, written, key="cancelled", method=method)


def send_change(
    session: Session, event: Event, registration: Registration, *, old: EventMove | None = None
) -> None:
    """Say what has changed: another date, no date yet, or that it is called off.

    `old` is the move by which the date that they know was given up, if it was.
    """
    is_seated = registration.status == RegistrationStatus.REGISTERED
    is_off = event.status == EventStatus.CANCELLED or event.starts_at is None
    asked = Method.CANCEL if is_off else Method.REQUEST
    _send(
        session,
        event,
        registration,
        letter("event_change", event, old, is_seated=is_seated),
        key=f"told:{registration.sequence}",
        method=asked if is_seated else None,
        old=old,
    )


def send_reminder(
    session: Session, event: Event, registration: Registration, reminder: EventReminder
) -> None:
    """Remind someone of an event that is near."""
    _send_at(session, event, registration, reminder, "event_reminder")


def send_after(
    session: Session, event: Event, registration: Registration, reminder: EventReminder
) -> None:
    """Give someone who came, or who could not, what there is to see again."""
    _send_at(session, event, registration, reminder, "event_after")


def prepare_registration(event: Event) -> None:
    """Compose what whoever registers may get, before the database is held."""
    for is_seated in (True, False):
        prepare(letter("event_registration", event, is_seated=is_seated))


def prepare_change(event: Event, moves: Iterable[EventMove]) -> None:
    """Compose what those who know an old date, place or title may get, before that too."""
    for old in (None, *moves):
        for is_seated in (True, False):
            prepare(letter("event_change", event, old, is_seated=is_seated))


def prepare_reminder(event: Event, kind: str) -> None:
    """Compose the reminders of a kind before the database is held."""
    prepare(letter(_FOLDERS[kind in BEFORE], event, kind=kind))


def reminder_key(reminder: EventReminder) -> str:
    """Return the key of the one message of a reminder for the date it is due for."""
    return f"event:{reminder.registration_id}:{reminder.kind}:{_mark(reminder.due_at)}"


def _send_at(
    session: Session,
    event: Event,
    registration: Registration,
    reminder: EventReminder,
    folder: str,
) -> None:
    kind, until = reminder.kind, _kept_until(event)
    if kind in BEFORE and event.starts_at is not None:
        until = rules.true_until(kind, reminder.due_at, event.starts_at)
        if until <= clock.now():  # late: it is not « demain » any more
            kind, until = "", event.starts_at
    _send(
        session,
        event,
        registration,
        letter(folder, event, kind=kind),
        unique_key=reminder.message_key,
        expires_at=until,
        priority=Priority.USUAL,
    )


def _send(
    session: Session,
    event: Event,
    registration: Registration,
    written: Letter,
    *,
    key: str = "",
    unique_key: str | None = None,
    method: Method | None = None,
    old: EventMove | None = None,
    expires_at: datetime | None = None,
    priority: int = Priority.AWAITED,
) -> None:
    composed = text_of(written, registration)
    post(
        session,
        unique_key=unique_key or f"event:{registration.id}:{key}",
        recipient=registration.email,
        subject=composed.subject,
        text_body=composed.text_body,
        html_body=composed.html_body,
        expires_at=expires_at or _kept_until(event),
        priority=priority,
        calendar=_calendar(event, registration, method, old),
    )


def _calendar(
    event: Event, registration: Registration, method: Method | None, old: EventMove | None
) -> str | None:
    """Return the file that goes with a message; None where nothing has a date."""
    starts_at, ends_at, is_all_day = event.starts_at, event.ends_at, event.is_all_day
    if starts_at is None and old is not None:
        starts_at, ends_at, is_all_day = old.old_starts_at, old.old_ends_at, old.was_all_day
    if method is None or starts_at is None:
        return None
    settings = _settings()
    return invitation_file(
        Invitation(
            uid=registration.uid,
            sequence=registration.sequence,
            title=event.title,
            starts_at=starts_at,
            ends_at=ends_at,
            is_all_day=is_all_day,
            place=", ".join(filter(None, (event.place, event.link))) or None,
            url=absolute_url("registration.show", event_id=event.id),
            organiser=settings.network_name,
            organiser_address=settings.mail.reply_to or settings.mail.sender,
            guest=_name(registration),
            guest_address=registration.email,
            written_at=clock.now(),
        ),
        method,
    )


def _name(registration: Registration) -> str:
    return f"{registration.first_name or ''} {registration.last_name}".strip()


def _kept_until(event: Event) -> datetime:
    """Return when a message is of no use any more: its link is not kept longer."""
    now = clock.now()
    return max(event.ends_at or event.starts_at or now, now) + _KEPT_FOR


def _until(registration: Registration) -> str:
    with speaking(LOCALE):
        return instant(registration.offered_until)


def _mark(moment: datetime | None) -> int:
    return 0 if moment is None else int(moment.timestamp())


def _settings() -> Settings:
    settings: Settings = current_app.config["SETTINGS"]
    return settings
