"""Silence is counted from what happened, never from when a row was written."""

from datetime import datetime, time, timedelta

import pytest
from sqlalchemy.orm import Session

from crm.accompaniment.rules import SILENT_AFTER_DAYS, is_silent, next_stage, silent_before
from crm.accompaniment.silence import last_exchange_of, silent_accompaniments, silent_ids
from crm.accompaniment.types import Stage
from crm.core import clock
from tests.factories.accompaniment import AccompanimentFactory, StageChangeFactory
from tests.factories.accounts import UserFactory
from tests.factories.contacts import StructureFactory
from tests.factories.followups import FollowUpFactory, SessionFactory
from tests.support.days import TODAY

pytestmark = pytest.mark.usefixtures("today_stays")
LONG_AGO = TODAY - timedelta(days=200)
LATELY = TODAY - timedelta(days=5)


@pytest.fixture
def quiet(session: Session) -> tuple[int, int, int]:
    """Return a path opened long ago, its structure and the person in charge."""
    structure, person = StructureFactory(), UserFactory()
    record = AccompanimentFactory(
        structure_id=structure.id, person_id=person.id, opened_on=LONG_AGO
    )
    session.flush()
    return record.id, structure.id, person.id


def _silent(session: Session, person_id: int) -> list[tuple[int, int]]:
    found = silent_accompaniments(session, user_id=person_id, today=TODAY)
    return [(each.id, each.silent_days) for each in found]


def test_an_old_opening_alone_is_a_silence(session: Session, quiet: tuple[int, int, int]) -> None:
    record_id, _, person_id = quiet
    assert _silent(session, person_id) == [(record_id, 200)]
    assert record_id in session.scalars(silent_ids(TODAY)).all()
    assert _silent(session, UserFactory().id) == []


@pytest.mark.parametrize("happened", ["session", "merged", "follow_up", "step"])
def test_an_exchange_ends_it(session: Session, quiet: tuple[int, int, int], happened: str) -> None:
    record_id, structure_id, person_id = quiet
    if happened == "session":
        SessionFactory(held_on=LATELY, structures=[session.get(_structure(), structure_id)])
    elif happened == "merged":
        other = StructureFactory(merged_into_id=structure_id, deleted_at=clock.now())
        SessionFactory(held_on=LATELY, structures=[other])
    elif happened == "follow_up":
        done_at = datetime.combine(LATELY, time(12), clock.PARIS)
        FollowUpFactory(structure_id=structure_id, done_at=done_at)
    else:
        StageChangeFactory(accompaniment_id=record_id, changed_on=LATELY)
    assert last_exchange_of(session, structure_id) == LATELY
    assert _silent(session, person_id) == []
    assert record_id not in session.scalars(silent_ids(TODAY)).all()


@pytest.mark.parametrize("happened", ["planned", "cancelled", "open", "command", "edited"])
def test_what_is_no_exchange_does_not(
    session: Session, quiet: tuple[int, int, int], happened: str
) -> None:
    record_id, structure_id, person_id = quiet
    structure = session.get(_structure(), structure_id)
    if happened == "planned":
        SessionFactory(status="prevue", held_on=TODAY + timedelta(days=3), structures=[structure])
    elif happened == "cancelled":
        SessionFactory(status="annulee", held_on=LATELY, structures=[structure])
    elif happened == "open":
        FollowUpFactory(structure_id=structure_id)
    elif happened == "command":
        StageChangeFactory(accompaniment_id=record_id, changed_on=LATELY, author_id=None)
    else:
        structure.name = "Renommée aujourd’hui"
        session.flush()
    assert _silent(session, person_id) == [(record_id, 200)]


def test_a_closed_path_is_not_silent(session: Session) -> None:
    person = UserFactory()
    AccompanimentFactory(
        person_id=person.id, opened_on=LONG_AGO, closed_on=TODAY, outcome="sans_suite"
    )
    assert _silent(session, person.id) == []


def test_the_limit_is_a_day_sharp() -> None:
    limit = TODAY - timedelta(days=SILENT_AFTER_DAYS)
    assert is_silent(limit, TODAY)
    assert not is_silent(limit + timedelta(days=1), TODAY)
    assert silent_before(TODAY) == limit


def test_stages_follow_each_other() -> None:
    assert next_stage("a_qualifier") is Stage.IDEA
    assert next_stage("bilan") is None


def _structure() -> type:
    return StructureFactory._meta.model  # type: ignore[no-any-return]
