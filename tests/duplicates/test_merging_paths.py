"""Paths follow a merge and come back; two current ones never become one, and none is lost."""

from sqlalchemy.orm import Session

from crm.accompaniment.models import Accompaniment
from crm.accompaniment.queries import accompaniments_of
from crm.core import clock
from crm.duplicates.merging import merge_records
from crm.duplicates.unmerging import get_merge, later_items, unmerge_records
from tests.factories.accompaniment import AccompanimentFactory, StageChangeFactory
from tests.factories.contacts import StructureFactory


def _merge(session: Session, kept_id: int, merged_id: int) -> int:
    return merge_records(session, kind="structure", kept_id=kept_id, merged_id=merged_id).id


def _owner(session: Session, record: Accompaniment) -> int:
    session.expire_all()
    return session.get_one(Accompaniment, record.id).structure_id


def _ended(structure_id: int) -> Accompaniment:
    record: Accompaniment = AccompanimentFactory(
        structure_id=structure_id, closed_on=clock.today(), outcome="abouti"
    )
    return record


def test_a_path_moves_with_its_steps_and_comes_back(session: Session) -> None:
    kept, merged = StructureFactory(), StructureFactory()
    current, ended = AccompanimentFactory(structure_id=merged.id), _ended(merged.id)
    StageChangeFactory(accompaniment_id=current.id)
    merge_id = _merge(session, kept.id, merged.id)
    assert {_owner(session, each) for each in (current, ended)} == {kept.id}
    assert not unmerge_records(session, merge_id=merge_id).rows
    assert {_owner(session, each) for each in (current, ended)} == {merged.id}


def test_two_current_paths_stay_two(session: Session) -> None:
    kept, merged = StructureFactory(), StructureFactory()
    mine = AccompanimentFactory(structure_id=kept.id)
    theirs, ended = AccompanimentFactory(structure_id=merged.id), _ended(merged.id)
    merge_id = _merge(session, kept.id, merged.id)
    assert [_owner(session, each) for each in (mine, theirs, ended)] == [
        kept.id,
        merged.id,
        kept.id,
    ]
    told = {each.id for each in accompaniments_of(session, kept.id)}
    assert told == {mine.id, theirs.id, ended.id}
    unmerge_records(session, merge_id=merge_id)
    assert [_owner(session, each) for each in (mine, theirs, ended)] == [
        kept.id,
        merged.id,
        merged.id,
    ]


def test_what_cannot_go_back_beside_another_is_told(session: Session) -> None:
    kept, merged = StructureFactory(), StructureFactory()
    mine = AccompanimentFactory(structure_id=kept.id)
    theirs, ended = AccompanimentFactory(structure_id=merged.id), _ended(merged.id)
    merge_id = _merge(session, kept.id, merged.id)
    mine.closed_on, mine.outcome = clock.today(), "abouti"
    session.flush()
    ended.closed_on = ended.outcome = None
    session.flush()
    left = unmerge_records(session, merge_id=merge_id).rows
    assert left == [["accompaniment", "structure_id", ended.id]]
    assert [_owner(session, each) for each in (theirs, ended)] == [merged.id, kept.id]


def test_a_later_path_is_given_only_where_there_is_room(session: Session) -> None:
    kept, merged = StructureFactory(), StructureFactory()
    mine = AccompanimentFactory(structure_id=kept.id)
    AccompanimentFactory(structure_id=merged.id)
    merge_id = _merge(session, kept.id, merged.id)
    mine.closed_on, mine.outcome = clock.today(), "abouti"
    later = AccompanimentFactory(structure_id=kept.id)
    session.flush()
    items = later_items(session, get_merge(session, merge_id))
    assert [each.record_id for each in items] == [later.id]
    left = unmerge_records(session, merge_id=merge_id, given_back={items[0].key}).rows
    assert left == [["accompaniment", "structure_id", later.id]]
    assert _owner(session, later) == kept.id
