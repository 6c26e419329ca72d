"""One group going into another, on both databases."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Group, GroupRepresentative, Membership, Structure
from crm.contacts.operations.merging_groups import merge_group
from crm.core.errors import NotFoundError, RuleError, StaleRecordError
from crm.history.models import Change
from tests.factories.contacts import (
    ContactFactory,
    GroupFactory,
    MembershipFactory,
    StructureFactory,
)

DAY, EVE = date(2021, 6, 1), date(2021, 5, 31)
START = date(2018, 1, 1)


@pytest.fixture
def old(session: Session) -> Group:
    """Return the group that goes."""
    return GroupFactory(name="Groupe-pays Togo", launched_on=START)


@pytest.fixture
def new(session: Session) -> Group:
    """Return the group that receives."""
    return GroupFactory(name="Groupe-pays Golfe de Guinée", launched_on=START)


def _merge(session: Session, old: Group, new_id: int, day: date = DAY) -> Group:
    return merge_group(session, group_id=old.id, version=old.version, into_id=new_id, day=day)


def _days(session: Session, group: Group, structure: Structure) -> list[tuple[date, date | None]]:
    rows = session.execute(
        select(Membership.start_on, Membership.end_on)
        .where(Membership.group_id == group.id, Membership.structure_id == structure.id)
        .order_by(Membership.start_on)
    )
    return list(rows.tuples().all())


def _speaks(membership: Membership, start: date = START, end: date | None = None) -> int:
    session = membership._sa_instance_state.session  # type: ignore[attr-defined]
    person = ContactFactory()
    session.add(
        GroupRepresentative(
            membership_id=membership.id, contact_id=person.id, start_on=start, end_on=end
        )
    )
    session.flush()
    return int(person.id)


def test_its_members_go_on_in_the_other(session: Session, old: Group, new: Group) -> None:
    stays, leaves, left = StructureFactory(), StructureFactory(), StructureFactory()
    MembershipFactory(group=old, structure=stays, start_on=START)
    MembershipFactory(group=old, structure=leaves, start_on=START, end_on=date(2022, 1, 1))
    MembershipFactory(group=old, structure=left, start_on=START, end_on=date(2020, 1, 1))
    assert _merge(session, old, new.id) is new
    assert (old.closed_on, old.merged_into_id) == (EVE, new.id)
    assert _days(session, old, stays) == [(START, EVE)]
    assert _days(session, new, stays) == [(DAY, None)]
    assert _days(session, old, leaves) == [(START, EVE)]
    assert _days(session, new, leaves) == [(DAY, date(2022, 1, 1))]
    assert _days(session, old, left) == [(START, date(2020, 1, 1))]
    assert _days(session, new, left) == []


def test_nobody_is_a_member_twice(session: Session, old: Group, new: Group) -> None:
    both, soon, short = StructureFactory(), StructureFactory(), StructureFactory()
    for structure in (both, soon, short):
        MembershipFactory(group=old, structure=structure, start_on=START)
    MembershipFactory(group=new, structure=both, start_on=date(2019, 1, 1))
    MembershipFactory(group=new, structure=soon, start_on=date(2023, 1, 1))
    MembershipFactory(group=new, structure=short, start_on=START, end_on=date(2021, 12, 31))
    _merge(session, old, new.id)
    assert _days(session, new, both) == [(date(2019, 1, 1), None)]
    assert _days(session, new, soon) == [(DAY, date(2022, 12, 31)), (date(2023, 1, 1), None)]
    assert _days(session, new, short) == [(START, date(2021, 12, 31)), (date(2022, 1, 1), None)]


def test_what_had_not_begun_moves_whole(session: Session, old: Group, new: Group) -> None:
    structure = StructureFactory()
    MembershipFactory(group=old, structure=structure, start_on=date(2022, 3, 1))
    _merge(session, old, new.id)
    assert _days(session, old, structure) == []
    assert _days(session, new, structure) == [(date(2022, 3, 1), None)]


def test_representatives_come_along_once(session: Session, old: Group, new: Group) -> None:
    moving = MembershipFactory(group=old, start_on=START)
    known = MembershipFactory(group=old, start_on=START)
    there = MembershipFactory(group=new, structure=known.structure, start_on=START)
    first, gone, second = _speaks(moving), _speaks(moving, START, date(2020, 1, 1)), _speaks(known)
    session.add(
        GroupRepresentative(membership_id=there.id, contact_id=second, start_on=date(2020, 1, 1))
    )
    session.flush()
    _merge(session, old, new.id)
    rows = session.execute(
        select(GroupRepresentative.contact_id, Membership.group_id, GroupRepresentative.start_on)
        .join(Membership, Membership.id == GroupRepresentative.membership_id)
        .where(GroupRepresentative.end_on.is_(None))
    )
    assert set(rows.tuples()) == {(first, new.id, DAY), (second, new.id, date(2020, 1, 1))}
    ends = dict(
        session.execute(
            select(GroupRepresentative.contact_id, GroupRepresentative.end_on).where(
                GroupRepresentative.membership_id.in_([moving.id, known.id])
            )
        )
        .tuples()
        .all()
    )
    assert ends == {first: EVE, gone: date(2020, 1, 1), second: EVE}


def test_a_merge_is_one_change_told_on_both_pages(session: Session, old: Group, new: Group) -> None:
    MembershipFactory(group=old, start_on=START)
    _merge(session, old, new.id)
    changes = session.scalars(select(Change).where(Change.entity == "group")).all()
    told = [each.fields for each in changes if each.action == "updated"]
    assert told == [{"closed_on": [None, EVE.isoformat()], "merged_into_id": [None, new.id]}]
    assert len({each.change_set_id for each in session.scalars(select(Change))}) == 1


@pytest.mark.parametrize("day", [START, date(2017, 1, 1)])
def test_it_must_have_lived_the_eve(session: Session, old: Group, new: Group, day: date) -> None:
    with pytest.raises(RuleError, match="pas encore lancé"):
        _merge(session, old, new.id, day)


def test_itself_a_circle_and_a_chain_are_refused(session: Session, old: Group, new: Group) -> None:
    with pytest.raises(RuleError, match="lui-même"):
        _merge(session, old, old.id)
    with pytest.raises(RuleError, match="de la liste"):
        _merge(session, old, 999_999)
    _merge(session, old, new.id)
    with pytest.raises(RuleError, match="déjà été fusionné"):
        _merge(session, old, new.id)
    with pytest.raises(RuleError, match="l’un à l’autre"):
        _merge(session, new, old.id, date(2019, 1, 1))
    third = GroupFactory(launched_on=START)
    with pytest.raises(RuleError, match="lui-même été fusionné"):
        _merge(session, third, old.id)
    closed = GroupFactory(launched_on=START, closed_on=date(2020, 1, 1))
    with pytest.raises(RuleError, match="clos ce jour-là"):
        _merge(session, third, closed.id)


def test_a_stale_or_thrown_away_group_is_not_merged(
    session: Session, old: Group, new: Group
) -> None:
    with pytest.raises(StaleRecordError):
        merge_group(session, group_id=old.id, version=old.version - 1, into_id=new.id, day=DAY)
    with pytest.raises(NotFoundError):
        merge_group(session, group_id=999_999, version=1, into_id=new.id, day=DAY)
