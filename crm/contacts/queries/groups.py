"""Reads of groups: each with its members, and who represents them, on a day."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload

from crm.contacts.models import (
    Affiliation,
    Contact,
    Group,
    GroupRepresentative,
    Membership,
    Structure,
)
from crm.contacts.queries.people import is_current_on
from crm.contacts.queries.structures import structure_rows
from crm.core.errors import NotFoundError
from crm.reference.models import ReferenceItem
from crm.territories.models import Country


@dataclass(frozen=True, slots=True)
class Representative:
    """A person who speaks for a structure; `is_affiliated` tells if they are of it that day."""

    id: int
    contact_id: int
    name: str
    email: str | None
    start_on: date
    end_on: date | None
    is_affiliated: bool


def is_member_on(day: date) -> ColumnElement[bool]:
    """Return the condition of memberships that hold on a day, both bounds inclusive."""
    return and_(
        Membership.start_on <= day, or_(Membership.end_on.is_(None), Membership.end_on >= day)
    )


def represents_on(day: date) -> ColumnElement[bool]:
    """Return the condition of representatives who speak on a day, both bounds inclusive."""
    return and_(
        GroupRepresentative.start_on <= day,
        or_(GroupRepresentative.end_on.is_(None), GroupRepresentative.end_on >= day),
    )


def is_open_on(day: date) -> ColumnElement[bool]:
    """Return the condition of groups that have not ended before the day: a closed one has none."""
    return or_(Group.closed_on.is_(None), Group.closed_on >= day)


def group_rows(day: date) -> Select[Any]:
    """Select what a list shows of each group out of the trash, with its members that day."""
    members = (
        select(Membership.group_id, func.count(Membership.structure_id.distinct()).label("count"))
        .join(Structure, Structure.id == Membership.structure_id)
        .join(Group, Group.id == Membership.group_id)
        .where(is_member_on(day), is_open_on(day), Structure.deleted_at.is_(None))
        .group_by(Membership.group_id)
        .subquery()
    )
    return (
        select(
            Group.id,
            Group.name,
            Group.kind,
            Group.launched_on,
            Group.closed_on,
            Group.merged_into_id,
            Country.name.label("country"),
            ReferenceItem.label.label("theme"),
            func.coalesce(members.c.count, 0).label("members"),
        )
        .outerjoin(members, members.c.group_id == Group.id)
        .outerjoin(Country, Country.code == Group.country_code)
        .outerjoin(ReferenceItem, ReferenceItem.id == Group.theme_id)
        .where(Group.deleted_at.is_(None))
    )


def groups_on(session: Session, day: date) -> Sequence[Row[Any]]:
    """Return the `group_rows` of a day, by kind and name."""
    return session.execute(group_rows(day).order_by(Group.kind.desc(), Group.sort_name)).all()


def group_for_page(session: Session, group_id: int) -> Group:
    """Return a group with its country, its theme and where it went; raise NotFoundError."""
    group = session.scalar(
        select(Group)
        .where(Group.id == group_id, Group.deleted_at.is_(None))
        .options(joinedload(Group.country), joinedload(Group.theme), joinedload(Group.merged_into))
    )
    if group is None:
        raise NotFoundError
    return group


def groups_merged_into(session: Session, group_id: int) -> Sequence[Group]:
    """Return the groups whose members came into this one, the first first."""
    return session.scalars(
        select(Group)
        .where(Group.merged_into_id == group_id, Group.deleted_at.is_(None))
        .order_by(Group.closed_on, Group.sort_name)
    ).all()


def groups_to_merge_into(session: Session, group_id: int) -> Sequence[tuple[int, str]]:
    """Return (id, name) of the groups that have not been merged themselves, by name."""
    rows = session.execute(
        select(Group.id, Group.name)
        .where(Group.id != group_id, Group.merged_into_id.is_(None), Group.deleted_at.is_(None))
        .order_by(Group.sort_name)
    )
    return rows.tuples().all()


def group_choices(session: Session) -> list[tuple[str, str]]:
    """Return (id as text, name) of the groups out of the trash, by name."""
    rows = session.execute(
        select(Group.id, Group.name).where(Group.deleted_at.is_(None)).order_by(Group.sort_name)
    )
    return [(str(group_id), name) for group_id, name in rows.tuples()]


def member_rows(group_id: int, day: date) -> Select[Any]:
    """Select the member structures of a group on a day, as a list shows them."""
    return (
        structure_rows()
        .add_columns(
            Membership.id.label("membership_id"),
            Membership.start_on.label("member_from"),
            Membership.end_on.label("member_until"),
        )
        .join(Membership, Membership.structure_id == Structure.id)
        .join(Group, Group.id == Membership.group_id)
        .where(Membership.group_id == group_id, is_member_on(day), is_open_on(day))
    )


def membership_for_page(session: Session, membership_id: int) -> Membership:
    """Return a membership with its group and its structure; raise NotFoundError."""
    membership = session.scalar(
        select(Membership)
        .join(Group, Group.id == Membership.group_id)
        .where(Membership.id == membership_id, Group.deleted_at.is_(None))
        .options(joinedload(Membership.group), joinedload(Membership.structure))
    )
    if membership is None:
        raise NotFoundError
    return membership


def representatives_of(
    session: Session, membership_ids: Iterable[int], day: date, *, only_that_day: bool = True
) -> dict[int, list[Representative]]:
    """Return who speaks for each membership, on the day or ever, by name."""
    statement = _representatives(day).where(
        GroupRepresentative.membership_id.in_(list(membership_ids))
    )
    if only_that_day:
        statement = statement.where(represents_on(day))
    found: dict[int, list[Representative]] = defaultdict(list)
    for row in session.execute(statement):
        name = " ".join(filter(None, (row.first_name, row.last_name)))
        found[row.membership_id].append(
            Representative(
                row.id, row.contact_id, name, row.email, row.start_on, row.end_on, row.is_affiliated
            )
        )
    return found


def representative_for_page(session: Session, representative_id: int) -> GroupRepresentative:
    """Return a representative with the person and the membership; raise NotFoundError."""
    found = session.scalar(
        select(GroupRepresentative)
        .join(Membership, Membership.id == GroupRepresentative.membership_id)
        .join(Group, Group.id == Membership.group_id)
        .where(GroupRepresentative.id == representative_id, Group.deleted_at.is_(None))
        .options(
            joinedload(GroupRepresentative.contact),
            joinedload(GroupRepresentative.membership).options(
                joinedload(Membership.group), joinedload(Membership.structure)
            ),
        )
    )
    if found is None:
        raise NotFoundError
    return found


def groups_represented_by(session: Session, contact_id: int, day: date) -> Sequence[Row[Any]]:
    """Return (group_id, group, structure, start_on) of what a person represents on a day."""
    return session.execute(
        select(
            Group.id.label("group_id"),
            Group.name.label("group"),
            Structure.name.label("structure"),
            GroupRepresentative.start_on,
        )
        .join(Membership, Membership.id == GroupRepresentative.membership_id)
        .join(Group, Group.id == Membership.group_id)
        .join(Structure, Structure.id == Membership.structure_id)
        .where(
            GroupRepresentative.contact_id == contact_id,
            represents_on(day),
            is_member_on(day),
            is_open_on(day),
            Group.deleted_at.is_(None),
            Structure.deleted_at.is_(None),
        )
        .order_by(Group.sort_name, Structure.sort_name, GroupRepresentative.id)
    ).all()


def _representatives(day: date) -> Select[Any]:
    is_affiliated = exists().where(
        Affiliation.contact_id == GroupRepresentative.contact_id,
        Affiliation.structure_id == Membership.structure_id,
        is_current_on(day),
    )
    return (
        select(
            GroupRepresentative.id,
            GroupRepresentative.membership_id,
            GroupRepresentative.contact_id,
            GroupRepresentative.start_on,
            GroupRepresentative.end_on,
            Contact.first_name,
            Contact.last_name,
            Contact.email,
            is_affiliated.label("is_affiliated"),
        )
        .join(Membership, Membership.id == GroupRepresentative.membership_id)
        .join(Contact, Contact.id == GroupRepresentative.contact_id)
        .where(Contact.deleted_at.is_(None))
        .order_by(Contact.sort_name, GroupRepresentative.start_on, GroupRepresentative.id)
    )
