"""Several lines to a relay: letters of a mailing leave at the same time, the next made ready."""

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain
from typing import Any

import pytest
from aiosmtpd.smtp import Envelope
from flask import Flask
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from crm.config import Settings
from crm.core import clock
from crm.core.errors import DatabaseBusyError
from crm.database import transaction
from crm.mail import writers
from crm.mail.delivering import Courier
from crm.mail.gateways.smtp import FEWER_SECONDS, SmtpGateway
from crm.mail.models import Delivery
from crm.mail.rules import ATTEMPTS, address_hash
from crm.mail.types import (
    Accepted,
    DeliveryState,
    Letter,
    NotSent,
    Outcome,
    Priority,
    Reason,
    Refused,
    Uncertain,
    Written,
)
from tests.mail.conftest import ScriptedBatchGateway
from tests.mail.test_smtp import _letter, _settings
from tests.support.sinks import Sink, running_sink

KIND = "lignes"
LINES = 4


class GoingAheadGateway(ScriptedBatchGateway):
    """Takes four at once, while the next are made ready."""

    most = LINES
    goes_ahead = True

    def joins(self, _first: Letter, _letter: Letter) -> bool:
        """Any two leave together."""
        return True

    def send_together(
        self, letters: Sequence[Letter], until: datetime | None = None
    ) -> list[Outcome]:
        """Answer the next outcomes; no database is touched here, it is another thread."""
        del until
        self.calls.append([each.token for each in letters])
        return [self.outcomes.pop(0) if self.outcomes else Accepted("250") for _ in letters]


@pytest.fixture
def ahead() -> GoingAheadGateway:
    """Return a gateway that goes ahead."""
    return GoingAheadGateway()


@pytest.fixture
def courier(app: Flask, settings: Settings, ahead: GoingAheadGateway) -> Iterator[Courier]:
    """Return a courier of that gateway, at work in its application."""
    with app.app_context():
        made = Courier(gateway=ahead, settings=settings.mail, sender_name="Réseau d’essai")
        yield made
        made.stop()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> dict[int, Any]:
    """Return what the writer says of a delivery, by its id, instead of its words."""
    words: dict[int, Any] = {}

    def write(_session: Session, delivery: Delivery, _now: datetime) -> Written | Reason:
        found = words.get(delivery.id, Written("Lettre", "Bonjour", "<p>Bonjour</p>"))
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setitem(writers._writers, KIND, writers.one_by_one(write))
    return words


@pytest.fixture
def queue(session: Session, said: dict[int, Any]) -> Callable[[int], list[int]]:
    """Return what puts letters of one batch in the queue, and returns their ids."""

    def put(count: int) -> list[int]:
        rows = [
            {
                "kind": KIND, "batch_id": 7, "purpose": "newsletter", "attempt": 0, "resent": 0,
                "priority": Priority.BROADCAST, "state": DeliveryState.QUEUED,
                "last_attempt": ATTEMPTS, "created_at": clock.now(), "token": f"{number:032x}",
                "recipient": f"camille{number}@reseau.example",
                "address_hash": address_hash(f"camille{number}@reseau.example"),
            }
            for number in range(count)
        ]  # fmt: skip
        session.execute(insert(Delivery), rows)
        session.flush()
        return list(session.scalars(select(Delivery.id).order_by(Delivery.id)))

    return put


def _states(session: Session) -> list[str]:
    session.expire_all()
    return list(session.scalars(select(Delivery.state).order_by(Delivery.id)))


def test_all_leave_once_by_fours(
    courier: Courier, ahead: GoingAheadGateway, queue: Callable[[int], list[int]], session: Session
) -> None:
    queue(10)
    assert courier.deliver_waiting() == 10
    assert [len(call) for call in ahead.calls] == [4, 4, 2]
    assert sorted(chain.from_iterable(ahead.calls)) == [f"{number:032x}" for number in range(10)]
    assert _states(session) == ["accepted"] * 10


def test_what_began_before_the_relay_went_down_is_not_tried(
    courier: Courier, ahead: GoingAheadGateway, queue: Callable[[int], list[int]], session: Session
) -> None:
    queue(12)
    ahead.outcomes = [NotSent("421 closing", is_relay_down=True)] * 4
    courier.deliver_batch()
    assert [len(call) for call in ahead.calls] == [4]
    found = _states(session)
    assert found == ["deferred"] * 8 + ["queued"] * 4
    reasons = set(session.scalars(select(Delivery.reason).where(Delivery.state == "deferred")))
    assert reasons == {Reason.RELAY_DOWN}


def test_what_leaves_is_noted_though_the_next_cannot_begin(
    courier: Courier, queue: Callable[[int], list[int]], session: Session, said: dict[int, Any]
) -> None:
    ids = queue(8)
    said[ids[5]] = DatabaseBusyError("locked")
    with pytest.raises(DatabaseBusyError):
        courier.deliver_waiting()
    assert _states(session) == ["accepted"] * 4 + ["leased"] * 4


def test_a_letter_that_cannot_be_written_keeps_no_other(
    courier: Courier, queue: Callable[[int], list[int]], session: Session, said: dict[int, Any]
) -> None:
    ids = queue(9)
    said[ids[6]] = KeyError("camille")
    courier.deliver_waiting()
    assert _states(session) == ["accepted"] * 6 + ["skipped"] + ["accepted"] * 2


def test_a_gateway_that_breaks_behind_leaves_its_letters_uncertain(
    courier: Courier, ahead: GoingAheadGateway, queue: Callable[[int], list[int]],
    session: Session, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    queue(5)

    def breaks(_letters: Sequence[Letter], _until: datetime | None = None) -> list[Outcome]:
        raise RuntimeError("camille@reseau.example")

    monkeypatch.setattr(ahead, "send_together", breaks)
    courier.deliver_batch()
    assert _states(session) == ["uncertain"] * 4 + ["deferred"]


def test_answers_of_a_group_differ(
    courier: Courier, ahead: GoingAheadGateway, queue: Callable[[int], list[int]], session: Session
) -> None:
    queue(4)
    ahead.outcomes = [Accepted("250 a"), Refused("550 no"), Accepted("250 b"), NotSent("451 later")]
    courier.deliver_batch()
    session.expire_all()
    found = session.execute(select(Delivery.state, Delivery.answer).order_by(Delivery.id)).tuples()
    assert found.all() == [
        ("accepted", "250 a"), ("failed", "550 no"), ("accepted", "250 b"),
        ("deferred", "451 later"),
    ]  # fmt: skip


def test_an_acceptance_that_somebody_decided_meanwhile_changes_nothing(
    courier: Courier, ahead: GoingAheadGateway, queue: Callable[[int], list[int]],
    session: Session, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    first, *_others = queue(3)
    send = ahead.send_together

    def decided(letters: Sequence[Letter], until: datetime | None = None) -> list[Outcome]:
        with transaction() as current:
            current.get_one(Delivery, first).owner = "another"
        return send(letters, until)

    monkeypatch.setattr(ahead, "send_together", decided)
    courier.deliver_batch()  # nothing waits behind these: they leave in this thread
    assert _states(session) == ["sending", "accepted", "accepted"]


@pytest.fixture
def relay() -> Iterator[tuple[Sink, SmtpGateway]]:
    """Return a sink and a gateway of four lines to it."""
    with running_sink() as (sink, port):
        gateway = SmtpGateway(_settings(port, CRM_MAIL_TIMEOUT_SECONDS="20"))
        yield sink, gateway
        gateway.close()


def test_each_letter_has_a_line_of_its_own(relay: tuple[Sink, SmtpGateway]) -> None:
    sink, gateway = relay
    for _again in range(2):
        outcomes = gateway.send_together([_letter(number) for number in range(LINES)])
        assert [type(each) for each in outcomes] == [Accepted] * LINES
    assert len(sink.envelopes) == 2 * LINES
    assert sink.sessions == LINES


def test_a_relay_that_lets_two_in_gets_all_by_these(relay: tuple[Sink, SmtpGateway]) -> None:
    sink, _gateway = relay
    now = 1000.0
    gateway = SmtpGateway(
        replace(_gateway._lines[0]._settings, timeout_seconds=20), monotonic=lambda: now
    )
    seen: list[int] = []
    lock = threading.Lock()

    def mail(_envelope: Envelope) -> str | None:
        with lock:
            seen.append(1)
            return "421 too many connections" if len(seen) in (3, 4) else None

    sink.answers["MAIL"] = mail
    # The first line is served first: its letter decides whether the relay is there at all.
    assert isinstance(gateway.send(_letter(9)), Accepted)
    outcomes = gateway.send_together([_letter(number) for number in range(LINES)])
    assert [type(each) for each in outcomes] == [Accepted] * LINES
    assert len(sink.envelopes) == LINES + 1
    assert gateway.most < LINES
    now += FEWER_SECONDS
    assert gateway.most == LINES
    gateway.close()


def test_one_line_leaves_one_letter_in_doubt() -> None:
    gateway = SmtpGateway(_settings(1, CRM_MAIL_SMTP_CONNECTIONS="1"))
    assert (gateway.most, gateway.goes_ahead) == (1, False)


def test_a_relay_that_is_gone_is_asked_no_more_than_once_a_line() -> None:
    gateway = SmtpGateway(_settings(1))
    outcomes = gateway.send_together([_letter(number) for number in range(LINES)])
    assert all(isinstance(each, NotSent) and each.is_relay_down for each in outcomes)
    assert gateway.most == LINES
    gateway.close()


def test_silence_after_the_text_leaves_the_rest_to_wait(relay: tuple[Sink, SmtpGateway]) -> None:
    sink, gateway = relay
    sink.answers["DATA"] = lambda _envelope: "554 not now"
    sink.answers["MAIL"] = lambda _envelope: None
    outcomes = gateway.send_together([_letter(number) for number in range(2)])
    assert [type(each) for each in outcomes] == [Uncertain, Uncertain]
