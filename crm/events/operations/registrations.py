"""Registering, giving up, taking an offered seat; saying who somebody is."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Contact
from crm.contacts.operations.people import create_contact
from crm.contacts.types import ContactData
from crm.core import clock
from crm.core.addresses import email_key, parse_email
from crm.core.errors import N_, NotFoundError, RuleError
from crm.core.events import publish
from crm.events import rules
from crm.events.events import Registered, RegistrationCancelled
from crm.events.messages import new_uid, send_cancelled, send_registration
from crm.events.models import Event, EventQuestion, Registration
from crm.events.operations.known import already_known, live_registration
from crm.events.operations.reminders import plan
from crm.events.operations.seats import (
    fill_seats,
    has_free_seat,
    lock_event,
    next_waiting_number,
)
from crm.events.people import recognise, structure_invited, structure_of
from crm.events.types import RegistrationData, RegistrationSource, RegistrationStatus
from crm.history.recording import actor_of
from crm.web.locale import translate

_CLOSED = {
    rules.Openness.NONE: N_("Cet événement ne prend pas d’inscription."),
    rules.Openness.NOT_YET: N_("Les inscriptions ne sont pas encore ouvertes."),
    rules.Openness.CLOSED: N_("Les inscriptions sont closes."),
    rules.Openness.PAST: N_("L’événement a commencé ou est passé : les inscriptions sont closes."),
    rules.Openness.CANCELLED: N_("Cet événement est annulé."),
}
_BY_TEAM = (rules.Openness.NOT_YET, rules.Openness.CLOSED, rules.Openness.NONE)


def register(
    session: Session,
    *,
    event_id: int,
    data: RegistrationData,
    source: str = RegistrationSource.PUBLIC,
    recipient_id: int | None = None,
    wordings: dict[str, int] | None = None,
) -> Registration:
    """Register someone and write to their address: a seat, or a place among those who wait.

    An address that is registered already gets its confirmation again, and nothing else changes:
    whoever typed it may be someone else, who must not learn of it. The team, who may, is told so
    and nothing leaves. Raises RuleError when one may not register now, or beside the field that
    does not fit.
    """
    event = lock_event(session, event_id)
    now = clock.now()
    _check_open(event, source, now)
    email = parse_email(data.email)
    data = _named(data)
    known = live_registration(session, event_id, email)
    if known is not None:
        return _again(session, event, known, source)
    answers = rules.clean_answers(_asked(session, event_id, source), data.answers)
    shown = wordings or {}
    registration = _begun(session, event, replace(data, email=email, answers=answers), now)
    registration.source, registration.recipient_id = str(source), recipient_id
    if registration.structure_id is None:
        invited = structure_invited(session, recipient_id, registration.structure_name)
        registration.structure_id = invited
    registration.wordings, registration.wording_id = shown, next(iter(shown.values()), None)
    registration.accepted = [each for each in data.accepted if each in shown]
    _seat(session, event, registration)
    session.add(registration)
    session.flush()
    _confirm(session, event, registration, now)
    return registration


def _again(session: Session, event: Event, known: Registration, source: str) -> Registration:
    """Write again to an address that is at the event; raise RuleError for the team, who is told."""
    if source == RegistrationSource.TEAM:
        raise already_known(session, known)
    send_registration(session, event, known, is_again=True)
    return known


def _named(data: RegistrationData) -> RegistrationData:
    """Return what was typed with its names on one line; raise RuleError when none is left."""
    last_name = rules.clean_name(data.last_name)
    if not last_name:
        raise RuleError("last_name", N_("Écrivez votre nom."))
    first_name = rules.clean_name(data.first_name) or None
    structure = rules.clean_name(data.structure) or None
    return replace(data, last_name=last_name, first_name=first_name, structure=structure)


def _begun(session: Session, event: Event, data: RegistrationData, now: datetime) -> Registration:
    """Return a registration as it was typed, of whom is recognised, without a seat yet."""
    found = recognise(
        session,
        email=data.email,
        last_name=data.last_name,
        first_name=data.first_name,
        structure_name=data.structure,
    )
    return Registration(
        event_id=event.id,
        contact_id=found.contact_id,
        structure_id=found.structure_id,
        first_name=data.first_name,
        last_name=data.last_name,
        email=data.email,
        email_key=email_key(data.email),
        structure_name=data.structure,
        answers=data.answers,
        uid=new_uid(),
        sequence=0,
        created_at=now,
    )


def cancel(session: Session, *, registration_id: int, is_by_team: bool = False) -> Registration:
    """Give up a seat, or a place among those who wait; the next one is offered the seat.

    `is_by_team` tells whose doing it is. Twice is once. Raises RuleError once the event has begun.
    """
    registration, event = lock_registration(session, registration_id)
    now = clock.now()
    if registration.status == RegistrationStatus.CANCELLED:
        return registration
    if rules.has_begun(event.starts_at, now):
        raise RuleError("form", N_("L’événement a commencé : l’inscription ne s’annule plus."))
    had_seat = registration.status == RegistrationStatus.REGISTERED
    registration.status, registration.offered_until = RegistrationStatus.CANCELLED, None
    registration.cancelled_at = now
    if had_seat:
        registration.sequence += 1
        registration.told_sequence = registration.sequence
    session.flush()
    send_cancelled(session, event, registration, had_seat=had_seat, is_by_team=is_by_team)
    if had_seat:
        _tell(session, RegistrationCancelled, event, registration)
    fill_seats(session, event, now=now)
    return registration


def take_seat(session: Session, *, registration_id: int) -> Registration:
    """Take the seat that was offered; raise RuleError when it is not any more."""
    registration, event = lock_registration(session, registration_id)
    now = clock.now()
    if registration.status == RegistrationStatus.REGISTERED:
        return registration
    is_held = registration.offered_until is not None and registration.offered_until > now
    is_open = rules.may_promote(event.status, event.starts_at, now)
    if registration.status != RegistrationStatus.OFFERED or not is_held or not is_open:
        raise RuleError("form", N_("Cette place n’est plus proposée."))
    registration.status, registration.offered_until = RegistrationStatus.REGISTERED, None
    session.flush()
    _confirm(session, event, registration, now)
    return registration


def recognise_as(session: Session, *, registration_id: int, contact_id: int | None) -> Registration:
    """Say who someone is: a person that we know, or a new one; raise NotFoundError."""
    registration, event = lock_registration(session, registration_id)
    if contact_id is None:
        note = None
        if registration.structure_name:
            said = N_("Structure indiquée à l’inscription : %(name)s")
            note = translate(said, name=registration.structure_name)
        contact_id = create_contact(
            session,
            data=ContactData(
                last_name=registration.last_name,
                first_name=registration.first_name,
                email=registration.email,
                notes=note,
            ),
        ).id
    else:
        contact = session.get(Contact, contact_id)
        if contact is None or contact.deleted_at is not None:
            raise NotFoundError
    registration.contact_id = contact_id
    registration.structure_id = structure_of(session, contact_id, registration.structure_name)
    _reviewed(session, registration)
    if registration.status == RegistrationStatus.REGISTERED:
        _tell(session, Registered, event, registration)
    return registration


def leave_unknown(session: Session, *, registration_id: int) -> Registration:
    """Say that nobody of ours registered there: the team looks no more."""
    registration, _event = lock_registration(session, registration_id)
    _reviewed(session, registration)
    return registration


def lock_registration(session: Session, registration_id: int) -> tuple[Registration, Event]:
    """Return a registration and its event as they are now, alone to write; raise NotFoundError."""
    event_id = session.scalar(
        select(Registration.event_id).where(Registration.id == registration_id)
    )
    if event_id is None:
        raise NotFoundError
    event = lock_event(session, event_id)
    registration = session.scalars(
        select(Registration)
        .where(Registration.id == registration_id)
        .execution_options(populate_existing=True)
    ).one()
    return registration, event


def _check_open(event: Event, source: str, now: datetime) -> None:
    window = rules.Window(
        status=event.status,
        takes_registrations=event.takes_registrations,
        starts_at=event.starts_at,
        opens_at=event.registration_opens_at,
        closes_at=event.registration_closes_at,
    )
    found = rules.openness(window, now)
    is_allowed = found is rules.Openness.OPEN or (
        source == RegistrationSource.TEAM and found in _BY_TEAM
    )
    if not is_allowed:
        raise RuleError("form", _CLOSED[found])


def _asked(session: Session, event_id: int, source: str) -> list[rules.Asked]:
    """Return the questions that are asked today; the team may leave any without an answer."""
    found = session.scalars(
        select(EventQuestion)
        .where(EventQuestion.event_id == event_id, EventQuestion.is_active)
        .order_by(EventQuestion.position, EventQuestion.id)
    )
    is_team = source == RegistrationSource.TEAM
    return [
        rules.Asked(str(each.id), each.kind, each.options, each.is_required and not is_team)
        for each in found
    ]


def _seat(session: Session, event: Event, registration: Registration) -> None:
    if has_free_seat(session, event):
        registration.status = RegistrationStatus.REGISTERED
    else:
        registration.status = RegistrationStatus.WAITING
        registration.waiting_number = next_waiting_number(session, event)


def _confirm(session: Session, event: Event, registration: Registration, now: datetime) -> None:
    """Write to someone who has just got a seat or a place to wait; plan their reminders."""
    send_registration(session, event, registration)
    registration.told_sequence = registration.sequence
    if registration.status == RegistrationStatus.REGISTERED:
        plan(session, event, [registration], now)
        _tell(session, Registered, event, registration)
    session.flush()


def _reviewed(session: Session, registration: Registration) -> None:
    registration.reviewed_at, registration.reviewed_by = clock.now(), actor_of(session).name
    session.flush()


def _tell(
    session: Session,
    news: type[Registered] | type[RegistrationCancelled],
    event: Event,
    registration: Registration,
) -> None:
    if registration.contact_id is not None or registration.structure_id is not None:
        publish(
            session,
            news(
                event_id=event.id,
                contact_id=registration.contact_id,
                structure_id=registration.structure_id,
                call_id=event.call_id,
            ),
        )
