"""Introductions follow merges of structures and of people; what cannot be twice is not lost."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from crm.duplicates.merging import merge_records
from crm.duplicates.presentation import shown_later
from crm.duplicates.unmerging import get_merge, later_items, unmerge_records
from crm.followups.indicators import ACCOMPANIED_STRUCTURES, Period, count
from crm.introductions import operations
from crm.introductions.models import IntroductionPerson, IntroductionSide
from crm.introductions.types import IntroductionData
from tests.factories.accounts import UserFactory
from tests.factories.contacts import ContactFactory, StructureFactory
from tests.factories.introductions import (
    IntroductionFactory,
    IntroductionPersonFactory,
    IntroductionSideFactory,
)
from tests.support.days import TODAY

pytestmark = pytest.mark.usefixtures("today_stays")


def _merge(session: Session, kind: str, kept_id: int, merged_id: int) -> int:
    return merge_records(session, kind=kind, kept_id=kept_id, merged_id=merged_id).id


def _structure_of(session: Session, side: IntroductionSide) -> int:
    session.expire_all()
    return session.get_one(IntroductionSide, side.id).structure_id


def _contact_of(session: Session, person: IntroductionPerson) -> int:
    session.expire_all()
    return session.get_one(IntroductionPerson, person.id).contact_id


def test_a_side_moves_and_comes_back(session: Session) -> None:
    kept, merged = StructureFactory(), StructureFactory()
    side = IntroductionSideFactory(structure_id=merged.id, is_asking=True)
    merge_id = _merge(session, "structure", kept.id, merged.id)
    assert _structure_of(session, side) == kept.id
    assert not unmerge_records(session, merge_id=merge_id).rows
    assert _structure_of(session, side) == merged.id


def test_two_sides_of_one_introduction_stay_two(session: Session) -> None:
    kept, merged = StructureFactory(), StructureFactory()
    record = IntroductionFactory()
    mine = IntroductionSideFactory(introduction_id=record.id, structure_id=kept.id)
    theirs = IntroductionSideFactory(introduction_id=record.id, structure_id=merged.id)
    merge_id = _merge(session, "structure", kept.id, merged.id)
    assert [_structure_of(session, each) for each in (mine, theirs)] == [kept.id, merged.id]
    assert len(operations.get_introduction(session, record.id).sides) == 2
    unmerge_records(session, merge_id=merge_id)
    assert [_structure_of(session, each) for each in (mine, theirs)] == [kept.id, merged.id]


def test_a_person_moves_with_what_they_agreed_to_and_comes_back(session: Session) -> None:
    kept, merged = ContactFactory(), ContactFactory()
    alone = IntroductionPersonFactory(
        contact_id=merged.id, answer="oui", answered_on=TODAY, means="courriel"
    )
    both = IntroductionSideFactory()
    IntroductionPersonFactory(side_id=both.id, contact_id=kept.id)
    twin = IntroductionPersonFactory(side_id=both.id, contact_id=merged.id)
    merge_id = _merge(session, "contact", kept.id, merged.id)
    assert (_contact_of(session, alone), _contact_of(session, twin)) == (kept.id, merged.id)
    assert session.get_one(IntroductionPerson, alone.id).answer == "oui"
    unmerge_records(session, merge_id=merge_id)
    assert (_contact_of(session, alone), _contact_of(session, twin)) == (merged.id, merged.id)


def test_a_later_introduction_is_offered_to_the_one_that_comes_back(
    app: Flask, session: Session
) -> None:
    kept, merged, other = StructureFactory(), StructureFactory(), StructureFactory()
    person, double = ContactFactory(), ContactFactory()
    data = IntroductionData(
        reason="Parce que",
        introduced_on=TODAY,
        officer_id=UserFactory().id,
        asking=(str(kept.id),),
        others=(str(other.id),),
        asking_contacts=(str(person.id),),
    )
    operations.create_introduction(session, data=replace(data, reason="Bien avant"))
    merge_ids = [
        _merge(session, "structure", kept.id, merged.id),
        _merge(session, "contact", person.id, double.id),
    ]
    record = operations.create_introduction(session, data=data)
    side = operations.get_introduction(session, record.id).sides[0]
    rows = [side.id, side.people[0].id]
    for merge_id, row in zip(merge_ids, rows, strict=True):
        merge = get_merge(session, merge_id)
        items = later_items(session, merge)
        assert [each.record_id for each in items] == [row]
        with app.test_request_context():
            shown = shown_later(session, merge)
        assert [each.url for each in shown] == [f"/mises-en-relation/{record.id}"]
        assert "Parce que" in shown[0].name
        unmerge_records(session, merge_id=merge_id, given_back={items[0].key})
    assert _structure_of(session, side) == merged.id
    assert session.get_one(IntroductionPerson, rows[1]).contact_id == double.id


def test_a_merged_asker_keeps_counting_once_as_what_it_was(session: Session) -> None:
    kept, merged, other = StructureFactory(), StructureFactory(), StructureFactory()
    data = IntroductionData(
        reason="Parce que",
        introduced_on=TODAY,
        officer_id=UserFactory().id,
        asking=(str(merged.id),),
        others=(str(other.id),),
    )
    record = operations.create_introduction(session, data=data)
    operations.make_introduction(session, introduction_id=record.id, made_on=TODAY)
    day = Period(TODAY, TODAY)
    before = count(session, ACCOMPANIED_STRUCTURES, day)
    _merge(session, "structure", kept.id, merged.id)
    operations.update_introduction(
        session,
        introduction_id=record.id,
        version=operations.get_introduction(session, record.id).version,
        data=IntroductionData(
            reason="Autrement dit",
            introduced_on=TODAY,
            officer_id=data.officer_id,
            asking=(str(kept.id),),
            others=data.others,
        ),
    )
    assert count(session, ACCOMPANIED_STRUCTURES, day) == before
