"""An introduction counts as support for those who asked, and for no other."""

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.core.errors import NotFoundError, RuleError, StaleRecordError
from crm.followups.indicators import ACCOMPANIED_FORMALLY, ACCOMPANIED_STRUCTURES, Period, count
from crm.followups.models import AccompanimentSession, FollowUp, SessionStructure
from crm.followups.operations import update_session
from crm.followups.operations.sessions import data_of, get_session
from crm.history.recording import change_set_of
from crm.history.trash import move_to_trash, restore_from_trash
from crm.history.undo import undo_changes
from crm.introductions import operations
from crm.introductions.listings import set_officers
from crm.introductions.models import Introduction
from crm.introductions.queries import awaited_outcomes
from crm.introductions.types import IntroductionData
from crm.reference.queries import items_of
from tests.factories.accounts import UserFactory
from tests.factories.contacts import AffiliationFactory, ContactFactory, StructureFactory
from tests.factories.projects import ProjectFactory
from tests.support.days import TODAY

pytestmark = pytest.mark.usefixtures("today_stays")
THIS_YEAR = Period.of_year(TODAY.year)


def _data(asking: list[Structure], others: list[Structure], **changes: object) -> IntroductionData:
    values = {
        "reason": "elles forment des électriciens.",
        "introduced_on": TODAY,
        "officer_id": UserFactory().id,
        "asking": tuple(str(each.id) for each in asking),
        "others": tuple(str(each.id) for each in others),
    }
    return IntroductionData(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def three(session: Session) -> list[Structure]:
    """Return three structures that nobody has supported this year."""
    return [StructureFactory(name=name) for name in ("Alpha", "Bêta", "Gamma")]


@pytest.fixture
def made(session: Session, three: list[Structure]) -> Introduction:
    """Return an introduction made today, asked for by the first two of three."""
    record = operations.create_introduction(session, data=_data(three[:2], three[2:]))
    start_anew(session)
    operations.make_introduction(session, introduction_id=record.id, made_on=TODAY)
    return record


def start_anew(session: Session) -> None:
    """End the transaction's notes, as a commit does: the next save is another one."""
    session.flush()
    for name in ("change_set_id", "change_set_description"):
        session.info.pop(name, None)


def _figure(session: Session) -> int:
    return count(session, ACCOMPANIED_STRUCTURES, THIS_YEAR)


def _supported(session: Session, record: Introduction) -> set[int]:
    return set(
        session.scalars(
            select(SessionStructure.structure_id).where(
                SessionStructure.session_id == record.session_id
            )
        )
    )


def test_the_yearly_count_moves_by_exactly_the_askers(
    session: Session, three: list[Structure]
) -> None:
    before, formally = _figure(session), count(session, ACCOMPANIED_FORMALLY, THIS_YEAR)
    record = operations.create_introduction(session, data=_data(three[:2], three[2:]))
    assert _figure(session) == before
    operations.make_introduction(session, introduction_id=record.id, made_on=TODAY)
    assert _figure(session) == before + 2
    assert count(session, ACCOMPANIED_FORMALLY, THIS_YEAR) == formally
    assert _supported(session, record) == {three[0].id, three[1].id}
    operations.make_introduction(session, introduction_id=record.id, made_on=TODAY)
    assert _figure(session) == before + 2


def test_nobody_asked_and_nobody_counts(session: Session, three: list[Structure]) -> None:
    before = _figure(session)
    record = operations.create_introduction(session, data=_data([], three))
    operations.make_introduction(session, introduction_id=record.id, made_on=TODAY)
    assert record.session_id is None
    assert _figure(session) == before


def test_the_trash_takes_the_support_along_and_brings_it_back(
    app: Flask, session: Session, made: Introduction
) -> None:
    before = _figure(session)
    with app.test_request_context():
        move_to_trash(session, entity="introduction", record_id=made.id)
        assert _figure(session) == before - 2
        assert session.get_one(FollowUp, made.follow_up_id).deleted_at is not None
        restore_from_trash(session, entity="introduction", record_id=made.id)
    assert _figure(session) == before
    assert session.get_one(FollowUp, made.follow_up_id).deleted_at is None


def test_leaving_the_trash_is_undone_and_all_comes_back_again(
    app: Flask, session: Session, made: Introduction
) -> None:
    before = _figure(session)
    with app.test_request_context():
        move_to_trash(session, entity="introduction", record_id=made.id)
        start_anew(session)
        restore_from_trash(session, entity="introduction", record_id=made.id)
        saved = change_set_of(session)
        start_anew(session)
        assert saved is not None
        undo_changes(session, change_set_id=saved)
        assert _figure(session) == before - 2
        restore_from_trash(session, entity="introduction", record_id=made.id)
    assert _figure(session) == before
    assert session.get_one(FollowUp, made.follow_up_id).deleted_at is None


def test_the_trash_is_undone_and_done_again(
    app: Flask, session: Session, made: Introduction
) -> None:
    before = _figure(session)
    with app.test_request_context():
        start_anew(session)
        move_to_trash(session, entity="introduction", record_id=made.id)
        for expected in (before, before - 2, before):
            saved = change_set_of(session)
            start_anew(session)
            assert saved is not None
            undo_changes(session, change_set_id=saved)
            assert _figure(session) == expected


def test_what_was_thrown_away_by_itself_stays_in_the_trash(
    app: Flask, session: Session, three: list[Structure], made: Introduction
) -> None:
    before, support_id = _figure(session), made.session_id or 0
    with app.test_request_context():
        move_to_trash(session, entity="session", record_id=support_id)
        start_anew(session)
        operations.update_introduction(
            session,
            introduction_id=made.id,
            version=made.version,
            data=_data(three[:2], three[2:], introduced_on=TODAY - timedelta(days=1)),
        )
        saved = change_set_of(session)
        start_anew(session)
        assert saved is not None
        undo_changes(session, change_set_id=saved)
        assert session.get_one(Introduction, made.id).introduced_on == TODAY
        assert _figure(session) == before - 2
        move_to_trash(session, entity="introduction", record_id=made.id)
        restore_from_trash(session, entity="introduction", record_id=made.id)
        assert _figure(session) == before - 2
        assert session.get_one(FollowUp, made.follow_up_id).deleted_at is None


def test_having_been_made_is_undone_and_done_again(
    app: Flask, session: Session, made: Introduction
) -> None:
    before = _figure(session)
    with app.test_request_context():
        for expected, status in ((before - 2, "proposee"), (before, "faite")):
            saved = change_set_of(session)
            start_anew(session)
            assert saved is not None
            assert undo_changes(session, change_set_id=saved).left == 0
            session.expire_all()
            assert _figure(session) == expected
            assert session.get_one(Introduction, made.id).status == status


def test_a_creation_undone_comes_back_whole(
    app: Flask, session: Session, three: list[Structure]
) -> None:
    data = _data(three[:1], three[1:], asking_contacts=(str(ContactFactory().id),))
    start_anew(session)
    record = operations.create_introduction(session, data=data)
    saved = change_set_of(session)
    start_anew(session)
    assert saved is not None
    with app.test_request_context():
        undo_changes(session, change_set_id=saved)
        with pytest.raises(NotFoundError):
            operations.get_introduction(session, record.id)
        restore_from_trash(session, entity="introduction", record_id=record.id)
    found = operations.get_introduction(session, record.id)
    assert [side.structure.name for side in found.sides] == ["Alpha", "Bêta", "Gamma"]
    assert len(found.sides[0].people) == 1


def test_the_support_follows_who_asks(
    session: Session, three: list[Structure], made: Introduction
) -> None:
    before = _figure(session)
    operations.update_introduction(
        session,
        introduction_id=made.id,
        version=made.version,
        data=_data(three[1:], three[:1]),
    )
    assert _supported(session, made) == {three[1].id, three[2].id}
    assert _figure(session) == before
    with pytest.raises(RuleError, match="compte déjà"):
        operations.update_introduction(
            session, introduction_id=made.id, version=made.version, data=_data([], three)
        )


def _edit(
    session: Session, record: Introduction, asking: list[Structure], others: list[Structure]
) -> None:
    start_anew(session)
    operations.update_introduction(
        session, introduction_id=record.id, version=record.version, data=_data(asking, others)
    )
    session.expire_all()


def test_an_edit_keeps_what_was_written_in_the_session(
    session: Session, three: list[Structure], made: Introduction
) -> None:
    support = get_session(session, made.session_id or 0)
    project, axis = ProjectFactory(), items_of(session, "axis")[0]
    added, person = StructureFactory(), ContactFactory()
    data = data_of(support)
    update_session(
        session,
        session_id=support.id,
        version=support.version,
        data=replace(
            data,
            structures=(*data.structures, str(added.id)),
            contacts=(str(person.id),),
            project_ids=(project.id,),
            axis_ids=(axis.id,),
        ),
    )
    _edit(session, made, three[:2], three[2:])
    assert _supported(session, made) == {three[0].id, three[1].id, added.id}
    _edit(session, made, three[1:], three[:1])
    assert _supported(session, made) == {three[1].id, three[2].id, added.id}
    support = get_session(session, made.session_id or 0)
    assert [each.id for each in support.contacts] == [person.id]
    assert [each.id for each in support.projects] == [project.id]
    assert [each.id for each in support.axes] == [axis.id]


def test_one_taken_out_of_the_session_by_hand_does_not_come_back(
    session: Session, three: list[Structure], made: Introduction
) -> None:
    support = get_session(session, made.session_id or 0)
    data = replace(data_of(support), structures=(str(three[0].id),))
    update_session(session, session_id=support.id, version=support.version, data=data)
    _edit(session, made, three[:2], [*three[2:], StructureFactory()])
    assert _supported(session, made) == {three[0].id}
    _edit(session, made, three[1:2], three[:1])
    assert _supported(session, made) == {three[1].id}


def test_a_session_saved_as_it_is_does_not_change(session: Session, made: Introduction) -> None:
    support = get_session(session, made.session_id or 0)
    support.axes = list(items_of(session, "axis")[:2])
    support.projects, support.themes = [ProjectFactory()], list(items_of(session, "theme")[:2])
    support.duration_minutes = 45
    start_anew(session)
    session.expire_all()
    support = get_session(session, made.session_id or 0)
    update_session(session, session_id=support.id, version=support.version, data=data_of(support))
    assert change_set_of(session) is None


def test_a_support_erased_for_good_is_not_counted_again(
    session: Session, three: list[Structure], made: Introduction
) -> None:
    made.session_id = None
    before = _figure(session)
    _edit(session, made, three[:2], three[2:])
    assert made.session_id is None
    assert _figure(session) == before


def test_who_asks_at_last_is_counted(session: Session, three: list[Structure]) -> None:
    record = operations.create_introduction(session, data=_data([], three))
    operations.make_introduction(session, introduction_id=record.id, made_on=TODAY)
    _edit(session, record, three[:1], three[1:])
    assert _supported(session, record) == {three[0].id}


def test_a_renamed_asker_stays_what_it_was(
    session: Session, three: list[Structure], made: Introduction
) -> None:
    three[0].name = "Alpha nouvelle"
    session.flush()
    operations.update_introduction(
        session,
        introduction_id=made.id,
        version=made.version,
        data=_data(three, [StructureFactory()]),
    )
    names = session.scalars(
        select(SessionStructure.structure_name).where(
            SessionStructure.session_id == made.session_id
        )
    ).all()
    assert sorted(names) == ["Alpha", "Bêta", "Gamma"]


def test_its_outcome_is_asked_a_month_later(session: Session, made: Introduction) -> None:
    follow_up = session.get_one(FollowUp, made.follow_up_id)
    assert follow_up.due_on == TODAY + timedelta(days=30)
    assert follow_up.assignee_id == made.officer_id
    assert "Alpha – Bêta – Gamma" in follow_up.what
    later = TODAY + timedelta(days=30)
    awaited = awaited_outcomes(session, user_id=made.officer_id, today=later)
    assert [row.id for row in awaited] == [made.id]
    assert not awaited_outcomes(session, user_id=made.officer_id, today=TODAY)
    operations.give_outcome(session, introduction_id=made.id, outcome="echange", note="Bien")
    assert follow_up.done_at is not None
    assert not awaited_outcomes(session, user_id=made.officer_id, today=later)


def test_the_follow_up_goes_to_the_new_officer(
    session: Session, three: list[Structure], made: Introduction
) -> None:
    follow_up, former = session.get_one(FollowUp, made.follow_up_id), made.officer_id
    _edit(session, made, three[:2], three[2:])
    assert made.officer_id != former
    assert follow_up.assignee_id == made.officer_id
    other, chosen = UserFactory(), UserFactory()
    assert set_officers(session, ids=[made.id], user_id=other.id) == 1
    assert set_officers(session, ids=[made.id], user_id=other.id) == 0
    assert (made.officer_id, follow_up.assignee_id) == (other.id, other.id)
    follow_up.assignee_id = chosen.id
    set_officers(session, ids=[made.id], user_id=UserFactory().id)
    assert follow_up.assignee_id == chosen.id


def test_a_follow_up_that_is_done_stays_with_who_did_it(
    session: Session, made: Introduction
) -> None:
    former = made.officer_id
    operations.give_outcome(session, introduction_id=made.id, outcome="echange", note=None)
    set_officers(session, ids=[made.id], user_id=UserFactory().id)
    assert session.get_one(FollowUp, made.follow_up_id).assignee_id == former


def test_people_are_placed_where_they_work_and_keep_what_they_said(
    session: Session, three: list[Structure]
) -> None:
    known = AffiliationFactory(structure=three[1]).contact
    stranger = ContactFactory()
    data = _data(
        three[:2], three[2:], asking_contacts=(str(stranger.id), str(known.id), str(known.id))
    )
    record = operations.create_introduction(session, data=data)
    sides = operations.get_introduction(session, record.id).sides
    assert [[one.contact_id for one in side.people] for side in sides] == [
        [stranger.id],
        [known.id],
        [],
    ]
    person = sides[1].people[0]
    operations.note_answer(session, person_id=person.id, answer="oui", means="telephone")
    assert (person.asked_on, person.answered_on) == (TODAY, TODAY)
    assert operations.get_introduction(session, record.id).status == "accords_demandes"
    assert operations.ask_for_agreement(session, introduction_id=record.id) == 1
    operations.update_introduction(
        session,
        introduction_id=record.id,
        version=record.version,
        data=_data(three[:2], three[2:], asking_contacts=(str(known.id),)),
    )
    sides = operations.get_introduction(session, record.id).sides
    assert [[one.answer for one in side.people] for side in sides] == [[], ["oui"], []]


def test_what_cannot_be_is_said(session: Session, three: list[Structure]) -> None:
    record = operations.create_introduction(session, data=_data(three[:1], three[1:]))
    with pytest.raises(StaleRecordError):
        operations.update_introduction(
            session, introduction_id=record.id, version=0, data=_data(three[:1], three[1:])
        )
    with pytest.raises(RuleError, match="pas encore faite"):
        operations.give_outcome(session, introduction_id=record.id, outcome="rien", note=None)
    with pytest.raises(RuleError, match="à venir"):
        operations.make_introduction(
            session, introduction_id=record.id, made_on=TODAY + timedelta(days=1)
        )
    operations.make_introduction(session, introduction_id=record.id, made_on=TODAY)
    with pytest.raises(RuleError, match="déjà faite"):
        operations.set_refused(session, introduction_id=record.id, is_refused=True)
    for values in ({"others": ("new:Personne",)}, {"other_contacts": ("new:Personne",)}):
        data = replace(_data(three[:1], three[1:]), **values)  # type: ignore[arg-type]
        with pytest.raises(RuleError) as refused:
            operations.create_introduction(session, data=data)
        assert refused.value.field == next(iter(values))
    with pytest.raises(NotFoundError):
        operations.note_answer(session, person_id=999_999_999, answer="oui", means="courriel")


def test_the_session_tells_what_it_was(session: Session, made: Introduction) -> None:
    support = session.get_one(AccompanimentSession, made.session_id)
    assert (support.held_on, support.status, support.notes) == (TODAY, "realisee", made.reason)
