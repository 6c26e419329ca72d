"""On whose pages a change is told: the records it is about, and those it was about until then."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.followups.models import SessionStructure
from crm.history.models import Change, ChangeSubject
from tests.factories.contacts import StructureFactory
from tests.factories.followups import SessionFactory
from tests.factories.projects import ProjectFactory


def _of_session(old: Structure, new: Structure) -> tuple[Any, Callable[[], None]]:
    held = SessionFactory(structures=[old], held_on=date(2019, 3, 12))

    def replace() -> None:
        seat = SessionStructure(structure_id=new.id, structure_name=new.name, family_code="x")
        held.structures = [seat]

    return held, replace


def _of_project(old: Structure, new: Structure) -> tuple[Any, Callable[[], None]]:
    project = ProjectFactory(lead_structure=old)

    def replace() -> None:
        project.lead_structure_id = new.id

    return project, replace


@pytest.mark.parametrize("made", [_of_session, _of_project])
def test_a_structure_that_is_replaced_is_told_of_it_too(session: Session, made: Any) -> None:
    old, new = StructureFactory(), StructureFactory()
    record, replace = made(old, new)
    session.flush()
    replace()
    session.flush()
    told = session.scalars(
        select(ChangeSubject.record_id)
        .join(Change, Change.id == ChangeSubject.change_id)
        .where(
            Change.entity == record.__history__,
            Change.record_id == record.id,
            Change.action == "updated",
            ChangeSubject.entity == "structure",
        )
        .order_by(ChangeSubject.record_id)
    ).all()
    assert told == [old.id, new.id]
