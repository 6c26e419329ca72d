"""What follows from an event: follow-ups or sessions for those who were there, never twice."""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.events.attendance.operations.marking import day_of, lock_event
from crm.events.models import Attendance, Event, EventFollowUp, EventSession
from crm.events.models.events import event_axis, event_country, event_theme
from crm.followups.models import AccompanimentSession, FollowUp, SessionStructure
from crm.followups.operations.sessions import log_session
from crm.followups.operations.several import MOST_AT_ONCE, schedule_for_each
from crm.followups.rules import LONGEST_MINUTES, MOST_CONTACTS
from crm.followups.types import SessionData
from crm.history.recording import describe_save
from crm.web.locale import translate

_NOBODY = N_("Choisissez au moins une structure présente.")
_ALL_DONE = N_("C’est déjà fait pour toutes les structures choisies.")


def followed_structures(session: Session, event_id: int) -> dict[int, int]:
    """Return the follow-up that an event gave about each structure, if it is not in the trash."""
    rows = session.execute(
        select(FollowUp.structure_id, FollowUp.id)
        .join(EventFollowUp, EventFollowUp.follow_up_id == FollowUp.id)
        .where(EventFollowUp.event_id == event_id, FollowUp.deleted_at.is_(None))
        .order_by(FollowUp.id)
    ).tuples()
    return {structure_id: record_id for structure_id, record_id in rows if structure_id}


def supported_structures(session: Session, event_id: int) -> dict[int, int]:
    """Return the session that an event gave to each structure, if it is not in the trash."""
    rows = session.execute(
        select(SessionStructure.structure_id, AccompanimentSession.id)
        .join(AccompanimentSession, AccompanimentSession.id == SessionStructure.session_id)
        .join(EventSession, EventSession.session_id == AccompanimentSession.id)
        .where(EventSession.event_id == event_id, AccompanimentSession.deleted_at.is_(None))
        .order_by(AccompanimentSession.id)
    ).tuples()
    return dict(rows.all())


def follow_up_present(
    session: Session,
    *,
    event_id: int,
    structure_ids: Sequence[int],
    what: str,
    due_on: date,
    assignee_id: int,
) -> int:
    """Make a follow-up about each structure that was there and has none yet; return how many.

    About the event's call, one that is still to do is not doubled either. Raises RuleError.
    """
    event = lock_event(session, event_id)
    wanted = _without(
        _there(session, event_id, structure_ids), followed_structures(session, event_id)
    )
    describe_save(session, label=translate(N_("Relances après « %(title)s »"), title=event.title))
    made = schedule_for_each(
        session,
        structures=[str(structure_id) for structure_id in wanted],
        what=what,
        due_on=due_on,
        assignee_id=assignee_id,
        call_id=event.call_id,
    )
    session.add_all(EventFollowUp(event_id=event_id, follow_up_id=each.id) for each in made)
    session.flush()
    return len(made)


def log_sessions(
    session: Session, *, event_id: int, structure_ids: Sequence[int], kind_id: int, user_id: int
) -> int:
    """Log a session for each structure that was there and has none yet; return how many.

    Each holds the people who came for it, the event's themes, countries and axes, and its length.
    Raises RuleError for an event that is not over, or without a date.
    """
    event = lock_event(session, event_id)
    if event.held_on is None or event.starts_at is None or event.starts_at > clock.now():
        raise RuleError("kind", N_("L’événement n’a pas encore eu lieu."))
    wanted = _without(
        _there(session, event_id, structure_ids), supported_structures(session, event_id)
    )
    if len(wanted) > MOST_AT_ONCE:
        raise RuleError(
            "structures", N_("C’est trop à la fois : %(count)s au plus."), count=MOST_AT_ONCE
        )
    describe_save(session, label=translate(N_("Séances après « %(title)s »"), title=event.title))
    contacts = _contacts(session, event_id)
    data = _usual_data(session, event, kind_id, user_id)
    for structure_id in wanted:
        record = log_session(
            session,
            data=replace(
                data,
                structures=(str(structure_id),),
                contacts=tuple(map(str, contacts[structure_id][:MOST_CONTACTS])),
            ),
            submission_key=secrets.token_urlsafe(24),
            user_id=user_id,
        )
        session.add(EventSession(event_id=event_id, session_id=record.id))
    session.flush()
    return len(wanted)


def _there(session: Session, event_id: int, structure_ids: Iterable[int]) -> list[int]:
    """Return those of the structures that were there, each once, in order."""
    present = set(
        session.scalars(
            select(Attendance.structure_id).where(
                Attendance.event_id == event_id, Attendance.is_present
            )
        )
    )
    wanted = [each for each in dict.fromkeys(structure_ids) if each in present]
    if not wanted:
        raise RuleError("structures", _NOBODY)
    return wanted


def _without(wanted: Sequence[int], known: Iterable[int]) -> list[int]:
    done = set(known)
    left = [each for each in wanted if each not in done]
    if not left:
        raise RuleError("structures", _ALL_DONE)
    return left


def _contacts(session: Session, event_id: int) -> defaultdict[int, list[int]]:
    found: defaultdict[int, list[int]] = defaultdict(list)
    rows = session.execute(
        select(Attendance.structure_id, Attendance.contact_id)
        .where(
            Attendance.event_id == event_id,
            Attendance.is_present,
            Attendance.structure_id.is_not(None),
            Attendance.contact_id.is_not(None),
        )
        .order_by(Attendance.id)
    ).tuples()
    for structure_id, contact_id in rows:
        if structure_id is not None and contact_id is not None:
            found[structure_id].append(contact_id)
    return found


def _usual_data(session: Session, event: Event, kind_id: int, user_id: int) -> SessionData:
    """Return what every session of an event says, its structure and its people left out."""
    length = None
    if event.ends_at is not None and event.starts_at is not None and not event.is_all_day:
        length = min((event.ends_at - event.starts_at) // timedelta(minutes=1), LONGEST_MINUTES)
    return SessionData(
        structures=(),
        held_on=day_of(event),
        kind_id=kind_id,
        theme_ids=_linked(session, event_theme.c.event_id, event_theme.c.theme_id, event.id),
        country_codes=_linked(
            session, event_country.c.event_id, event_country.c.country_code, event.id
        ),
        axis_ids=_linked(session, event_axis.c.event_id, event_axis.c.axis_id, event.id),
        officer_ids=(user_id,),
        duration_minutes=length or None,
        notes=translate(N_("Présente à « %(title)s »."), title=event.title),
    )


def _linked(session: Session, key: Any, column: Any, event_id: int) -> tuple[Any, ...]:
    return tuple(session.scalars(select(column).where(key == event_id).order_by(column)))
