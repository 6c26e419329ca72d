"""Killed at any point, two at once: no message is lost, none is repeated unless a person asks."""

import random
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Engine, func, select

from crm import create_app
from crm.config import Settings
from crm.core import clock
from crm.database import db, transaction
from crm.mail.delivering import Courier
from crm.mail.gateways.smtp import SmtpGateway
from crm.mail.models import Delivery, DeliveryAttempt, OutboxMessage
from crm.mail.operations import send_again
from crm.mail.outbox import post
from crm.mail.types import DeliveryState
from tests.mail.conftest import START
from tests.support.crashes import count_calls, forked_sink, run_in_fork, start_fork, wait_for
from tests.support.databases import drop_database, migrated_engine, new_database_url
from tests.support.killing import kill_and_count
from tests.support.post_offices import open_post_office

KILLS = {"sqlite": 200, "postgresql": 40}
MAILING_KILLS = 12
MESSAGES_A_LIFE = 1
# Longer than any lease: what a dead process held is free for the next one.
BETWEEN_LIVES = timedelta(minutes=10)


@dataclass
class Post:
    """An application on a database of its own, and the sink it sends to."""

    app: Flask
    tokens: Path
    posted: int = 0

    def write(self, count: int) -> None:
        """Post messages."""
        with self.app.app_context(), transaction() as session:
            for number in range(self.posted, self.posted + count):
                post(
                    session,
                    unique_key=f"essai:{number}",
                    recipient=f"camille{number}@reseau.example",
                    subject=f"Objet {number}",
                    text_body="Texte",
                    html_body="<p>Texte</p>",
                )
        self.posted += count
        self.rest()

    def rest(self) -> None:
        """Leave no connection open for a fork to share."""
        with self.app.app_context():
            db.session.remove()
            db.engine.dispose()

    def deliver(self, most: int | None = None) -> Callable[[], None]:
        """Return what a process does: send what waits, or `most` of it."""

        def work() -> None:
            settings: Settings = self.app.config["SETTINGS"]
            with self.app.app_context():
                courier = Courier(
                    gateway=SmtpGateway(settings.mail), settings=settings.mail, sender_name="Essai"
                )
                sent = [0]

                def has_enough() -> bool:
                    sent[0] += 1
                    return most is not None and sent[0] > most + 1

                courier.should_stop = has_enough
                courier.deliver_waiting()
                courier.stop()

        return work

    def states(self) -> Counter[str]:
        """Return how many deliveries are in each state."""
        with self.app.app_context():
            counted = select(Delivery.state, func.count()).group_by(Delivery.state)
            found = Counter(dict(db.session.execute(counted).tuples().all()))
        self.rest()
        return found

    def tokens_in(self, state: DeliveryState) -> set[str]:
        """Return the tokens of the deliveries in a state."""
        with self.app.app_context():
            found = set(db.session.scalars(select(Delivery.token).where(Delivery.state == state)))
        self.rest()
        return found

    @property
    def taken(self) -> Counter[str]:
        """Return how often the sink took each token."""
        return Counter(self.tokens.read_text(encoding="ascii").split())


@pytest.fixture(scope="module")
def own_engine(backend: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Return a database that other processes may write to."""
    # A process that dies loses nothing it wrote, even to memory: no need to wait for a disk.
    in_memory = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it
    parent = in_memory if in_memory.is_dir() else tmp_path_factory.mktemp("kills")
    with TemporaryDirectory(dir=parent) as folder:
        url = new_database_url(backend, Path(folder), "passerelle_kills")
        engine = migrated_engine(url)
        engine.dispose()
        yield engine
        engine.dispose()
        drop_database(url)


@pytest.fixture
def office(own_engine: Engine, tmp_path: Path) -> Iterator[Post]:
    """Return an empty post office."""
    with forked_sink(tmp_path) as (port, tokens):
        settings = Settings.read(
            {
                "CRM_MODE": "test",
                "DATABASE_URL": own_engine.url.render_as_string(hide_password=False),
                "CRM_DATA_DIRECTORY": str(tmp_path),
                "CRM_MAIL_SMTP_HOST": "127.0.0.1",
                "CRM_MAIL_SMTP_PORT": str(port),
                "CRM_MAIL_SMTP_SECURITY": "none",
            }
        )
        app = create_app(settings)
        app.logger.disabled = True  # one logger for all the applications of this process
        yield Post(app, tokens)
        app.logger.disabled = False
        with app.app_context(), transaction() as session:
            for table in (OutboxMessage, DeliveryAttempt, Delivery):
                session.execute(table.__table__.delete())
        with app.app_context():
            db.session.remove()
            db.engine.dispose()


def test_killed_at_any_point_nothing_is_lost_and_nothing_repeated(
    office: Post, backend: str
) -> None:
    draw = random.Random(2026)  # noqa: S311 - repeatable points
    with time_machine.travel(START, tick=False) as traveller:
        office.write(2 * MESSAGES_A_LIFE)
        office.deliver(MESSAGES_A_LIFE)()  # a warm process: its forks need not warm up
        office.rest()
        span = count_calls(office.deliver(MESSAGES_A_LIFE))
        kills = 0
        while kills < KILLS[backend]:
            if kills % 20 == 0:
                office.write(25)
            traveller.shift(BETWEEN_LIVES)
            died = run_in_fork(office.deliver(MESSAGES_A_LIFE), draw.randrange(1, span))
            kills += died
        traveller.shift(BETWEEN_LIVES)
        run_in_fork(office.deliver())
        states = office.states()
        assert set(states) == {DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN}
        assert states.total() == office.posted
        taken, uncertain = office.taken, office.tokens_in(DeliveryState.UNCERTAIN)
        assert set(taken.values()) == {1}
        assert office.tokens_in(DeliveryState.ACCEPTED) <= set(taken)
        assert set(taken) - office.tokens_in(DeliveryState.ACCEPTED) <= uncertain
        # Kills fell on both sides of the relay's acceptance.
        assert uncertain & set(taken)
        assert uncertain - set(taken)
        _a_person_sends_again(office)
        assert office.states() == {DeliveryState.ACCEPTED: office.posted}
        assert {token for token, count in office.taken.items() if count == 2} <= uncertain
        assert max(office.taken.values()) == 2


def _a_person_sends_again(office: Post) -> None:
    with office.app.app_context(), transaction() as session:
        shown = session.execute(
            select(OutboxMessage.id, Delivery.attempt)
            .join(Delivery, Delivery.id == OutboxMessage.delivery_id)
            .where(Delivery.state == DeliveryState.UNCERTAIN)
        ).tuples()
        send_again(session, shown=shown.all(), by="Camille", now=clock.now())
    office.rest()
    run_in_fork(office.deliver())
    with office.app.app_context():
        asked = db.session.scalars(
            select(Delivery.resent)
            .join(DeliveryAttempt, DeliveryAttempt.delivery_id == Delivery.id)
            .where(DeliveryAttempt.asked_by == "Camille")
        ).all()
    office.rest()
    assert set(asked) == {1}


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("gateway", ["smtp", "sendgrid"])
def test_a_mailing_whose_workers_are_killed_loses_nothing_and_repeats_nothing(
    own_engine: Engine, tmp_path: Path, gateway: str, workers: int
) -> None:
    url = own_engine.url.render_as_string(hide_password=False)
    with (
        time_machine.travel(START, tick=False) as traveller,
        open_post_office(gateway, url, tmp_path) as office,
    ):
        toll = kill_and_count(
            office, traveller, letters=120, kills=MAILING_KILLS, workers=workers,
            draw=random.Random(2026 + workers),  # noqa: S311 - repeatable points
        )  # fmt: skip
    assert toll.kills >= MAILING_KILLS // 2
    assert (toll.letters, toll.repeats, toll.lost) == (120, 0, 0)


def test_two_workers_at_once_send_each_message_once(office: Post) -> None:
    office.write(100)
    children = [start_fork(office.deliver()) for _ in range(2)]
    assert [wait_for(child) for child in children] == [False, False]
    assert office.states() == {DeliveryState.ACCEPTED: 100}
    assert len(office.taken) == 100
    assert set(office.taken.values()) == {1}
    with office.app.app_context():
        numbers = db.session.scalars(select(DeliveryAttempt.number)).all()
    assert list(numbers) == [1] * 100
