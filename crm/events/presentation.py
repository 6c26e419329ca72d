"""What the pages of events put together."""

from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from crm.attachments.presentation import files_of_page
from crm.consents.subscriptions import people_at
from crm.core import clock
from crm.core.errors import N_
from crm.events import rules
from crm.events.dates import when_words
from crm.events.forms.registrations import shown_answers
from crm.events.inviting import can_invite
from crm.events.models import Event, EventMove, Registration
from crm.events.queries.events import event_for_page, moves_of
from crm.events.queries.registrations import (
    count_where,
    counts_of,
    is_to_be_told,
    is_to_review,
    present_and_absent,
    questions_of,
    registration_for_page,
    reminders_of,
    told_afterwards,
)
from crm.events.threshold import presence_percent_of
from crm.events.types import (
    REGISTRATION_LABELS,
    REGISTRATION_TONES,
    REMINDER_LABELS,
    SOURCE_LABELS,
    STATUS_LABELS,
    STATUS_TONES,
    EventStatus,
)
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.mail.composing import absolute_url
from crm.web.markdown import notes_html
from crm.web.panels import panels_of

OPENNESS_LABELS = {
    rules.Openness.OPEN: N_("Inscriptions ouvertes"),
    rules.Openness.NOT_YET: N_("Inscriptions pas encore ouvertes"),
    rules.Openness.CLOSED: N_("Inscriptions closes"),
    rules.Openness.PAST: N_("Inscriptions closes : c’est commencé ou passé"),
    rules.Openness.CANCELLED: N_("Annulé"),
    rules.Openness.NONE: N_("Pas d’inscription en ligne"),
}


@dataclass(frozen=True, slots=True)
class ToldMove:
    """A date given up, and what came in its place, in words."""

    old: str
    new: str
    move: EventMove


@dataclass(frozen=True, slots=True)
class Afterwards:
    """What leaves afterwards: how many to those present, to the absent, and to whom it did."""

    present: int
    absent: int
    told: int

    @property
    def left(self) -> int:
        """Return to how many there is still to write."""
        return self.present + self.absent - self.told


def event_page(session: Session, event_id: int) -> dict[str, Any]:
    """Return what an event's page shows; raise NotFoundError."""
    event = event_for_page(session, event_id)
    counts = counts_of(session, event_id)
    changes = history_of(session, entity="event", record_id=event_id, limit=20)
    return {
        "event": event,
        "when": when_of(event),
        "status_label": STATUS_LABELS[EventStatus(event.status)],
        "status_tone": STATUS_TONES[EventStatus(event.status)],
        "moves": [_told(each) for each in moves_of(session, event_id)],
        "counts": counts,
        "taken": counts["inscrite"] + counts["proposee"],
        "registration_labels": REGISTRATION_LABELS,
        "openness": openness_of(event),
        "openness_label": OPENNESS_LABELS[openness_of(event)],
        "public_url": absolute_url("registration.show", event_id=event_id),
        "to_tell": _to_tell(session, event),
        "to_review": count_where(session, event_id, is_to_review()),
        "afterwards": _afterwards(session, event),
        "questions": questions_of(session, event_id),
        "description": notes_html(event.description) if event.description else None,
        "presence_percent": presence_percent_of(event),
        "can_invite": can_invite(event),
        "is_past": rules.has_begun(event.starts_at, clock.now()),
        **files_of_page(session, entity="event", record_id=event_id),
        "panels": panels_of(session, "event", event_id),
        "changes": tell(session, changes),
    }


def registration_page(session: Session, registration_id: int) -> dict[str, Any]:
    """Return what the team sees of a registration; raise NotFoundError."""
    registration = registration_for_page(session, registration_id)
    questions = questions_of(session, registration.event_id, with_retired=True)
    changes = history_of(session, entity="registration", record_id=registration_id, limit=20)
    return {
        "registration": registration,
        "event": registration.event,
        "when": when_of(registration.event),
        "name": name_of(registration),
        "status_label": REGISTRATION_LABELS[registration.status],  # type: ignore[index]
        "status_tone": REGISTRATION_TONES[registration.status],  # type: ignore[index]
        "source_label": SOURCE_LABELS[registration.source],  # type: ignore[index]
        "answers": shown_answers(questions, registration.answers),
        "is_to_review": registration.contact_id is None and registration.reviewed_at is None,
        "people": [] if registration.contact_id else people_at(session, registration.email),
        "reminders": reminders_of(session, registration_id),
        "reminder_labels": REMINDER_LABELS,
        "changes": tell(session, changes),
    }


def when_of(event: Event) -> str:
    """Return when an event is, in words."""
    return when_words(event.starts_at, event.ends_at, is_all_day=event.is_all_day)


def name_of(registration: Registration) -> str:
    """Return how someone who registered is called."""
    return f"{registration.first_name or ''} {registration.last_name}".strip()


def openness_of(event: Event) -> rules.Openness:
    """Return whether one may register for an event now."""
    window = rules.Window(
        status=event.status,
        takes_registrations=event.takes_registrations,
        starts_at=event.starts_at,
        opens_at=event.registration_opens_at,
        closes_at=event.registration_closes_at,
    )
    return rules.openness(window, clock.now())


def back_to(event_id: int, part: str = "") -> str:
    """Return the address of an event's page, or of a part of it."""
    return url_for("events.show", event_id=event_id) + (f"#{part}" if part else "")


def _to_tell(session: Session, event: Event) -> int:
    """Return how many know an old date, place or title; of no use once it was held."""
    is_held = event.status == EventStatus.HELD
    return 0 if is_held else count_where(session, event.id, is_to_be_told())


def _told(move: EventMove) -> ToldMove:
    return ToldMove(
        when_words(move.old_starts_at, move.old_ends_at, is_all_day=move.was_all_day),
        when_words(move.new_starts_at, move.new_ends_at, is_all_day=move.is_all_day),
        move,
    )


def _afterwards(session: Session, event: Event) -> Afterwards | None:
    """Return what there is to write afterwards; None before it was held, or while nobody came."""
    if event.status != EventStatus.HELD:
        return None
    present, absent = present_and_absent(session, event.id)
    if not present:
        return None
    told = told_afterwards(session, event.id) & {*present, *absent}
    return Afterwards(len(present), len(absent), len(told))
