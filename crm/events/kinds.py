"""How events come back, what goes with them, and what of them points at other records."""

from collections.abc import Sequence

from flask import url_for
from sqlalchemy import ColumnElement, func, or_, select, update
from sqlalchemy.orm import Session

from crm.contacts.models import Contact
from crm.core import clock
from crm.core.errors import N_
from crm.events import rules
from crm.events.models import (
    Attendance,
    AttendanceRow,
    Event,
    EventMove,
    EventQuestion,
    Registration,
)
from crm.events.operations.events import settle
from crm.events.people import is_named
from crm.events.queries.registrations import is_live
from crm.events.types import EventStatus
from crm.history.kinds import Kind, Pointer
from crm.web.formats import short_date
from crm.web.locale import translate

ERASED = N_("Personne effacée")
_OWNED = frozenset(
    {
        "attendance", "attendance_file", "attendance_row", "event_axis", "event_country",
        "event_move", "event_question", "event_reminder", "event_theme", "registration",
    }
)  # fmt: skip


def _mend(session: Session, event: Event) -> None:
    """See that what comes back can stand, and let what hangs on it follow."""
    rules.check_held(event.status, event.starts_at, clock.now())
    settle(session, event, keeps_move=False)


KINDS = (
    Kind(
        "event",
        Event,
        lambda event: event.title,
        page=("events.show", "event_id"),
        mend=_mend,
        plain=frozenset(
            {
                "axes", "countries", "description", "headcount", "headcount_is_about",
                "headcount_wording", "is_public", "presence_percent", "replay_link", "themes",
            }
        ),
        owned=_OWNED,
    ),
    Kind("event_move", EventMove, lambda move: short_date(move.old_starts_at)),
    Kind("event_question", EventQuestion, lambda question: question.label),
)  # fmt: skip
RELEASED = (
    ("contact", "registration.contact_id"),
    ("contact", "attendance.contact_id"),
    ("contact", "attendance_row.contact_id"),
    ("structure", "registration.structure_id"),
    ("structure", "attendance_row.structure_id"),
)


def forget_people(session: Session, entity: str, ids: Sequence[int]) -> None:
    """Leave of people erased for good that someone registered or came, and nothing else."""
    if entity != "contact":
        return
    erased, registered = translate(ERASED), _registrations_of(session, ids)
    session.execute(
        update(Registration)
        .where(Registration.id.in_(registered))
        .values(
            first_name=None,
            last_name=erased,
            email="",
            email_key="effacee:" + Registration.uid,
            structure_name=None,
            answers={},
        )
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(AttendanceRow)
        .where(
            or_(AttendanceRow.contact_id.in_(ids), AttendanceRow.registration_id.in_(registered))
        )
        .values(name=erased, email=None, email_key=None, cells={"lines": []})
        .execution_options(synchronize_session=False)
    )
    session.execute(
        update(Attendance)
        .where(Attendance.contact_id.in_(ids))
        .values(name=erased, email=None)
        .execution_options(synchronize_session=False)
    )


def _registrations_of(session: Session, ids: Sequence[int]) -> list[int]:
    """Return the registrations of people: those linked to them, and those of their name there.

    Nobody linked the latter yet; an address alone is not somebody.
    """
    linked = session.scalars(select(Registration.id).where(Registration.contact_id.in_(ids)))
    alike = session.execute(
        select(Registration.id, Registration.last_name, Registration.first_name, Contact)
        .join(Contact, Contact.email_key == Registration.email_key)
        .where(Contact.id.in_(ids), Registration.contact_id.is_(None))
    ).tuples()
    named = [each for each, last, first, contact in alike if is_named(contact, last, first)]
    return sorted({*linked, *named})


def registrations_of_event(session: Session, event_id: int) -> Pointer | None:
    """Say how many people are registered for an event that is still to come."""
    event = session.get(Event, event_id)
    is_over = event is None or event.status in (EventStatus.CANCELLED, EventStatus.HELD)
    if is_over or event is None or rules.has_begun(event.starts_at, clock.now()):
        return None
    count = session.scalar(
        select(func.count())
        .select_from(Registration)
        .where(Registration.event_id == event_id, is_live())
    )
    if not count:
        return None
    return Pointer(
        translate(N_("Inscriptions : %(count)s. Annulez d’abord l’événement."), count=count),
        url_for("events.registrations", event_id=event_id),
    )


def events_of_structure(session: Session, structure_id: int) -> Pointer | None:
    """Say how many events a structure organises, or was present at."""
    came = select(Attendance.event_id).where(Attendance.structure_id == structure_id)
    condition = (Event.organiser_id == structure_id) | Event.id.in_(came)
    return _pointer(session, condition, url_for("events.index", structure=structure_id))


def events_of_group(session: Session, group_id: int) -> Pointer | None:
    """Say how many events a group held."""
    return _pointer(session, Event.group_id == group_id, url_for("events.index", groupe=group_id))


def events_of_call(session: Session, call_id: int) -> Pointer | None:
    """Say how many events a call has."""
    return _pointer(session, Event.call_id == call_id, url_for("events.index", appel=call_id))


def _pointer(session: Session, condition: ColumnElement[bool], url: str) -> Pointer | None:
    counted = select(func.count()).select_from(Event)
    count = session.scalar(counted.where(Event.deleted_at.is_(None), condition))
    if not count:
        return None
    return Pointer(translate(N_("Événements : %(count)s"), count=count), url)


POINTERS = (
    ("event", registrations_of_event),
    ("structure", events_of_structure),
    ("group", events_of_group),
    ("funding_call", events_of_call),
)
