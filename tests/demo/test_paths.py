"""The demonstration's accompaniments stand on its sessions."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.accompaniment.models import Accompaniment, StageChange
from crm.core import clock
from crm.followups.models import AccompanimentSession, SessionStructure


def test_paths_of_every_kind_are_there(demo: Session) -> None:
    records = demo.scalars(select(Accompaniment)).all()
    current = [each for each in records if each.closed_on is None]
    assert len(current) > 30
    assert len(records) - len(current) > 50
    assert len({each.stage for each in current}) >= 4
    assert len({each.structure_id for each in current}) == len(current)
    assert all(each.opened_on <= clock.today() for each in records)


def test_a_path_is_where_its_last_step_says(demo: Session) -> None:
    last = select(func.max(StageChange.id)).group_by(StageChange.accompaniment_id)
    rows = demo.execute(
        select(Accompaniment.stage, StageChange.stage)
        .join(StageChange, StageChange.accompaniment_id == Accompaniment.id)
        .where(StageChange.id.in_(last))
    ).all()
    assert len(rows) == demo.scalar(select(func.count()).select_from(Accompaniment))
    assert all(said == stage for said, stage in rows)


def test_each_step_was_a_day_of_a_session(demo: Session) -> None:
    held = (
        select(SessionStructure.structure_id)
        .join(AccompanimentSession, AccompanimentSession.id == SessionStructure.session_id)
        .where(
            SessionStructure.structure_id == Accompaniment.structure_id,
            AccompanimentSession.held_on == StageChange.changed_on,
        )
        .exists()
    )
    lost = demo.scalars(
        select(StageChange.id)
        .join(Accompaniment, Accompaniment.id == StageChange.accompaniment_id)
        .where(~held)
    ).all()
    assert lost == []
