"""Segments are kept, duplicated, frozen and refreshed; merges and erasures follow."""

from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure, Tag, structure_tag
from crm.core import clock
from crm.core.errors import NotFoundError, RuleError, StaleRecordError
from crm.criteria.types import Branch, Leaf, Mode, Node, Subject, Tree
from crm.duplicates.merging import merge_records
from crm.history.trash import move_to_trash, purge_trash
from crm.segments.errors import SegmentError
from crm.segments.models import Segment, SegmentMember
from crm.segments.operations import (
    SegmentData,
    create_segment,
    duplicate_segment,
    freeze_segment,
    refresh_segment,
    update_segment,
)
from crm.segments.queries import count, is_member, members, segment_choices, tree_of
from tests.factories.accounts import UserFactory
from tests.factories.contacts import StructureFactory

DAY = date(2026, 11, 27)
FAMILY = Leaf("famille", {"families": ("scolaire",)})


@pytest.fixture
def owner_id(session: Session) -> int:
    """Return the id of a person who makes segments."""
    user = UserFactory()
    session.flush()
    return int(user.id)


def _tree(*nodes: Node) -> Tree:
    return Tree(Subject.STRUCTURE, Branch(Mode.ALL, nodes))


def _create(session: Session, owner_id: int, *nodes: Node, name: str = "Écoles") -> Segment:
    data = SegmentData(name=name, tree=_tree(*(nodes or (FAMILY,))), is_shared=True)
    return create_segment(session, owner_id=owner_id, data=data)


def _school(session: Session) -> Structure:
    school: Structure = StructureFactory(family_code="scolaire")
    session.flush()
    return school


def _ids(session: Session, segment: Segment) -> set[int]:
    return set(session.scalars(members(session, segment, day=DAY)))


def test_a_segment_is_kept_as_it_is_meant(session: Session, owner_id: int) -> None:
    school = _school(session)
    typed = Leaf("creee", {"day": "1er janvier 2020"})
    segment = _create(session, owner_id, FAMILY, typed, name="  Les   écoles ")
    assert segment.name == "Les écoles"
    assert tree_of(segment).root.nodes[1] == Leaf("creee", {"day": "2020-01-01"})
    assert segment.names == {"famille:families:scolaire": "Établissement scolaire ou de formation"}
    assert _ids(session, segment) == {school.id}
    assert count(session, segment, day=DAY) == 1
    assert is_member(session, segment, school.id, day=DAY)


@pytest.mark.parametrize(
    ("name", "nodes", "field"),
    [
        (" ", (FAMILY,), "name"),
        ("x" * 121, (FAMILY,), "name"),
        ("Écoles", (), "rules"),
        ("Écoles", (Leaf("famille"),), "rules"),
        ("Écoles", (Leaf("famille", {"families": ("licorne",)}),), "rules"),
        ("Écoles", (FAMILY, Branch(Mode.ANY)), "rules"),
    ],
)
def test_what_means_nothing_is_refused(
    session: Session, owner_id: int, name: str, nodes: tuple[Node, ...], field: str
) -> None:
    with pytest.raises(RuleError) as refusal:
        create_segment(session, owner_id=owner_id, data=SegmentData(name, _tree(*nodes)))
    assert refusal.value.field == field


def test_a_name_is_taken_once_by_its_owner(session: Session, owner_id: int) -> None:
    _create(session, owner_id)
    with pytest.raises(RuleError, match="déjà un segment"):
        _create(session, owner_id, name="ecoles")
    other = UserFactory()
    session.flush()
    _create(session, other.id)


def test_only_their_owner_sees_what_is_not_shared(session: Session, owner_id: int) -> None:
    segment = _create(session, owner_id)
    other = UserFactory()
    session.flush()
    data = SegmentData("Écoles", None, is_shared=False)
    update_segment(session, segment_id=segment.id, user_id=owner_id, version=1, data=data)
    assert segment_choices(session, owner_id) == [(str(segment.id), "Écoles")]
    assert segment_choices(session, owner_id, Subject.CONTACT) == []
    assert segment_choices(session, other.id) == []
    with pytest.raises(NotFoundError):
        update_segment(
            session, segment_id=segment.id, user_id=other.id, version=segment.version, data=data
        )
    with pytest.raises(StaleRecordError):
        update_segment(session, segment_id=segment.id, user_id=owner_id, version=1, data=data)


def test_what_is_missing_stops_whoever_uses_it(session: Session, owner_id: int) -> None:
    tag = Tag(label="Climat", key="climat")
    session.add(tag)
    session.flush()
    school = _school(session)
    session.execute(structure_tag.insert().values(structure_id=school.id, tag_id=tag.id))
    segment = _create(session, owner_id, Leaf("etiquette", {"tags": (str(tag.id),)}))
    frozen = freeze_segment(session, segment_id=segment.id, user_id=owner_id)
    session.execute(delete(structure_tag))
    session.execute(delete(Tag).where(Tag.id == tag.id))
    for use in (members, count):
        with pytest.raises(SegmentError, match="Climat"):
            use(session, segment, day=DAY)
    with pytest.raises(SegmentError, match="Climat"):
        freeze_segment(session, segment_id=segment.id, user_id=owner_id)
    with pytest.raises(SegmentError, match="Climat"):
        refresh_segment(session, segment_id=frozen.id, user_id=owner_id)
    assert _ids(session, frozen) == {school.id}, "a list needs its rules no more"


def test_rules_that_cannot_be_read_stop_whoever_uses_them(session: Session, owner_id: int) -> None:
    segment = _create(session, owner_id)
    for rules in ("", "{}", '{"v":2,"sujet":"structure","regles":{"tous":[]}}'):
        segment.rules = rules
        with pytest.raises(SegmentError):
            members(session, segment, day=DAY)


def test_a_copy_is_ones_own_under_a_free_name(session: Session, owner_id: int) -> None:
    segment = _create(session, owner_id, name="x" * 120)
    other = UserFactory()
    session.flush()
    names = set()
    for _ in range(3):
        copy = duplicate_segment(session, segment_id=segment.id, user_id=other.id)
        assert (copy.owner_id, copy.is_shared, copy.rules) == (other.id, False, segment.rules)
        assert len(copy.name) <= 120
        names.add(copy.name)
    assert len(names) == 3


def test_a_frozen_list_moves_only_when_refreshed(session: Session, owner_id: int) -> None:
    first, second = _school(session), _school(session)
    segment = _create(session, owner_id)
    frozen = freeze_segment(session, segment_id=segment.id, user_id=owner_id)
    assert (frozen.member_count, frozen.is_shared) == (2, True)
    third = _school(session)
    second.family_code = "association"
    session.flush()
    assert _ids(session, segment) == {first.id, third.id}
    assert _ids(session, frozen) == {first.id, second.id}
    assert refresh_segment(session, segment_id=frozen.id, user_id=owner_id) == (1, 1)
    assert _ids(session, frozen) == {first.id, third.id}
    assert frozen.member_count == 2
    assert refresh_segment(session, segment_id=frozen.id, user_id=owner_id) == (0, 0)
    second.family_code = "scolaire"
    session.flush()
    assert refresh_segment(session, segment_id=frozen.id, user_id=owner_id) == (1, 0)
    assert _ids(session, frozen) == {first.id, second.id, third.id}
    data = SegmentData("Autre nom", _tree(Leaf("nom", {"text": "x"})))
    rules = frozen.rules
    update_segment(
        session, segment_id=frozen.id, user_id=owner_id, version=frozen.version, data=data
    )
    assert (frozen.name, frozen.rules) == ("Autre nom", rules)
    with pytest.raises(RuleError, match="pas figé"):
        refresh_segment(session, segment_id=segment.id, user_id=owner_id)


def test_a_refresh_that_is_undone_gives_back_who_was_there(session: Session, owner_id: int) -> None:
    first, second = _school(session), _school(session)
    frozen = freeze_segment(session, segment_id=_create(session, owner_id).id, user_id=owner_id)
    then = frozen.frozen_at
    second.family_code = "association"
    third = _school(session)
    refresh_segment(session, segment_id=frozen.id, user_id=owner_id)
    frozen.frozen_at = then
    session.flush()
    assert _ids(session, frozen) == {first.id, second.id}
    assert refresh_segment(session, segment_id=frozen.id, user_id=owner_id) == (1, 1)
    assert _ids(session, frozen) == {first.id, third.id}


def test_a_member_that_is_merged_is_what_it_is_now(session: Session, owner_id: int) -> None:
    kept, merged = _school(session), _school(session)
    frozen = freeze_segment(session, segment_id=_create(session, owner_id).id, user_id=owner_id)
    merge_records(session, kind="structure", kept_id=kept.id, merged_id=merged.id)
    session.flush()
    assert _ids(session, frozen) == {kept.id}
    assert refresh_segment(session, segment_id=frozen.id, user_id=owner_id) == (0, 1)
    assert _ids(session, frozen) == {kept.id}


def test_who_is_erased_leaves_the_lists(app: Flask, session: Session, owner_id: int) -> None:
    school = _school(session)
    segment = _create(session, owner_id)
    frozen = freeze_segment(session, segment_id=segment.id, user_id=owner_id)
    with app.test_request_context():
        move_to_trash(session, entity="structure", record_id=school.id)
        move_to_trash(session, entity="segment", record_id=segment.id)
    session.flush()
    assert _ids(session, frozen) == set()
    purge_trash(session, now=clock.now() + timedelta(days=31))
    assert session.scalar(select(func.count()).select_from(SegmentMember)) == 0
    assert session.scalars(select(Segment.id)).all() == [frozen.id]
