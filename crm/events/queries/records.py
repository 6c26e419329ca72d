"""What is told of events on the pages of structures, people, groups and calls."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, case, exists, func, literal, select
from sqlalchemy.orm import Session

from crm.events.models import Attendance, Event, Registration
from crm.events.queries.registrations import is_live

CAME, MISSED, REGISTERED, ORGANISER = "presente", "absente", "inscrite", "organisatrice"


def events_of_record(
    session: Session, entity: str, record_id: int, limit: int
) -> Sequence[Row[Any]]:
    """Return the events that a record has to do with, the latest first, and as what."""
    statement = _of(entity, record_id)
    if statement is None:
        return []
    return session.execute(
        statement.where(Event.deleted_at.is_(None))
        .order_by(func.coalesce(Event.starts_at, Event.created_at).desc(), Event.id.desc())
        .limit(limit)
    ).all()


def _of(entity: str, record_id: int) -> Select[Any] | None:
    if entity == "group":
        return _selected(literal(None)).where(Event.group_id == record_id)
    if entity == "funding_call":
        return _selected(literal(None)).where(Event.call_id == record_id)
    if entity == "contact":
        return _joined(record_id, Registration.contact_id, Attendance.contact_id)
    if entity == "structure":
        organises = Event.organiser_id == record_id
        return _joined(record_id, Registration.structure_id, Attendance.structure_id, organises)
    return None


def _selected(part: Any) -> Select[Any]:
    return select(
        Event.id, Event.title, Event.status, Event.starts_at, Event.held_on, part.label("part")
    )


def _joined(
    record_id: int, registered: Any, present: Any, organises: ColumnElement[bool] | None = None
) -> Select[Any]:
    here = (Attendance.event_id == Event.id, present == record_id)
    came = exists().where(*here, Attendance.is_present)
    missed = exists().where(*here, Attendance.is_present.is_(False))
    comes = exists().where(Registration.event_id == Event.id, registered == record_id, is_live())
    whens: list[Any] = [(came, CAME), (missed, MISSED), (comes, REGISTERED)]
    found = came | missed | comes
    if organises is not None:
        whens.append((organises, ORGANISER))
        found = found | organises
    return _selected(case(*whens)).where(found)
