"""What is told of events on the pages of structures, people, groups and calls."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    Integer,
    Row,
    Select,
    bindparam,
    case,
    exists,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from crm.events.models import Attendance, Event, Registration
from crm.events.queries.registrations import is_live

CAME, MISSED, REGISTERED, ORGANISER = "presente", "absente", "inscrite", "organisatrice"
_RECORD_ID: BindParameter[int] = bindparam("record_id", type_=Integer)


def events_of_record(
    session: Session, entity: str, record_id: int, limit: int
) -> Sequence[Row[Any]]:
    """Return the events that a record has to do with, the latest first, and as what."""
    if entity not in EVENTS_OF:
        return []
    values = {"record_id": record_id, "limit": limit}
    return session.connection().execute(EVENTS_OF[entity], values).all()


def _selected(part: Any) -> Select[Any]:
    return (
        select(
            Event.id, Event.title, Event.status, Event.starts_at, Event.held_on, part.label("part")
        )
        .where(Event.deleted_at.is_(None))
        .order_by(func.coalesce(Event.starts_at, Event.created_at).desc(), Event.id.desc())
        .limit(bindparam("limit", type_=Integer))
    )


def _joined(registered: Any, present: Any, *organised: Select[tuple[int]]) -> Select[Any]:
    """Select the events that people of a record came to, or registered for, or it organised."""
    here = (Attendance.event_id == Event.id, present == _RECORD_ID)
    comes = (Registration.event_id == Event.id, registered == _RECORD_ID, is_live())
    part = case(
        (exists().where(*here, Attendance.is_present), CAME),
        (exists().where(*here), MISSED),
        (exists().where(*comes), REGISTERED),
        else_=ORGANISER,
    )
    found = union_all(
        select(Attendance.event_id).where(present == _RECORD_ID),
        select(Registration.event_id).where(registered == _RECORD_ID, is_live()),
        *organised,
    )
    return _selected(part).where(Event.id.in_(found))


EVENTS_OF = {
    "group": _selected(literal(None)).where(Event.group_id == _RECORD_ID),
    "funding_call": _selected(literal(None)).where(Event.call_id == _RECORD_ID),
    "contact": _joined(Registration.contact_id, Attendance.contact_id),
    "structure": _joined(
        Registration.structure_id,
        Attendance.structure_id,
        select(Event.id).where(Event.organiser_id == _RECORD_ID),
    ),
}
