"""One commit point, writers that wait for each other, and nothing half-written."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm import create_app
from crm import database as database_module
from crm.config import Settings
from crm.contacts.models import Structure, Tag
from crm.contacts.operations.structures import check_parent
from crm.core import clock
from crm.core.errors import (
    DatabaseBusyError,
    RuleError,
    StaleRecordError,
    UncommittedWriteError,
)
from crm.database import SQLITE_BUSY_TIMEOUT_SECONDS, db, transaction
from tests.support.databases import drop_database, migrated_engine, new_database_url

WRITERS, WRITES_EACH = 8, 25


@pytest.fixture
def live_app(backend: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    """Return an application on a database of its own, where commits are real and waits short."""
    monkeypatch.setattr(database_module, "SQLITE_BUSY_TIMEOUT_SECONDS", 2)
    monkeypatch.setattr(database_module, "POSTGRESQL_LOCK_TIMEOUT", "2s")
    url = new_database_url(backend, tmp_path, "passerelle_live")
    migrated_engine(url).dispose()
    app = create_app(
        Settings.read(
            {"CRM_MODE": "test", "DATABASE_URL": url, "CRM_DATA_DIRECTORY": str(tmp_path)}
        )
    )
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
    drop_database(url)


def _structure(name: str) -> Structure:
    return Structure(name=name, sort_name=name, family_code="association", created_at=clock.now())


def _count(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(Structure)) or 0


def test_a_flush_outside_a_transaction_is_refused(live_app: Flask) -> None:
    with live_app.app_context():
        db.session.add(_structure("a"))
        with pytest.raises(UncommittedWriteError):
            db.session.flush()


def test_a_get_may_not_open_a_transaction(live_app: Flask) -> None:
    with (
        live_app.test_request_context("/"),
        pytest.raises(UncommittedWriteError),
        transaction() as session,
    ):
        session.add(_structure("a"))


def test_an_error_rolls_everything_back(live_app: Flask) -> None:
    with (
        live_app.app_context(),
        pytest.raises(ValueError, match="in the middle"),
        transaction() as session,
    ):
        session.add(_structure("a"))
        session.flush()
        raise ValueError("in the middle")
    assert _count(live_app) == 0


def test_foreign_keys_and_checks_hold(live_app: Flask) -> None:
    with live_app.app_context():
        with pytest.raises(IntegrityError), transaction() as session:
            wrong = _structure("a")
            wrong.parent_id = 999
            session.add(wrong)
        with pytest.raises(IntegrityError), transaction() as session:
            wrong = _structure("a")
            wrong.family_code = "inconnue"
            session.add(wrong)


def test_eight_writers_lose_no_update_and_meet_no_error(live_app: Flask) -> None:
    with live_app.app_context(), transaction() as session:
        session.add(Tag(label="0", key="compteur"))
    errors: list[Exception] = []

    def count_up() -> None:
        for _ in range(WRITES_EACH):
            try:
                with live_app.app_context(), transaction() as session:
                    tag = session.scalars(
                        select(Tag).where(Tag.key == "compteur").with_for_update()
                    ).one()
                    tag.label = str(int(tag.label) + 1)
            except Exception as error:  # noqa: BLE001 - any error at all fails the test
                errors.append(error)

    threads = [threading.Thread(target=count_up) for _ in range(WRITERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with live_app.app_context():
        assert db.session.scalar(select(Tag.label)) == str(WRITERS * WRITES_EACH)


def test_the_same_record_at_the_same_moment_is_told(live_app: Flask) -> None:
    with live_app.app_context(), transaction() as session:
        session.add(_structure("Avant"))
    with live_app.app_context():
        mine = db.session.scalars(select(Structure)).one()
        with db.engine.begin() as other:
            other.execute(update(Structure).values(name="La leur", version=Structure.version + 1))
        with pytest.raises(StaleRecordError), transaction() as session:
            mine.name = "La mienne"
    with live_app.app_context():
        assert db.session.scalar(select(Structure.name)) == "La leur"


def test_two_parents_at_the_same_moment_close_no_circle(live_app: Flask) -> None:
    with live_app.app_context(), transaction() as session:
        session.add_all([_structure("Un"), _structure("Deux")])
    with live_app.app_context():
        one, two = db.session.scalars(select(Structure.id).order_by(Structure.id)).all()
    ready = threading.Barrier(2)
    refused: list[RuleError] = []

    def put_under(structure_id: int, parent_id: int) -> None:
        with live_app.app_context():
            ready.wait()
            try:
                with transaction() as session:
                    check_parent(session, structure_id, parent_id)
                    time.sleep(0.1)  # the other one looks meanwhile
                    session.get_one(Structure, structure_id).parent_id = parent_id
            except RuleError as error:
                refused.append(error)

    threads = [threading.Thread(target=put_under, args=pair) for pair in ((one, two), (two, one))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1


def test_a_locked_database_says_so_and_keeps_nothing(live_app: Flask) -> None:
    with live_app.app_context():
        is_sqlite = db.engine.dialect.name == "sqlite"
        other = db.engine.connect()
        if is_sqlite:
            other = other.execution_options(sqlite_begin_mode="IMMEDIATE")
        other.execute(text("SELECT 1"))
        if not is_sqlite:
            other.execute(text("LOCK TABLE structure IN ACCESS EXCLUSIVE MODE"))
        with pytest.raises(DatabaseBusyError), transaction() as session:
            session.add(_structure("a"))
        other.rollback()
        other.close()
    assert _count(live_app) == 0
    with live_app.app_context(), transaction() as session:
        session.add(_structure("b"))
    assert _count(live_app) == 1


def test_sqlite_is_set_as_measured(tmp_path: Path) -> None:
    engine = migrated_engine(f"sqlite:///{tmp_path}/set.sqlite")
    with engine.connect() as connection:
        read = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
    engine.dispose()
    assert read == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "synchronous": 2,
        "busy_timeout": database_module.SQLITE_BUSY_TIMEOUT_SECONDS * 1000,
    }


def test_postgresql_plans_without_compiling_and_waits_for_a_lock_at_most_eight_seconds(
    session: Session,
) -> None:
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        asked = {name: connection.scalar(text(f"SHOW {name}")) for name in ("jit", "lock_timeout")}
        assert asked == {"jit": "off", "lock_timeout": "8s"}
    else:
        assert connection.scalar(text("PRAGMA busy_timeout")) == SQLITE_BUSY_TIMEOUT_SECONDS * 1000


@pytest.mark.parametrize(("method", "end"), [("GET", "commit"), ("POST", "rollback")])
def test_a_request_that_only_read_ends_by_a_commit(live_app: Flask, method: str, end: str) -> None:
    ends: list[str] = []
    with live_app.test_request_context("/", method=method):
        for each in ("commit", "rollback"):
            event.listen(db.engine, each, lambda _connection, each=each: ends.append(each))
        db.session.scalar(select(func.count()).select_from(Structure))
    assert ends == [end]


def test_what_a_page_left_unsaved_is_not_kept(live_app: Flask) -> None:
    with live_app.test_request_context("/"):
        assert db.session.scalar(select(func.count()).select_from(Structure)) == 0
        db.session.add(_structure("Jamais enregistrée"))
    assert _count(live_app) == 0


def test_statements_stay_prepared_from_one_page_to_the_next(live_app: Flask) -> None:
    for _page in range(8):
        with live_app.test_request_context("/"):
            db.session.scalar(select(func.count()).select_from(Structure))
    with live_app.app_context():
        if db.engine.dialect.name == "postgresql":
            prepared = text("SELECT count(*) FROM pg_prepared_statements")
            assert db.session.scalar(prepared) == 1
