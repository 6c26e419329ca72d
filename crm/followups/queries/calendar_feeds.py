"""Whose calendar an address is, and what is in it."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.contacts.models import Structure
from crm.followups.models import (
    AccompanimentSession,
    CalendarFeed,
    FollowUp,
    SessionStructure,
    session_officer,
)
from crm.followups.queries.follow_ups import is_shown
from crm.followups.types import SessionStatus
from crm.reference.models import ReferenceItem

_LOOKING_BACK = timedelta(days=90)
_MOST = 1_000

Rows = Sequence[Row[Any]]


def feed_opened_at(session: Session, user_id: int) -> datetime | None:
    """Return when a person's calendar was given its address; None when it has none."""
    return session.scalar(select(CalendarFeed.created_at).where(CalendarFeed.user_id == user_id))


def owner_of_feed(session: Session, token_hash: str) -> User | None:
    """Return whose calendar has this address; None for a wrong one, or someone who left."""
    return session.scalar(
        select(User)
        .join(CalendarFeed, CalendarFeed.user_id == User.id)
        .where(CalendarFeed.token_hash == token_hash, User.is_active)
    )


def follow_ups_to_show(session: Session, user_id: int) -> Rows:
    """Return what a person has to do, the first due first."""
    return session.execute(
        select(
            FollowUp.id,
            FollowUp.what,
            FollowUp.due_on,
            FollowUp.created_at,
            FollowUp.version,
            Structure.name.label("structure"),
        )
        .outerjoin(Structure, Structure.id == FollowUp.structure_id)
        .outerjoin(AccompanimentSession, AccompanimentSession.id == FollowUp.session_id)
        .where(FollowUp.assignee_id == user_id, FollowUp.done_at.is_(None), is_shown())
        .order_by(FollowUp.due_on, FollowUp.id)
        .limit(_MOST)
    ).all()


def sessions_to_show(session: Session, user_id: int, today: date) -> Rows:
    """Return a person's sessions of the last three months and all that are planned, by day."""
    return session.execute(
        select(
            AccompanimentSession.id,
            AccompanimentSession.held_on,
            AccompanimentSession.status,
            AccompanimentSession.created_at,
            AccompanimentSession.version,
            ReferenceItem.label.label("kind"),
        )
        .join(session_officer, session_officer.c.session_id == AccompanimentSession.id)
        .join(ReferenceItem, ReferenceItem.id == AccompanimentSession.kind_id)
        .where(
            session_officer.c.user_id == user_id,
            AccompanimentSession.deleted_at.is_(None),
            AccompanimentSession.status.in_([SessionStatus.PLANNED, SessionStatus.DONE]),
            AccompanimentSession.held_on >= today - _LOOKING_BACK,
        )
        .order_by(AccompanimentSession.held_on, AccompanimentSession.id)
        .limit(_MOST)
    ).all()


def structures_of_sessions(session: Session, session_ids: Sequence[int]) -> dict[int, list[str]]:
    """Return the names, as they were that day, of the structures of each session."""
    rows = session.execute(
        select(SessionStructure.session_id, SessionStructure.structure_name)
        .where(SessionStructure.session_id.in_(session_ids))
        .order_by(SessionStructure.structure_name)
    )
    names: dict[int, list[str]] = {}
    for session_id, name in rows.tuples():
        names.setdefault(session_id, []).append(name)
    return names
