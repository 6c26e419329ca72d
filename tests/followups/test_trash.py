"""Follow-ups and the trash: what hides them, what they hold back, what they come back without."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import RuleError
from crm.followups import operations
from crm.followups.models import FollowUp
from crm.history.models import TrashEntry
from crm.history.trash import move_to_trash, purge_trash, restore_from_trash
from tests.factories.contacts import ContactFactory, StructureFactory
from tests.factories.followups import FollowUpFactory, SessionFactory
from tests.factories.projects import ProjectFactory
from tests.support.client import PageClient

FACTORIES = {"structure": StructureFactory, "contact": ContactFactory, "project": ProjectFactory}


def purge_a_month_later(session: Session) -> int:
    return purge_trash(session, now=clock.now() + timedelta(days=31)).purged


def throw_away(app: Flask, session: Session, entity: str, record: Any) -> None:
    with app.test_request_context():
        move_to_trash(session, entity=entity, record_id=record.id)


def test_what_a_session_promised_does_not_come_back_when_the_session_is_erased(
    app: Flask, officer: PageClient, session: Session
) -> None:
    record = SessionFactory(structures=[StructureFactory()])
    late = clock.today() - timedelta(days=40)
    promise = FollowUpFactory(
        session_id=record.id, due_on=late, what="Promesse oubliée", assignee_id=officer.user.id
    )
    throw_away(app, session, "session", record)
    assert purge_a_month_later(session) == 1
    assert "Promesse oubliée" not in officer.get("/relances").text
    entry = session.scalars(select(TrashEntry).where(TrashEntry.entity == "follow_up")).one()
    assert (entry.record_id, entry.name) == (promise.id, "Promesse oubliée")
    assert "Promesse oubliée" in officer.get("/corbeille").text


@pytest.mark.parametrize("entity", sorted(FACTORIES))
def test_what_a_done_follow_up_names_is_erased_all_the_same(
    app: Flask, session: Session, entity: str
) -> None:
    record = FACTORIES[entity]()
    model, record_id = type(record), record.id
    done = FollowUpFactory(**{f"{entity}_id": record.id}, done_at=clock.now())
    throw_away(app, session, entity, record)
    assert purge_a_month_later(session) == 1
    assert session.get(model, record_id) is None
    session.refresh(done)
    assert getattr(done, f"{entity}_id") is None


def test_the_elder_of_a_series_is_erased(app: Flask, session: Session) -> None:
    elder = FollowUpFactory(recurrence="mois")
    following = operations.complete_follow_up(session, follow_up_id=elder.id)
    assert following is not None
    throw_away(app, session, "follow_up", elder)
    assert purge_a_month_later(session) == 1
    assert session.scalars(select(FollowUp.id)).all() == [following.id]
    session.refresh(following)
    assert following.previous_id is None


@pytest.mark.parametrize("entity", sorted(FACTORIES))
def test_one_hidden_with_its_session_holds_nothing_back(
    app: Flask, session: Session, entity: str
) -> None:
    record = FACTORIES[entity]()
    held = SessionFactory(structures=[StructureFactory()])
    FollowUpFactory(**{f"{entity}_id": record.id}, session_id=held.id)
    throw_away(app, session, "session", held)
    throw_away(app, session, entity, record)
    assert record.deleted_at is not None


@pytest.mark.parametrize("entity", sorted(FACTORIES))
def test_one_waits_in_the_trash_for_what_it_is_about(
    app: Flask, session: Session, entity: str
) -> None:
    record = FACTORIES[entity]()
    follow_up = FollowUpFactory(**{f"{entity}_id": record.id})
    throw_away(app, session, "follow_up", follow_up)
    throw_away(app, session, entity, record)
    with pytest.raises(RuleError, match="dans la corbeille"):
        restore_from_trash(session, entity="follow_up", record_id=follow_up.id)
    restore_from_trash(session, entity=entity, record_id=record.id)
    restore_from_trash(session, entity="follow_up", record_id=follow_up.id)
    assert follow_up.deleted_at is None
