"""Reads of events."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from crm.contacts.models import Group, Structure
from crm.core.errors import NotFoundError
from crm.events.models import Event, EventMove
from crm.funding.models import FundingCall
from crm.reference.models import ReferenceItem


def event_rows() -> Select[Any]:
    """Select what a list shows of each event that is not in the trash."""
    return (
        select(
            Event.id,
            Event.title.label("name"),
            Event.status,
            Event.starts_at,
            Event.ends_at,
            Event.is_all_day,
            Event.held_on,
            Event.place,
            Event.capacity,
            Event.headcount,
            Event.headcount_wording,
            Event.is_public,
            ReferenceItem.label.label("kind"),
            Group.name.label("group_name"),
            Event.group_id,
            FundingCall.name.label("call_name"),
            Event.call_id,
            func.coalesce(Structure.name, Event.organiser).label("organiser_name"),
        )
        .join(ReferenceItem, ReferenceItem.id == Event.kind_id)
        .outerjoin(Group, Group.id == Event.group_id)
        .outerjoin(FundingCall, FundingCall.id == Event.call_id)
        .outerjoin(Structure, Structure.id == Event.organiser_id)
        .where(Event.deleted_at.is_(None))
    )


def event_for_page(session: Session, event_id: int) -> Event:
    """Return an event with all that its page names; raise NotFoundError."""
    event = session.scalar(
        select(Event)
        .where(Event.id == event_id, Event.deleted_at.is_(None))
        .options(
            joinedload(Event.kind),
            joinedload(Event.role),
            joinedload(Event.organising_structure),
            joinedload(Event.group),
            joinedload(Event.call),
            selectinload(Event.themes),
            selectinload(Event.axes),
            selectinload(Event.countries),
        )
    )
    if event is None:
        raise NotFoundError
    return event


def moves_of(session: Session, event_id: int) -> Sequence[EventMove]:
    """Return the dates that an event had, the latest move first."""
    return session.scalars(
        select(EventMove)
        .where(EventMove.event_id == event_id)
        .order_by(EventMove.moved_at.desc(), EventMove.id.desc())
    ).all()
