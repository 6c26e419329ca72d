"""A job is done once a day, by one process, and begun again after a crash."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.history.models import TrashEntry
from crm.jobs import registry
from crm.jobs.models import JobRun
from crm.jobs.operations import LEASE, begin_run, end_run
from crm.scheduler import do_what_is_due
from tests.factories.contacts import StructureFactory


@pytest.fixture
def only(monkeypatch: pytest.MonkeyPatch) -> dict[str, registry.Job]:
    """Return the table of jobs, empty."""
    table: dict[str, registry.Job] = {}
    monkeypatch.setattr(registry, "_jobs", table)
    return table


def test_a_day_s_run_is_begun_once(app: Flask, session: Session) -> None:
    now = clock.now()
    day = now.date()
    assert begin_run(session, job="essai", day=day, now=now)
    assert not begin_run(session, job="essai", day=day, now=now)
    assert begin_run(session, job="essai", day=day + timedelta(days=1), now=now)


def test_a_run_that_died_is_begun_again_when_its_lease_has_passed(
    app: Flask, session: Session
) -> None:
    now = clock.now()
    assert begin_run(session, job="essai", day=now.date(), now=now)
    assert not begin_run(session, job="essai", day=now.date(), now=now + LEASE / 2)
    assert begin_run(session, job="essai", day=now.date(), now=now + LEASE)
    assert session.get_one(JobRun, ("essai", now.date())).attempts == 2


def test_a_run_that_ended_is_not_begun_again(app: Flask, session: Session) -> None:
    now = clock.now()
    begin_run(session, job="essai", day=now.date(), now=now)
    end_run(session, job="essai", day=now.date(), now=now, result="rien")
    assert not begin_run(session, job="essai", day=now.date(), now=now + 2 * LEASE)


def test_one_job_that_fails_leaves_the_others_done(
    app: Flask, session: Session, only: dict[str, registry.Job]
) -> None:
    def fails(_session: Session, _now: object) -> str:
        raise RuntimeError("un nom qui ne doit pas être gardé")

    registry.add_job(registry.Job("a-casse", fails, "Casse"))
    registry.add_job(registry.Job("b-marche", lambda _session, _now: "fait", "Marche"))
    with app.app_context():
        assert do_what_is_due() == ["b-marche"]
        assert do_what_is_due() == []
    runs = {run.job: run for run in session.scalars(select(JobRun))}
    assert (runs["a-casse"].error, runs["a-casse"].finished_at) == ("RuntimeError", None)
    assert runs["b-marche"].result == "fait"


def test_the_trash_is_purged_each_day(app: Flask, session: Session) -> None:
    old = clock.now() - timedelta(days=31)
    structure = StructureFactory(deleted_at=old)
    session.add(
        TrashEntry(
            entity="structure", record_id=structure.id, name="Vieille", at=old, actor_name="X"
        )
    )
    session.flush()
    with app.app_context():
        assert "purge-trash" in do_what_is_due()
    session.expire_all()
    assert session.scalars(select(TrashEntry)).all() == []
