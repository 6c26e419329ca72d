"""What messages of events say: each text is composed once, and read by all who get the same one.

A text names nobody but where its reader manages their registration, which is put in last: what is
written while the database is held is a copy, not a page to render.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from flask import current_app

from crm.events.dates import when_words
from crm.events.links import manage_url, url_of_token
from crm.events.models import Event, EventMove, Registration
from crm.events.types import EventStatus
from crm.mail.composing import Composed, absolute_url, compose, speaking

LOCALE = "fr"
_SOMEBODY = secrets.token_hex(16)
_MOST_KEPT = 256


@dataclass(frozen=True, slots=True)
class Told:
    """What a message tells of its event."""

    title: str
    starts_at: datetime | None
    place: str | None
    link: str | None
    replay_link: str | None


@dataclass(frozen=True, slots=True)
class Letter:
    """All that the text of a message depends on, its reader apart.

    `until` is in words; `name` is given only where a message must say whose registration it is.
    """

    folder: str
    network: str
    page_url: str
    event: Told
    when: str
    old_when: str | None = None
    is_cancelled: bool = False
    is_seated: bool = False
    is_offered: bool = False
    is_again: bool = False
    is_expired: bool = False
    is_by_team: bool = False
    kind: str = ""
    until: str = ""
    name: str | None = None


def letter(folder: str, event: Event, old: EventMove | None = None, **said: str | bool) -> Letter:
    """Return a message of an event; `said` is what else it depends on."""
    with speaking(LOCALE):
        when = when_words(event.starts_at, event.ends_at, is_all_day=event.is_all_day)
        old_when = None
        if old is not None:
            old_when = when_words(old.old_starts_at, old.old_ends_at, is_all_day=old.was_all_day)
    written = Letter(
        folder=folder,
        network=current_app.config["SETTINGS"].network_name,
        page_url=absolute_url("registration.show", event_id=event.id),
        event=Told(event.title, event.starts_at, event.place, event.link, event.replay_link),
        when=when,
        old_when=old_when,
        is_cancelled=event.status == EventStatus.CANCELLED,
    )
    return replace(written, **said)  # type: ignore[arg-type]


def text_of(written: Letter, registration: Registration) -> Composed:
    """Return a message as it is sent to whoever registered."""
    # A name is nobody else's, and is not kept.
    composed = _compose(written) if written.name else prepare(written)
    mine, anyone = manage_url(registration.id), url_of_token(_SOMEBODY)
    return Composed(
        composed.subject,
        composed.text_body.replace(anyone, mine),
        composed.html_body.replace(anyone, mine),
    )


@lru_cache(maxsize=_MOST_KEPT)
def prepare(written: Letter) -> Composed:
    """Compose a message before the database is held; whoever is written to next reads that."""
    return _compose(written)


def _compose(written: Letter) -> Composed:
    said = {name: getattr(written, name) for name in Letter.__slots__ if name != "folder"}
    return compose(written.folder, locale=LOCALE, manage_url=url_of_token(_SOMEBODY), **said)
