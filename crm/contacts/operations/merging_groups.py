"""One group going into another: its members and who represents them, nobody twice."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crm.contacts.group_rules import check_merge_day, overlaps, uncovered, within
from crm.contacts.group_types import Period
from crm.contacts.models import Group, GroupRepresentative, Membership
from crm.contacts.operations.groups import get_group
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError

ByMembership = dict[int, list[GroupRepresentative]]


def merge_group(session: Session, *, group_id: int, version: int, into_id: int, day: date) -> Group:
    """Make the members of a group those of another from a day on; return the other.

    The group, and what held in it, ends on the eve. Raises RuleError for a merge into itself or in
    a circle, StaleRecordError if the group has moved on.
    """
    # Both are locked in one order: two merges the other way round wait for each other.
    for each in sorted({group_id, into_id}):
        session.execute(select(Group.id).where(Group.id == each).with_for_update())
    group = get_group(session, group_id)
    if group.version != version:
        raise StaleRecordError(group)
    if group.merged_into_id is not None:
        raise RuleError("into", N_("Ce groupe a déjà été fusionné dans un autre."))
    other = _target(session, group_id, into_id, day)
    check_merge_day(group.launched_on, group.closed_on, day)
    moving, staying = _held_from(session, group_id, day), _held_from(session, other.id, day)
    speaking = _representatives(session, [*moving, *staying])
    for membership in moving:
        there = [one for one in staying if one.structure_id == membership.structure_id]
        _join(session, membership, other.id, day, there=there, speaking=speaking)
        _leave(session, membership, day, speaking[membership.id])
    group.closed_on, group.merged_into_id = day - timedelta(days=1), other.id
    session.flush()
    return other


def _target(session: Session, group_id: int, into_id: int, day: date) -> Group:
    if into_id == group_id:
        raise RuleError("into", N_("Un groupe ne peut pas être fusionné dans lui-même."))
    try:
        other = get_group(session, into_id)
    except NotFoundError as error:
        raise RuleError("into", N_("Choisissez un groupe de la liste.")) from error
    if other.merged_into_id == group_id:
        message = N_(
            "« %(name)s » a été fusionné dans ce groupe : ils se renverraient l’un à l’autre."
        )
    elif other.merged_into_id is not None:
        message = N_("« %(name)s » a lui-même été fusionné : choisissez le groupe qui l’a reçu.")
    elif other.closed_on is not None and other.closed_on < day:
        message = N_("« %(name)s » est clos ce jour-là.")
    else:
        return other
    raise RuleError("into", message, name=other.name)


def _held_from(session: Session, group_id: int, day: date) -> Sequence[Membership]:
    return session.scalars(
        select(Membership)
        .where(
            Membership.group_id == group_id,
            or_(Membership.end_on.is_(None), Membership.end_on >= day),
        )
        .order_by(Membership.start_on, Membership.id)
    ).all()


def _representatives(session: Session, memberships: Sequence[Membership]) -> ByMembership:
    found: ByMembership = defaultdict(list)
    for each in session.scalars(
        select(GroupRepresentative)
        .where(GroupRepresentative.membership_id.in_([one.id for one in memberships]))
        .order_by(GroupRepresentative.start_on, GroupRepresentative.id)
    ):
        found[each.membership_id].append(each)
    return found


def _join(
    session: Session,
    membership: Membership,
    group_id: int,
    day: date,
    *,
    there: Sequence[Membership],
    speaking: ByMembership,
) -> None:
    """Give the structure, in the other group, the days it is not a member there already."""
    rest = within(_period(membership), Period(day)) or Period(day)
    made = [
        Membership(
            group_id=group_id,
            structure_id=membership.structure_id,
            start_on=part.start_on,
            end_on=part.end_on,
        )
        for part in uncovered(rest, map(_period, there))
    ]
    session.add_all(made)
    session.flush()
    for receiving in (*there, *made):
        for each in speaking[membership.id]:
            period = within(_period(each), rest) and within(_period(each), _period(receiving))
            taken = [one for one in speaking[receiving.id] if one.contact_id == each.contact_id]
            if period and not any(overlaps(period, _period(one)) for one in taken):
                carried = GroupRepresentative(
                    membership_id=receiving.id,
                    contact_id=each.contact_id,
                    start_on=max(period.start_on, rest.start_on),
                    end_on=period.end_on,
                )
                session.add(carried)
                speaking[receiving.id].append(carried)
    session.flush()


def _leave(
    session: Session, membership: Membership, day: date, speaking: Sequence[GroupRepresentative]
) -> None:
    """End what held in the old group on the eve; what had not begun by then leaves it."""
    held: list[Membership | GroupRepresentative] = [*speaking, membership]
    for each in held:
        if each.start_on >= day:
            session.delete(each)
        elif each.end_on is None or each.end_on >= day:
            each.end_on = day - timedelta(days=1)
    session.flush()


def _period(held: Membership | GroupRepresentative) -> Period:
    return Period(held.start_on, held.end_on)
