"""What was written before messages left does not leave now, and runs keep their days."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, select, text
from sqlalchemy.orm import Session

from crm import schema
from crm.core import clock
from crm.database import WRITING, engine_options
from crm.jobs.models import JobRun
from crm.mail.ledger import claim
from crm.mail.models import Delivery, OutboxMessage
from crm.mail.outbox import post
from tests.support.databases import drop_database, new_database_url

BEFORE = "0010"
AT = "2026-03-02 09:00:00"


@pytest.fixture
def engine(backend: str, tmp_path: Path) -> Iterator[Engine]:
    """Return a database of the version before, with a message and two runs."""
    url = new_database_url(backend, tmp_path, "passerelle_ledger")
    made = create_engine(url, **engine_options(url))
    schema.upgrade(made, BEFORE)
    with made.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO outbox_message (unique_key, recipient, subject, text_body,"
                " html_body, created_at) VALUES ('a', 'a@b.example', 'Objet', 'Texte', '', :at)"
            ),
            {"at": AT},
        )
        for job, finished in (("faite", AT), ("morte", None)):
            connection.execute(
                text(
                    "INSERT INTO job_run (job, day, started_at, lease_until, finished_at, attempts)"
                    " VALUES (:job, '2026-03-02', :at, :at, :finished, 2)"
                ),
                {"job": job, "at": AT, "finished": finished},
            )
    yield made
    made.dispose()
    drop_database(url)


def test_a_message_of_before_stays_and_never_leaves(engine: Engine) -> None:
    schema.upgrade(engine)
    with Session(engine) as session:
        session.info[WRITING] = True
        message = session.scalars(select(OutboxMessage)).one()
        delivery = session.get_one(Delivery, message.delivery_id)
        assert (delivery.state, delivery.reason) == ("skipped", "before_sending")
        assert (message.text_body, message.headers) == ("Texte", {})
        assert claim(session, owner="a", now=clock.now(), limit=9) == []
        new = post(
            session, unique_key="b", recipient="a@b.example", subject="O", text_body="",
            html_body="",
        )  # fmt: skip
        assert new.id > message.id
        assert new.delivery_id > delivery.id
        session.commit()
    schema.downgrade(engine, BEFORE)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT unique_key FROM outbox_message ORDER BY id"))
        assert kept.scalars().all() == ["a", "b"]


def test_runs_keep_their_days_there_and_back(engine: Engine) -> None:
    schema.upgrade(engine)
    with Session(engine) as session:
        done = session.get_one(JobRun, ("faite", "2026-03-02"))
        assert done.finished_at is not None
        assert (done.day.isoformat(), done.attempts) == ("2026-03-02", 2)
        assert session.get_one(JobRun, ("morte", "2026-03-02")).finished_at is None
        session.info[WRITING] = True
        done.lease_until = None  # as each run that ends leaves it
        session.commit()
    schema.downgrade(engine, BEFORE)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT job, attempts FROM job_run ORDER BY job"))
        assert [tuple(row) for row in kept] == [("faite", 2), ("morte", 2)]
