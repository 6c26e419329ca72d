"""The list on the day: someone is there, or not, or came without registering."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.operations import resolve_contact, resolve_structure
from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.core.events import publish
from crm.events.attendance.queries.standing import snapshots, structures_on
from crm.events.attendance.rules import LONGEST_NAME, clean_name, name_key
from crm.events.attendance.types import Presence, WalkIn
from crm.events.events import Attended
from crm.events.models import Attendance, Event, Registration
from crm.events.types import AttendanceSource, Match, RegistrationStatus

_ON_THE_LIST = N_("« %(name)s » est dans la liste : cochez la ligne de son inscription.")
_NOBODY = N_("Dites qui est là : une personne connue, ou un nom.")
_NOT_HERE = N_("Cette ligne n’est plus dans la liste.")


def lock_event(session: Session, event_id: int) -> Event:
    """Return an event that is not in the trash, alone to write to it; raise NotFoundError."""
    event = session.scalar(
        select(Event).where(Event.id == event_id, Event.deleted_at.is_(None)).with_for_update()
    )
    if event is None:
        raise NotFoundError
    return event


def day_of(event: Event) -> date:
    """Return the day of an event; today while it is not fixed."""
    return event.held_on or clock.today()


def mark(session: Session, *, event_id: int, presence: Presence) -> bool | None:
    """Say that someone is there, is not, or that nothing is known; return what was said before.

    What a file says of someone is not taken back so: only said otherwise. Raises RuleError for a
    line that is not on the list any more.
    """
    event = lock_event(session, event_id)
    registration = _registration(session, event_id, presence.registration_id)
    known = _attendance(session, event_id, registration, presence.attendance_id)
    if known is None:
        if registration is None:
            raise RuleError("form", _NOT_HERE)
        if presence.is_present is not None:
            new = _of_registration(session, event, registration)
            new.is_present = presence.is_present
            add_attendances(session, event, [new])
        return None
    before = known.is_present
    if presence.is_present is None:
        if known.source == AttendanceSource.LIST:
            session.delete(known)
    else:
        known.is_present = presence.is_present
        if registration is not None and known.registration_id is None:
            known.registration_id = registration.id
    session.flush()
    if presence.is_present and not before:
        tell(session, event, known)
    return before


def add_walk_in(session: Session, *, event_id: int, data: WalkIn) -> Attendance:
    """Say that someone came without registering, and return their attendance.

    Someone known who did register is marked as such. The same person twice is once. Raises
    RuleError with the field that does not fit.
    """
    event = lock_event(session, event_id)
    if data.contact:
        return _known_walk_in(session, event, data)
    name = clean_name(data.name or "")
    if not name:
        raise RuleError("contact", _NOBODY)
    if len(data.name or "") > LONGEST_NAME:
        raise RuleError("name", N_("C’est trop long : %(count)s caractères au plus."), count=200)
    key = name_key(name)
    for registration in _live_registrations(session, event.id):
        if (
            name_key(" ".join(filter(None, (registration.first_name, registration.last_name))))
            == key
        ):
            raise RuleError("name", _ON_THE_LIST, name=name)
    for known in _nameless(session, event.id):
        if name_key(known.name) == key:
            known.is_present = True
            session.flush()
            return known
    new = Attendance(event_id=event.id, name=name, source=AttendanceSource.LIST, match=Match.TEAM)
    _seat(session, new, _structure_id(session, data.structure))
    add_attendances(session, event, [new])
    return new


def _known_walk_in(session: Session, event: Event, data: WalkIn) -> Attendance:
    contact = resolve_contact(session, value=_only_known(data.contact or ""), structure_id=None)
    known = session.scalar(
        select(Attendance).where(
            Attendance.event_id == event.id, Attendance.contact_id == contact.id
        )
    )
    if known is not None:
        was_there, known.is_present = known.is_present, True
        session.flush()
        if not was_there:
            tell(session, event, known)
        return known
    registration = session.scalar(
        select(Registration)
        .where(Registration.event_id == event.id, Registration.contact_id == contact.id)
        .order_by(Registration.status == RegistrationStatus.CANCELLED, Registration.id.desc())
        .limit(1)
    )
    if registration is not None:
        new = _of_registration(session, event, registration)
    else:
        new = Attendance(event_id=event.id, source=AttendanceSource.LIST, match=Match.TEAM)
    new.contact_id, new.name, new.email = contact.id, contact.full_name, contact.email
    new.is_present = True
    if data.structure or new.structure_id is None:
        chosen = _structure_id(session, data.structure)
        _seat(session, new, chosen or only_structure(session, contact.id, day_of(event)))
    add_attendances(session, event, [new])
    return new


def set_structure(
    session: Session, *, attendance_id: int, version: int, structure: str | None
) -> Attendance:
    """Say for which structure someone came, as it is today; None for none.

    Raises StaleRecordError when the attendance has changed since that version.
    """
    attendance = session.get(Attendance, attendance_id, with_for_update=True)
    if attendance is None:
        raise NotFoundError
    lock_event(session, attendance.event_id)
    if attendance.version != version:
        raise StaleRecordError(attendance)
    _seat(session, attendance, _structure_id(session, structure))
    session.flush()
    return attendance


def only_structure(session: Session, contact_id: int, day: date) -> int | None:
    """Return the structure of a person on a day; None when they have none, or several."""
    found = structures_on(session, [contact_id], day).get(contact_id, [])
    return found[0] if len(found) == 1 else None


def add_attendances(session: Session, event: Event, attendances: list[Attendance]) -> None:
    """Keep new attendances, and tell of those who came."""
    for each in attendances:
        each.created_at = clock.now()
    session.add_all(attendances)
    session.flush()
    for each in attendances:
        if each.is_present:
            tell(session, event, each)


def tell(session: Session, event: Event, attendance: Attendance) -> None:
    """Tell the packages above that someone known came."""
    if attendance.contact_id is not None or attendance.structure_id is not None:
        publish(
            session,
            Attended(event.id, attendance.contact_id, attendance.structure_id, event.call_id),
        )


def _registration(
    session: Session, event_id: int, registration_id: int | None
) -> Registration | None:
    if registration_id is None:
        return None
    found = session.get(Registration, registration_id)
    if found is None or found.event_id != event_id:
        raise RuleError("form", _NOT_HERE)
    return found


def _attendance(
    session: Session, event_id: int, registration: Registration | None, attendance_id: int | None
) -> Attendance | None:
    of_event = select(Attendance).where(Attendance.event_id == event_id)
    if registration is None:
        return session.scalar(of_event.where(Attendance.id == (attendance_id or 0)))
    found = session.scalar(of_event.where(Attendance.registration_id == registration.id))
    if found is None and registration.contact_id is not None:
        found = session.scalar(of_event.where(Attendance.contact_id == registration.contact_id))
    return found


def _of_registration(session: Session, event: Event, registration: Registration) -> Attendance:
    """Return the attendance, not kept yet, of someone who registered."""
    new = Attendance(
        event_id=event.id,
        registration_id=registration.id,
        contact_id=registration.contact_id,
        name=" ".join(filter(None, (registration.first_name, registration.last_name))),
        email=registration.email or None,
        source=AttendanceSource.LIST,
        match=Match.REGISTRATION,
    )
    structure_id = registration.structure_id
    if structure_id is None and registration.contact_id is not None:
        structure_id = only_structure(session, registration.contact_id, day_of(event))
    _seat(session, new, structure_id)
    if structure_id is None:
        new.structure_name = registration.structure_name
    return new


def _seat(session: Session, attendance: Attendance, structure_id: int | None) -> None:
    """Write the structure of an attendance as it is now: it never follows later changes."""
    values: Any = snapshots(session, [structure_id] if structure_id else []).get(structure_id or 0)
    for name in ("structure_id", "structure_name", "family_code", "departement_code"):
        setattr(attendance, name, values[name] if values else None)


def _structure_id(session: Session, value: str | None) -> int | None:
    if not value:
        return None
    try:
        return resolve_structure(session, value=value, family_code=None).id
    except RuleError as error:
        raise RuleError("structure", error.message, **error.params) from error


def _only_known(value: str) -> str:
    """Return a picker's value of someone we know: nobody is made at the door."""
    if not value.isdecimal():
        raise RuleError("contact", N_("Choisissez une personne de la liste, ou écrivez son nom."))
    return value


def _live_registrations(session: Session, event_id: int) -> Iterable[Registration]:
    return session.scalars(
        select(Registration).where(
            Registration.event_id == event_id, Registration.status != RegistrationStatus.CANCELLED
        )
    )


def _nameless(session: Session, event_id: int) -> Iterable[Attendance]:
    """Return those who are known by their name alone."""
    return session.scalars(
        select(Attendance).where(
            Attendance.event_id == event_id,
            Attendance.contact_id.is_(None),
            Attendance.registration_id.is_(None),
        )
    )
