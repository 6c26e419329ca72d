"""How groups come back, and what points at them."""

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.contacts.group_rules import LONGEST_NAME
from crm.contacts.indexing import index_group
from crm.contacts.models import Group, GroupRepresentative, Membership
from crm.contacts.operations.memberships import check_membership
from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.core.text import sort_key
from crm.history.kinds import Kind, Pointer
from crm.web.formats import short_date
from crm.web.locale import translate


def _mend_group(session: Session, group: Group) -> None:
    key = sort_key(group.name)[:LONGEST_NAME]
    with session.no_autoflush:
        other = session.scalar(
            select(Group.name).where(
                Group.sort_name == key, Group.deleted_at.is_(None), Group.id != group.id
            )
        )
    if other is not None and group.deleted_at is None:
        raise RuleError("name", N_("Le groupe « %(name)s » existe déjà."), name=other)
    group.sort_name = key
    session.flush()
    index_group(session, group)


def _mend_membership(session: Session, membership: Membership) -> None:
    with session.no_autoflush:
        check_membership(session, membership)


def _archive(_session: Session, group: Group) -> None:
    today = clock.today()
    if group.closed_on is None or group.closed_on > today:
        group.closed_on = max(today, group.launched_on or today)


KINDS = (
    Kind(
        "group",
        Group,
        lambda group: group.name,
        page=("groups.show", "group_id"),
        mend=_mend_group,
        archive=_archive,
        archive_label=N_("Clore le groupe aujourd’hui"),
        owned=frozenset({"group_representative", "membership"}),
    ),
    Kind(
        "membership",
        Membership,
        lambda membership: short_date(membership.start_on),
        mend=_mend_membership,
    ),
    Kind("group_representative", GroupRepresentative, lambda one: short_date(one.start_on)),
)


def members_of_group(session: Session, group_id: int) -> Pointer | None:
    """Say how many structures are or were members of a group."""
    count = session.scalar(
        select(func.count(Membership.structure_id.distinct())).where(
            Membership.group_id == group_id
        )
    )
    if not count:
        return None
    return Pointer(
        translate(N_("Structures qui en sont ou en ont été membres : %(count)s"), count=count),
        url_for("groups.show", group_id=group_id),
    )


def groups_merged_into(session: Session, group_id: int) -> Pointer | None:
    """Say how many groups went into this one."""
    count = session.scalar(select(func.count()).where(Group.merged_into_id == group_id))
    if not count:
        return None
    return Pointer(translate(N_("Groupes fusionnés dans celui-ci : %(count)s"), count=count))


POINTERS = (("group", members_of_group), ("group", groups_merged_into))
