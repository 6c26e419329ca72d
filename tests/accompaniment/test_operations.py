"""One current path a structure; each step kept with its day and author."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import event, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.accompaniment import operations
from crm.accompaniment.bulk import add_obstacle, close_all, set_stages
from crm.accompaniment.models import Accompaniment, StageChange
from crm.accompaniment.queries import steps_of
from crm.accompaniment.types import AccompanimentData, ClosingData
from crm.core import clock
from crm.core.errors import RuleError, StaleRecordError
from crm.history.recording import Actor, act_as, change_set_of
from crm.history.trash import move_to_trash, restore_from_trash
from crm.history.undo import undo_changes
from tests.factories.accompaniment import AccompanimentFactory
from tests.factories.accounts import UserFactory
from tests.factories.contacts import StructureFactory
from tests.factories.followups import reference
from tests.factories.projects import ProjectFactory


def _data(structure_id: int, **changes: object) -> AccompanimentData:
    values = {
        "structure": str(structure_id),
        "person_id": UserFactory().id,
        "opened_on": clock.today(),
    }
    return AccompanimentData(**(values | changes))  # type: ignore[arg-type]


def _start_anew(session: Session) -> None:
    """End the transaction's notes, as a commit does: the next save is another one."""
    session.flush()
    for name in ("change_set_id", "change_set_description"):
        session.info.pop(name, None)


def test_a_structure_has_one_current_path(session: Session) -> None:
    structure = StructureFactory()
    first = operations.open_accompaniment(session, data=_data(structure.id))
    with pytest.raises(RuleError, match="a déjà un accompagnement en cours") as refused:
        operations.open_accompaniment(session, data=_data(structure.id))
    assert refused.value.record == ("accompaniment", first.id)
    operations.close_accompaniment(
        session, accompaniment_id=first.id, data=ClosingData(clock.today(), "abouti")
    )
    second = operations.open_accompaniment(session, data=_data(structure.id))
    with pytest.raises(RuleError, match="a déjà un accompagnement"):
        operations.reopen_accompaniment(session, accompaniment_id=first.id)
    assert second.id != first.id


def test_the_database_holds_the_line(session: Session) -> None:
    structure = StructureFactory()
    AccompanimentFactory(structure_id=structure.id)
    with pytest.raises(IntegrityError), session.begin_nested():
        AccompanimentFactory(structure_id=structure.id)
    AccompanimentFactory(structure_id=structure.id, closed_on=clock.today(), outcome="abouti")


def test_two_people_opening_at_once_are_told(session: Session) -> None:
    structure, rival = StructureFactory(), UserFactory()
    data = _data(structure.id)

    def come_first(opened: Session, *_: object) -> None:
        opened.connection().execute(
            insert(Accompaniment).values(
                structure_id=structure.id,
                stage="idee",
                person_id=rival.id,
                opened_on=clock.today(),
                created_at=clock.now(),
                version=1,
            )
        )

    with session.begin_nested():
        event.listen(session, "before_flush", come_first, once=True)
        with pytest.raises(RuleError, match="Quelqu’un vient d’ouvrir"):
            operations.open_accompaniment(session, data=data)


def test_each_step_is_kept_and_undone(session: Session) -> None:
    author = UserFactory()
    act_as(session, Actor(author.id, author.name, "web"))
    record = operations.open_accompaniment(session, data=_data(StructureFactory().id))
    _start_anew(session)
    assert operations.set_stage(session, accompaniment_id=record.id, stage="montage")
    saved = change_set_of(session)
    steps = steps_of(session, record.id)
    assert [(step.stage, step.author_id) for step in steps] == [
        ("montage", author.id),
        ("a_qualifier", author.id),
    ]
    assert not operations.set_stage(session, accompaniment_id=record.id, stage="montage")
    _start_anew(session)
    assert saved is not None
    undo_changes(session, change_set_id=saved)
    session.expire_all()
    assert operations.get_accompaniment(session, record.id).stage == "a_qualifier"
    assert [step.stage for step in steps_of(session, record.id)] == ["a_qualifier"]


def test_an_opening_undone_comes_back_from_the_trash_with_its_first_step(session: Session) -> None:
    data = _data(StructureFactory().id)
    _start_anew(session)
    record = operations.open_accompaniment(session, data=data)
    saved = change_set_of(session)
    _start_anew(session)
    assert saved is not None
    undo_changes(session, change_set_id=saved)
    assert record.deleted_at is not None
    restore_from_trash(session, entity="accompaniment", record_id=record.id)
    assert [step.stage for step in steps_of(session, record.id)] == ["a_qualifier"]


def test_an_opening_undone_and_done_again_has_one_first_step(session: Session) -> None:
    author = UserFactory()
    act_as(session, Actor(author.id, author.name, "web"))
    data = _data(StructureFactory().id)
    _start_anew(session)
    record = operations.open_accompaniment(session, data=data)
    for is_there in (False, True, False, True):
        saved = change_set_of(session)
        _start_anew(session)
        assert saved is not None
        assert undo_changes(session, change_set_id=saved).left == 0
        assert (record.deleted_at is None) is is_there
    session.expire_all()
    steps = [(step.stage, step.author_id) for step in steps_of(session, record.id)]
    assert steps == [("a_qualifier", author.id)]


def test_a_day_put_right_moves_the_first_step_with_it(session: Session) -> None:
    today, structure = clock.today(), StructureFactory()
    record = operations.open_accompaniment(session, data=_data(structure.id))
    long_ago = today - timedelta(days=200)
    for opened_on, expected in ((long_ago, long_ago), (today, today)):
        operations.update_accompaniment(
            session,
            accompaniment_id=record.id,
            version=record.version,
            data=_data(structure.id, opened_on=opened_on),
        )
        session.expire_all()
        assert [step.changed_on for step in steps_of(session, record.id)] == [expected]


def test_only_a_first_step_of_the_opening_day_moves(session: Session) -> None:
    today, structure = clock.today(), StructureFactory()
    record = AccompanimentFactory(structure_id=structure.id, opened_on=today)
    session.add(
        StageChange(accompaniment_id=record.id, stage="idee", changed_on=today - timedelta(days=3))
    )
    session.flush()
    operations.update_accompaniment(
        session,
        accompaniment_id=record.id,
        version=record.version,
        data=_data(structure.id, opened_on=today - timedelta(days=9)),
    )
    days = {step.changed_on for step in steps_of(session, record.id)}
    assert today - timedelta(days=3) in days


def test_the_form_of_a_closed_path_does_not_move_it(session: Session) -> None:
    structure = StructureFactory()
    record = operations.open_accompaniment(session, data=_data(structure.id))
    closing = ClosingData(clock.today(), "abouti")
    operations.close_accompaniment(session, accompaniment_id=record.id, data=closing)
    with pytest.raises(RuleError, match="rouvrez-le pour le déplacer") as refused:
        operations.update_accompaniment(
            session,
            accompaniment_id=record.id,
            version=record.version,
            data=_data(structure.id, stage="depot"),
        )
    assert refused.value.field == "stage"
    assert record.stage == "a_qualifier"


def test_a_project_in_the_trash_stays_where_it_was(app: Flask, session: Session) -> None:
    structure = StructureFactory()
    project = ProjectFactory(lead_structure=structure)
    data = _data(structure.id, project_id=project.id)
    record = operations.open_accompaniment(session, data=data)
    with app.test_request_context():
        move_to_trash(session, entity="project", record_id=project.id)
    operations.update_accompaniment(
        session,
        accompaniment_id=record.id,
        version=record.version,
        data=replace(data, about="Un puits"),
    )
    assert (record.about, record.project_id) == ("Un puits", project.id)
    with pytest.raises(RuleError, match="n’existe pas ou plus"):
        operations.open_accompaniment(
            session, data=_data(StructureFactory().id, project_id=project.id)
        )


def test_a_path_in_the_trash_leaves_its_place(session: Session) -> None:
    structure = StructureFactory()
    old = operations.open_accompaniment(session, data=_data(structure.id))
    move_to_trash(session, entity="accompaniment", record_id=old.id)
    operations.open_accompaniment(session, data=_data(structure.id))
    with session.begin_nested(), pytest.raises(RuleError, match="a pris sa place"):
        restore_from_trash(session, entity="accompaniment", record_id=old.id)


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("stage", {"stage": "ailleurs"}),
        ("opened_on", {"opened_on": date(2999, 1, 1)}),
        ("about", {"about": "a" * 301}),
        ("next_milestone", {"next_milestone_on": date(2999, 1, 1)}),
        ("person", {"person_id": 0}),
        ("project", {"project_id": 999_999_999}),
        ("obstacles", {"obstacle_ids": (999_999_999,)}),
        ("structure", {"structure": "999999999"}),
    ],
)
def test_what_does_not_fit_names_its_field(
    session: Session, field: str, changes: dict[str, object]
) -> None:
    structure = StructureFactory()
    with pytest.raises(RuleError) as refused:
        operations.open_accompaniment(session, data=_data(structure.id, **changes))
    assert refused.value.field == field


def test_a_theme_is_no_obstacle_and_a_stale_version_is_refused(session: Session) -> None:
    structure = StructureFactory()
    with pytest.raises(RuleError):
        operations.open_accompaniment(
            session, data=_data(structure.id, obstacle_ids=(reference("theme", "sante").id,))
        )
    record = operations.open_accompaniment(session, data=_data(structure.id))
    with pytest.raises(StaleRecordError):
        operations.update_accompaniment(
            session, accompaniment_id=record.id, version=0, data=_data(structure.id)
        )


def test_many_are_moved_closed_and_marked_at_once(session: Session) -> None:
    records = [AccompanimentFactory(stage="idee") for _ in range(3)]
    ids = [record.id for record in records]
    assert set_stages(session, ids=ids, stage="depot") == 3
    assert set_stages(session, ids=ids, stage="depot") == 0
    steps = session.scalars(select(StageChange).where(StageChange.accompaniment_id.in_(ids))).all()
    assert [step.stage for step in steps] == ["depot"] * 3
    assert add_obstacle(session, ids=ids, obstacle_id=reference("obstacle", "temps").id) == 3
    assert close_all(session, ids=ids, outcome="sans_suite") == 3
    assert {record.closed_on for record in records} == {clock.today()}
    with pytest.raises(RuleError):
        close_all(session, ids=ids, outcome="rien")


def test_a_path_does_not_end_before_it_begins(session: Session) -> None:
    record = AccompanimentFactory()
    early = ClosingData(clock.today() - timedelta(days=1), "abouti")
    with pytest.raises(RuleError, match="avant l’ouverture"):
        operations.close_accompaniment(session, accompaniment_id=record.id, data=early)
