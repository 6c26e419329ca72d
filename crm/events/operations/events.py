"""Making and changing events; moving them, calling them off, saying that they were held."""

from datetime import datetime
from typing import Any

from sqlalchemy import inspect, select, update
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.core.text import sort_key
from crm.events import rules
from crm.events.indexing import index_event
from crm.events.models import Event, EventMove, Registration
from crm.events.operations import chosen
from crm.events.operations.reminders import plan_event
from crm.events.operations.seats import fill_seats, limit_offers
from crm.events.types import EventData, EventStatus, RegistrationStatus
from crm.history.recording import actor_of

LISTS = ("themes", "axes", "countries")
# A change of these makes what people were sent out of date (RFC 5546, 2.1.4).
MATERIAL = ("title", "starts_at", "ends_at", "is_all_day", "place", "link")
_PLAIN = (
    "title", "starts_at", "ends_at", "is_all_day", "place", "link", "organiser", "capacity",
    "presence_percent", "takes_registrations", "registration_opens_at", "registration_closes_at",
    "is_public", "description", "replay_link",
)  # fmt: skip


def create_event(session: Session, *, data: EventData) -> Event:
    """Make an event and return it; raise RuleError with the field that does not fit."""
    event = Event(created_at=clock.now(), sequence=0, status=EventStatus.PREPARED)
    for name in LISTS:
        setattr(event, name, [])
    _fill(session, event, data)
    session.add(event)
    session.flush()
    index_event(session, event)
    return event


def update_event(session: Session, *, event_id: int, version: int, data: EventData) -> Event:
    """Change an event as it was at that version; raise StaleRecordError if it has moved on.

    Its calendar files, its reminders and its waiting list follow; nobody is written to but those
    who are offered a seat.
    """
    event = get_event(session, event_id)
    if event.version != version:
        raise StaleRecordError(event)
    _fill(session, event, data)
    settle(session, event)
    return event


def postpone(
    session: Session,
    *,
    event_id: int,
    starts_at: datetime | None,
    ends_at: datetime | None,
    is_all_day: bool = False,
) -> Event:
    """Give an event another date, or none yet; the old one is kept beside the new one.

    Raises RuleError for one that was held or called off, or for dates out of order.
    """
    event = get_event(session, event_id)
    if event.status in (EventStatus.HELD, EventStatus.CANCELLED):
        raise RuleError("day", N_("Il est réalisé ou annulé : il ne se reporte plus."))
    if starts_at is not None and starts_at <= clock.now():
        raise RuleError("day", N_("Un report est pour une date à venir."))
    if starts_at is None and event.starts_at is None:
        raise RuleError("day", N_("Il n’a pas encore de date : dites laquelle."))
    if starts_at is not None and (starts_at, ends_at) == (event.starts_at, event.ends_at):
        raise RuleError("day", N_("C’est déjà sa date."))
    if starts_at is not None and ends_at is not None and ends_at < starts_at:
        raise RuleError("end_time", N_("La fin ne peut pas précéder le début."))
    event.starts_at, event.ends_at, event.is_all_day = starts_at, ends_at, is_all_day
    event.status = EventStatus.POSTPONED
    settle(session, event)
    return event


def call_off(session: Session, *, event_id: int) -> Event:
    """Say that an event is not held; raise RuleError when it was."""
    event = get_event(session, event_id)
    if event.status == EventStatus.HELD:
        raise RuleError("form", N_("Il est déjà réalisé : il ne s’annule plus."))
    event.status = EventStatus.CANCELLED
    settle(session, event)
    return event


def mark_held(session: Session, *, event_id: int) -> Event:
    """Say that an event was held; raise RuleError before it begins, or without a date."""
    event = get_event(session, event_id)
    if event.starts_at is None:
        raise RuleError("form", N_("Un événement réalisé a une date."))
    rules.check_held(EventStatus.HELD, event.starts_at, clock.now())
    event.status = EventStatus.HELD
    settle(session, event)
    return event


def get_event(session: Session, event_id: int) -> Event:
    """Return an event that is not in the trash, alone to write to it; raise NotFoundError."""
    event = session.scalar(
        select(Event)
        .where(Event.id == event_id, Event.deleted_at.is_(None))
        .options(*(selectinload(getattr(Event, name)) for name in LISTS))
        .with_for_update(of=Event)
        .execution_options(populate_existing=True)
    )
    if event is None:
        raise NotFoundError
    return event


def settle(session: Session, event: Event, *, keeps_move: bool = True) -> None:
    """Let all that follows from an event follow what it has just become, before a flush."""
    state = inspect(event)
    before = {name: _before(state, name) for name in (*MATERIAL, "status")}
    has_moved = any(before[name] != getattr(event, name) for name in MATERIAL)
    was_off, is_off = (
        status == EventStatus.CANCELLED for status in (before["status"], event.status)
    )
    _derive(event)
    if has_moved or was_off is not is_off:
        event.sequence += 1
        _put_out_of_date(session, event.id)
    has_other_date = before["starts_at"] not in (None, event.starts_at)
    if keeps_move and has_other_date:
        _keep_move(session, event, before)
    session.flush()
    now = clock.now()
    plan_event(session, event, now=now)
    limit_offers(session, event)
    fill_seats(session, event, now=now)
    index_event(session, event)


def _before(state: Any, name: str) -> Any:
    history = state.attrs[name].history
    return history.deleted[0] if history.deleted else getattr(state.object, name)


def _put_out_of_date(session: Session, event_id: int) -> None:
    session.execute(
        update(Registration)
        .where(
            Registration.event_id == event_id,
            Registration.status != RegistrationStatus.CANCELLED,
        )
        .values(sequence=Registration.sequence + 1)
        .execution_options(synchronize_session="fetch")
    )


def _keep_move(session: Session, event: Event, before: dict[str, Any]) -> None:
    """Keep both dates; while an event is being prepared, its dates are only a draft."""
    drafts = (EventStatus.PREPARED, EventStatus.HELD)
    if event.status != EventStatus.POSTPONED and before["status"] in drafts:
        return
    session.add(
        EventMove(
            event_id=event.id,
            sequence=event.sequence,
            old_starts_at=before["starts_at"],
            old_ends_at=before["ends_at"],
            new_starts_at=event.starts_at,
            new_ends_at=event.ends_at,
            was_all_day=before["is_all_day"],
            is_all_day=event.is_all_day,
            moved_at=clock.now(),
            moved_by=actor_of(session).name,
        )
    )


def _derive(event: Event) -> None:
    event.sort_title = sort_key(event.title)
    starts_at = event.starts_at
    event.held_on = None if starts_at is None else clock.in_paris(starts_at).date()


def _fill(session: Session, event: Event, data: EventData) -> None:
    data = rules.clean_event(data)
    rules.check_held(data.status, data.starts_at, clock.now())
    headcount = rules.headcount_of(data)
    with session.no_autoflush:
        members: dict[str, list[Any]] = chosen.members(session, event, data)
        ids = chosen.ids(session, event, data)
    for name in _PLAIN:
        setattr(event, name, getattr(data, name))
    for name, value in ids.items():
        setattr(event, name, value)
    event.status = str(data.status)
    event.headcount = None if headcount is None else headcount.count
    event.headcount_is_about = headcount is not None and headcount.is_approximate
    event.headcount_wording = None if headcount is None else headcount.wording
    _derive(event)
    for name, found in members.items():
        if set(getattr(event, name)) != set(found):
            setattr(event, name, found)
            flag_modified(event, "created_at")  # a list alone does not make the version grow
