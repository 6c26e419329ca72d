"""Saying that the background work is silent, to those who can do something about it."""

from dataclasses import dataclass
from datetime import datetime

from flask_login import current_user

from crm.core import clock
from crm.database import db
from crm.jobs.queries import last_beat
from crm.jobs.rules import is_silent
from crm.web.access import Permission


@dataclass(frozen=True, slots=True)
class Silence:
    """Nothing has been heard since an instant; None when nothing ever was."""

    since: datetime | None


def current_silence() -> Silence | None:
    """Return the silence of the background work; None while it gives signs of life."""
    beat_at = last_beat(db.session())
    return Silence(beat_at) if is_silent(beat_at, clock.now()) else None


def silence_for_administrators() -> Silence | None:
    """Return the silence on the pages of those who look after the server; None for the others."""
    person = current_user._get_current_object()  # noqa: SLF001
    if not person or not person.may(Permission.MANAGE_JOBS):
        return None
    return current_silence()
