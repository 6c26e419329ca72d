"""The demonstration's introductions stand on its sessions, and move no count."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.followups.models import SessionStructure
from crm.introductions.models import Introduction, IntroductionSide


def test_every_state_is_there(demo: Session) -> None:
    records = demo.scalars(select(Introduction)).all()
    assert {each.status for each in records} >= {"faite", "proposee", "accords_demandes"}
    assert len({each.outcome for each in records if each.outcome}) >= 3


def test_those_who_asked_are_those_its_session_counts(demo: Session) -> None:
    made = demo.scalars(select(Introduction).where(Introduction.status == "faite")).all()
    assert len(made) > 20
    for record in made:
        asked = demo.scalars(
            select(IntroductionSide.structure_id).where(
                IntroductionSide.introduction_id == record.id, IntroductionSide.is_asking
            )
        ).all()
        counted = demo.scalars(
            select(SessionStructure.structure_id).where(
                SessionStructure.session_id == record.session_id
            )
        ).all()
        assert set(asked) == set(counted)
