"""Reads of follow-ups: a list, one, those of a record."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, joinedload

from crm.accounts.models import User
from crm.contacts.models import Contact, Structure
from crm.core.errors import NotFoundError
from crm.followups.models import AccompanimentSession, FollowUp
from crm.funding.models import FundingApplication, FundingCall
from crm.projects.models import Project


def follow_up_rows() -> Select[Any]:
    """Select what a list shows of each follow-up; those of a session in the trash are hidden."""
    return (
        select(
            FollowUp.id,
            FollowUp.what,
            FollowUp.due_on,
            FollowUp.done_at,
            FollowUp.session_id,
            FollowUp.assignee_id,
            FollowUp.priority,
            FollowUp.recurrence,
            FollowUp.outcome,
            User.name.label("assignee"),
            Structure.id.label("structure_id"),
            Structure.name.label("structure"),
            Contact.id.label("contact_id"),
            Contact.first_name.label("contact_first_name"),
            Contact.last_name.label("contact_last_name"),
            Project.id.label("project_id"),
            Project.name.label("project"),
            FundingApplication.id.label("application_id"),
            FundingApplication.title.label("application"),
            FundingCall.id.label("call_id"),
            FundingCall.name.label("call"),
        )
        .select_from(FollowUp)
        .join(User, User.id == FollowUp.assignee_id)
        .outerjoin(Structure, Structure.id == FollowUp.structure_id)
        .outerjoin(Contact, Contact.id == FollowUp.contact_id)
        .outerjoin(Project, Project.id == FollowUp.project_id)
        .outerjoin(FundingApplication, FundingApplication.id == FollowUp.application_id)
        .outerjoin(FundingCall, FundingCall.id == FollowUp.call_id)
        .outerjoin(AccompanimentSession, AccompanimentSession.id == FollowUp.session_id)
        .where(is_shown())
    )


def is_shown() -> ColumnElement[bool]:
    """Return the condition of follow-ups that are not in the trash, nor is their session."""
    return and_(
        FollowUp.deleted_at.is_(None),
        or_(FollowUp.session_id.is_(None), AccompanimentSession.deleted_at.is_(None)),
    )


def follow_up_for_page(session: Session, follow_up_id: int) -> FollowUp:
    """Return a follow-up with what it is about and whose it is; raise NotFoundError."""
    record = session.scalar(
        select(FollowUp)
        .where(FollowUp.id == follow_up_id, FollowUp.deleted_at.is_(None))
        .options(
            joinedload(FollowUp.structure),
            joinedload(FollowUp.contact),
            joinedload(FollowUp.project),
            joinedload(FollowUp.application),
            joinedload(FollowUp.call),
            joinedload(FollowUp.assignee),
        )
    )
    if record is None:
        raise NotFoundError
    return record


def due_follow_ups(
    session: Session, *, assignee_id: int, until: date, limit: int = 50
) -> Sequence[Row[Any]]:
    """Return what someone must still do by a day, the latest overdue first."""
    return session.execute(
        follow_up_rows()
        .where(
            FollowUp.assignee_id == assignee_id,
            FollowUp.done_at.is_(None),
            FollowUp.due_on <= until,
        )
        .order_by(FollowUp.due_on, FollowUp.id)
        .limit(limit)
    ).all()


def follow_ups_between(
    session: Session, *, start: date, end: date, assignee_id: int | None, a_day: int
) -> Sequence[Row[Any]]:
    """Return what is or was to be done on these days, by one person or by all, day by day.

    So many a day at most, those still to do first; `of_day` says how many there are in all.
    """
    order = (FollowUp.done_at.is_not(None), FollowUp.id)
    statement = follow_up_rows().where(FollowUp.due_on.between(start, end))
    if assignee_id is not None:
        statement = statement.where(FollowUp.assignee_id == assignee_id)
    placed = statement.add_columns(
        func.row_number().over(partition_by=FollowUp.due_on, order_by=order).label("place"),
        func.count().over(partition_by=FollowUp.due_on).label("of_day"),
    ).subquery()
    shown = select(placed).where(placed.c.place <= a_day)
    return session.execute(shown.order_by(placed.c.due_on, placed.c.place)).all()


ABOUT = {
    "structure": FollowUp.structure_id,
    "contact": FollowUp.contact_id,
    "project": FollowUp.project_id,
    "funding_application": FollowUp.application_id,
    "funding_call": FollowUp.call_id,
}
OPEN = {
    entity: follow_up_rows()
    .where(column == bindparam("record_id"), FollowUp.done_at.is_(None))
    .order_by(FollowUp.due_on, FollowUp.id)
    .limit(bindparam("limit", type_=Integer))
    for entity, column in ABOUT.items()
}


def open_follow_ups_of(
    session: Session, *, entity: str, record_id: int, limit: int = 10
) -> Sequence[Row[Any]]:
    """Return what is still to be done about a record of these kinds, the next first."""
    values = {"record_id": record_id, "limit": limit}
    return session.connection().execute(OPEN[entity], values).all()
