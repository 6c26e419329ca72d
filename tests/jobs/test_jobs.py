"""A job is done once a day, by one process, and begun again after a crash."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import RuleError
from crm.database import db, transaction
from crm.history.models import TrashEntry
from crm.jobs import registry
from crm.jobs.items import do_each
from crm.jobs.message_files import ERASE_MESSAGE_FILES
from crm.jobs.models import Heartbeat, JobRun
from crm.jobs.operations import (
    LEASE,
    beat,
    begin_run,
    end_run,
    fail_run,
    give_back_runs,
    renew_leases,
    request_run,
)
from crm.jobs.queries import states_of
from crm.jobs.rules import FIRST_RETRY, is_due, next_start
from crm.mail.outbox import post
from crm.reference.models import ReferenceItem
from crm.scheduler import do_what_is_due
from tests.factories.contacts import StructureFactory

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
DAY = START.date()
Table = dict[str, registry.Job]


def _work(done: list[datetime]) -> Callable[[Session, datetime], str]:
    def work(_session: Session, now: datetime) -> str:
        done.append(now)
        return "fait"

    return work


def _begin(session: Session, now: datetime, owner: str = "a", day: date = DAY) -> bool:
    return begin_run(session, job="essai", day=day, now=now, owner=owner)


def _end(session: Session, now: datetime, owner: str = "a") -> bool:
    return end_run(session, job="essai", key=DAY.isoformat(), owner=owner, now=now, result="rien")


def _run(session: Session) -> JobRun:
    session.expire_all()
    return session.get_one(JobRun, ("essai", DAY.isoformat()))


def test_a_day_s_run_is_begun_once(app: Flask, session: Session) -> None:
    assert _begin(session, START)
    assert not _begin(session, START, "b")
    assert _begin(session, START, day=DAY + timedelta(days=1))


def test_a_run_that_died_is_begun_again_when_its_lease_has_passed(
    app: Flask, session: Session
) -> None:
    assert _begin(session, START)
    assert not _begin(session, START + LEASE / 2, "b")
    assert _begin(session, START + LEASE, "b")
    assert _run(session).attempts == 2
    assert not _end(session, START + LEASE)
    assert _end(session, START + LEASE, "b")
    assert not _begin(session, START + 9 * LEASE)


def test_a_long_run_keeps_its_lease_and_a_stopped_one_gives_it_back(
    app: Flask, session: Session
) -> None:
    _begin(session, START)
    renew_leases(session, owner="a", now=START + LEASE / 2)
    assert not _begin(session, START + LEASE, "b")
    give_back_runs(session, owner="a", now=START + LEASE)
    assert _begin(session, START + LEASE, "b")


def test_a_run_that_fails_waits_longer_each_time(app: Flask, session: Session) -> None:
    now, waited = START, []
    for _ in range(4):
        assert _begin(session, now)
        fail_run(session, job="essai", key=DAY.isoformat(), owner="a", now=now, error="OSError")
        again = _run(session).lease_until
        assert again is not None
        assert not _begin(session, again - timedelta(seconds=1))
        waited.append((again - now) / FIRST_RETRY)
        now = again
    assert waited == [1, 2, 4, 8]
    _begin(session, now)
    _end(session, now)
    run = _run(session)
    assert (run.attempts, run.error, run.failed_at) == (5, "OSError", None)


def test_one_job_that_fails_leaves_the_others_done(
    app: Flask, session: Session, only: Table
) -> None:
    def fails(_session: Session, _now: object) -> str:
        raise RuntimeError("un nom qui ne doit pas être gardé")

    registry.add_job(registry.Job("a-casse", fails, "Casse"))
    registry.add_job(registry.Job("b-marche", _work([]), "Marche"))
    with app.app_context():
        assert do_what_is_due() == ["b-marche"]
        assert do_what_is_due() == []
    runs = {run.job: run for run in session.scalars(select(JobRun))}
    assert (runs["a-casse"].error, runs["a-casse"].finished_at) == ("RuntimeError", None)
    assert runs["b-marche"].result == "fait"


def test_what_is_done_at_each_ring_does_not_wait_for_the_jobs(
    app: Flask, session: Session, only: Table
) -> None:
    order: list[str] = []

    def work(_session: Session, _now: datetime) -> str:
        order.append("travail")
        return "fait"

    registry.add_job(registry.Job("essai", work, "Essai"))
    registry.add_chore(lambda: order.append("sonnerie"))
    with app.app_context():
        do_what_is_due()
    assert order == ["sonnerie", "travail"]


def test_a_job_that_another_process_took_over_is_not_said_to_be_done(
    app: Flask, session: Session, only: Table
) -> None:
    def work(_session: Session, _now: datetime) -> str:
        with transaction() as current:
            current.get_one(JobRun, ("essai", clock.today().isoformat())).owner = "b"
        return "fait"

    registry.add_job(registry.Job("essai", work, "Essai", is_long=True))
    with app.app_context():
        assert do_what_is_due() == []
    assert session.scalars(select(JobRun)).one().finished_at is None


def test_a_link_that_expired_goes_each_day_though_nobody_writes(
    app: Flask, session: Session
) -> None:
    message = post(
        session, unique_key="a", recipient="a@b.example", subject="O", text_body="Lien",
        html_body="", expires_at=clock.now(),
    )  # fmt: skip
    assert ERASE_MESSAGE_FILES.is_long
    with app.app_context():
        assert ERASE_MESSAGE_FILES.name in do_what_is_due()
    session.expire_all()
    assert message.text_body == ""


def test_one_item_that_fails_leaves_the_others_done(app: Flask, session: Session) -> None:
    def name(current: Session, label: str) -> None:
        current.add(ReferenceItem(list_code="tag", code=label, label=label, position=0))
        current.flush()
        if label == "deux":
            raise RuntimeError(label)

    with app.app_context():
        assert do_each("essai", ["un", "deux", "trois"], name) == (2, 1)
    found = session.scalars(
        select(ReferenceItem.code).where(ReferenceItem.code.in_(["un", "deux", "trois"]))
    )
    assert sorted(found) == ["trois", "un"]


def test_a_machine_off_for_two_days_does_each_job_once(
    app: Flask, session: Session, only: Table
) -> None:
    done: list[datetime] = []
    registry.add_job(registry.Job("essai", _work(done), "Essai"))
    with time_machine.travel(START, tick=False) as traveller, app.app_context():
        do_what_is_due()
        traveller.shift(timedelta(days=2, hours=5))
        state = states_of(db.session(), registry.jobs(), clock.now())[0]
        assert state.is_late
        for _ in range(3):
            do_what_is_due()
        assert not states_of(db.session(), registry.jobs(), clock.now())[0].is_late
    assert len(done) == 2


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25)], ids=["spring", "autumn"]
)
@pytest.mark.parametrize("starts_at", [time(0, 15), time(2, 30)])
def test_a_job_is_done_once_on_the_days_when_the_clocks_change(
    app: Flask, only: Table, day: date, hours: int, starts_at: time
) -> None:
    done: list[datetime] = []
    registry.add_job(registry.Job("essai", _work(done), "Essai", starts_at=starts_at))
    midnight = next_start(time.min, day)
    assert next_start(time.min, day + timedelta(days=1)) - midnight == timedelta(hours=hours)
    with time_machine.travel(midnight, tick=False) as traveller, app.app_context():
        for _ in range(hours * 4):
            do_what_is_due()
            traveller.shift(timedelta(minutes=15))
    assert len(done) == 1
    assert clock.in_paris(done[0]).date() == day
    assert is_due(starts_at, done[0])
    assert not is_due(starts_at, done[0] - timedelta(minutes=15))


def test_two_processes_do_a_job_once(app: Flask, only: Table) -> None:
    done: list[datetime] = []

    def work(session: Session, now: datetime) -> str:
        db.session.rollback()
        assert do_what_is_due("b") == []
        return _work(done)(session, now)

    registry.add_job(registry.Job("essai", work, "Essai", is_long=True))
    with app.app_context():
        assert do_what_is_due("a") == ["essai"]
    assert len(done) == 1


def test_a_run_asked_for_is_done_at_the_next_ring_besides_that_of_the_day(
    app: Flask, only: Table
) -> None:
    done: list[datetime] = []
    registry.add_job(registry.Job("essai", _work(done), "Essai"))
    with time_machine.travel(START, tick=False), app.app_context():
        do_what_is_due()
        with transaction() as current:
            _ask(current)
            with pytest.raises(RuleError, match="déjà demandé"):
                _ask(current)
        state = states_of(db.session(), registry.jobs(), clock.now())[0]
        assert state.requested is not None
        assert do_what_is_due() == ["essai"]
        assert do_what_is_due() == []
        assert states_of(db.session(), registry.jobs(), clock.now())[0].requested is None
    assert len(done) == 2


def _ask(session: Session) -> str:
    return request_run(session, job="essai", day=DAY, now=clock.now(), requested_by="Camille")


def test_a_run_asked_for_that_fails_is_not_tried_for_ever(app: Flask, only: Table) -> None:
    tried = []

    def fails(_session: Session, now: datetime) -> str:
        tried.append(now)
        raise RuntimeError

    registry.add_job(registry.Job("essai", fails, "Essai", starts_at=time(23, 59)))
    with time_machine.travel(START, tick=False) as traveller, app.app_context():
        with transaction() as current:
            _ask(current)
        for _ in range(5):
            do_what_is_due()
            traveller.shift(timedelta(hours=1))
        state = states_of(db.session(), registry.jobs(), clock.now())[0]
        with transaction() as current:
            _ask(current)
    assert len(tried) == 1
    assert (state.error, state.duration_seconds) == ("RuntimeError", 0)


def test_a_run_at_work_cannot_be_asked_for(app: Flask, session: Session) -> None:
    with time_machine.travel(START, tick=False):
        _begin(session, START)
        with pytest.raises(RuleError, match="en cours"):
            _ask(session)


def test_when_a_job_comes_next(app: Flask, session: Session, only: Table) -> None:
    registry.add_job(registry.Job("essai", _work([]), "Essai", starts_at=time(12)))

    def state(now: datetime) -> tuple[datetime, bool]:
        session.expire_all()
        found = states_of(session, registry.jobs(), now)[0]
        return found.next_at, found.is_running

    noon = next_start(time(12), DAY)
    assert state(START) == (noon, False)
    late = noon + timedelta(minutes=1)
    assert state(late) == (late, False)
    _begin(session, late)
    assert state(late) == (late + LEASE, True)
    _end(session, late)
    assert state(late) == (noon + timedelta(days=1), False)


def test_a_sign_of_life_is_one_row_whoever_gives_it(app: Flask, session: Session) -> None:
    for minutes, owner in ((0, "a"), (1, "a"), (2, "b")):
        beat(session, owner=owner, now=START + timedelta(minutes=minutes))
    session.expire_all()
    (row,) = session.scalars(select(Heartbeat))
    assert (row.owner, row.started_at, row.beat_at) == (
        "b", START + timedelta(minutes=2), START + timedelta(minutes=2),
    )  # fmt: skip


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
