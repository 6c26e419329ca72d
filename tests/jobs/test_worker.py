"""The worker: a sign of life, a clean end, and a parent that it does not outlive."""

import os
import signal
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm import create_app, scheduler, worker
from crm.config import Settings
from crm.core import clock
from crm.core.errors import DatabaseBusyError
from crm.database import db, transaction
from crm.jobs import registry
from crm.jobs.models import Heartbeat, JobRun
from crm.mail.gateways.file import FileGateway
from crm.mail.models import Delivery
from crm.mail.outbox import post
from crm.mail.types import Letter, Outcome
from crm.scheduler import LONGEST_RING
from crm.worker import BEAT_SECONDS, Worker, fork_worker
from tests.support.crashes import run_in_fork, wait_for
from tests.support.databases import drop_database, migrated_engine, new_database_url


@pytest.fixture
def own_app(backend: str, tmp_path: Path, only: dict[str, registry.Job]) -> Iterator[Flask]:
    """Return an application without jobs, on a database that other processes may write to."""
    url = new_database_url(backend, tmp_path, "passerelle_worker")
    migrated_engine(url).dispose()
    settings = {"CRM_MODE": "test", "DATABASE_URL": url, "CRM_DATA_DIRECTORY": str(tmp_path)}
    app = create_app(Settings.read(settings))
    only.clear()  # those that the wiring has just added
    app.logger.disabled = True  # one logger for all the applications of this process
    yield app
    app.logger.disabled = False
    _rest(app)
    drop_database(url)


def _rest(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def _write(app: Flask, count: int) -> None:
    with app.app_context(), transaction() as session:
        for number in range(count):
            post(
                session, unique_key=f"essai:{number}", recipient="camille@reseau.example",
                subject="Objet", text_body="Texte", html_body="",
            )  # fmt: skip
    _rest(app)


def _states(app: Flask) -> list[str]:
    with app.app_context():
        return sorted(db.session.scalars(select(Delivery.state)))


class _Interrupted(FileGateway):
    """A folder during whose second message the process is asked to stop."""

    count = 0

    def send(self, letter: Letter) -> Outcome:
        """Write the file; ask this process to stop meanwhile."""
        self.count += 1
        if self.count == 2:
            os.kill(os.getpid(), signal.SIGTERM)
        return super().send(letter)


def test_asked_to_stop_it_ends_the_message_at_hand_and_gives_the_others_back(
    own_app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _write(own_app, 5)
    folder = _Interrupted(tmp_path / "messages")
    monkeypatch.setattr(worker, "choose_gateway", lambda *_settings: folder)

    def work() -> None:
        assert Worker(own_app).run()

    assert not run_in_fork(work)
    assert _states(own_app) == ["accepted", "accepted", "queued", "queued", "queued"]
    assert len(list((tmp_path / "messages").iterdir())) == 2
    with own_app.app_context():
        assert db.session.scalars(select(Heartbeat)).one().owner


def test_a_job_too_long_to_wait_for_is_left_to_another_process(
    own_app: Flask, only: dict[str, registry.Job], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "_PATIENCE_SECONDS", 0.1)

    def work(_session: Session, _now: object) -> str:
        os.kill(os.getpid(), signal.SIGTERM)
        threading.Event().wait()
        return "jamais"

    registry.add_job(registry.Job("essai", work, "Essai", is_long=True))
    _rest(own_app)
    wait_for(fork_worker(own_app))
    with own_app.app_context():
        run = db.session.scalars(select(JobRun)).one()
        assert (run.finished_at, run.attempts) == (None, 1)
        assert run.lease_until is not None
        assert run.lease_until <= clock.now()


def test_it_does_not_outlive_its_parent(own_app: Flask) -> None:
    _write(own_app, 1)
    nobody = 2**22 + 1
    assert not run_in_fork(lambda: Worker(own_app, parent=nobody).run())
    assert _states(own_app) == ["queued"]


def test_a_process_that_no_longer_rings_gives_no_sign_of_life(
    app: Flask, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_work = Worker(app)
    now = [0.0]
    monkeypatch.setattr(worker.time, "monotonic", lambda: now[0])
    monkeypatch.setattr(at_work.ringer, "_rang_at", 0.0)

    def beats() -> int:
        with app.app_context():
            at_work.look()
        session.expire_all()
        row = session.scalars(select(Heartbeat)).one_or_none()
        return 0 if row is None else round(row.beat_at.timestamp() * 1_000_000)

    first = beats()
    assert first
    now[0] = BEAT_SECONDS / 2
    assert beats() == first
    now[0] = BEAT_SECONDS
    second = beats()
    assert second > first
    now[0] = 10 * BEAT_SECONDS
    assert not at_work.ringer.lives()
    assert beats() == second


def test_a_job_that_hangs_is_seen_and_left_to_another(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    ringer = Worker(app).ringer
    now, lived = [0.0], []
    monkeypatch.setattr(worker.time, "monotonic", lambda: now[0])

    def hangs(_owner: str) -> None:
        for seconds in (LONGEST_RING - 1, LONGEST_RING):
            now[0] = seconds
            lived.append(ringer.lives())

    monkeypatch.setattr(scheduler, "do_what_is_due", hangs)
    ringer._ring()
    assert lived == [True, False]
    assert ringer.lives()


@pytest.mark.parametrize("error", [DatabaseBusyError, RuntimeError])
def test_nothing_ends_the_loop(app: Flask, error: type[Exception]) -> None:
    at_work = Worker(app)
    tried = []

    def breaks() -> bool:
        tried.append(1)
        raise error

    at_work.courier.should_stop = breaks
    with app.app_context():
        at_work.look()
        at_work.look()
    assert len(tried) == 2
