"""Reads of groups: each with its members on a day."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, func, or_, select
from sqlalchemy.orm import Session, joinedload

from crm.contacts.models import Group, Membership, Structure
from crm.contacts.queries.structures import structure_rows
from crm.core.errors import NotFoundError


def is_member_on(day: date) -> ColumnElement[bool]:
    """Return the condition of memberships that hold on a day, both bounds inclusive."""
    return and_(
        Membership.start_on <= day, or_(Membership.end_on.is_(None), Membership.end_on >= day)
    )


def groups_on(session: Session, day: date) -> Sequence[Row[Any]]:
    """Return (id, name, kind, launched_on, closed_on, members) of each group, by kind and name."""
    members = (
        select(Membership.group_id, func.count(Membership.structure_id.distinct()).label("count"))
        .join(Structure, Structure.id == Membership.structure_id)
        .where(is_member_on(day), Structure.deleted_at.is_(None))
        .group_by(Membership.group_id)
        .subquery()
    )
    return session.execute(
        select(
            Group.id,
            Group.name,
            Group.kind,
            Group.launched_on,
            Group.closed_on,
            func.coalesce(members.c.count, 0).label("members"),
        )
        .outerjoin(members, members.c.group_id == Group.id)
        .order_by(Group.kind.desc(), Group.sort_name)
    ).all()


def group_for_page(session: Session, group_id: int) -> Group:
    """Return a group with its country; raise NotFoundError."""
    group = session.get(Group, group_id, options=[joinedload(Group.country)])
    if group is None:
        raise NotFoundError
    return group


def members_on(session: Session, group_id: int, day: date) -> Sequence[Row[Any]]:
    """Return the member structures of a group on a day, by name, as a list shows them."""
    ids = select(Membership.structure_id).where(Membership.group_id == group_id, is_member_on(day))
    return session.execute(
        structure_rows().where(Structure.id.in_(ids)).order_by(Structure.sort_name, Structure.id)
    ).all()
