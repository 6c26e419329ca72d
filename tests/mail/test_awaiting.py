"""What a provider may still tell of is not decided yet; and any number is decided at once."""

from collections.abc import Callable
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.mail.awaiting import PATIENCE, awaited_of
from crm.mail.delivering import Courier
from crm.mail.models import Delivery, DeliveryAttempt, OutboxMessage
from crm.mail.operations import (
    GIVE_UP,
    RESEND,
    decide_deliveries,
    give_up,
    send_again,
    take_back_deliveries,
)
from crm.mail.outbox import enqueue
from crm.mail.queries import read_message, to_decide
from crm.mail.types import DeliveryState, Priority, Purpose, Reason, Uncertain
from tests.mail.conftest import Post, ScriptedGateway
from tests.support.client import PageClient

pytestmark = pytest.mark.usefixtures("frozen")
BATCH, MANY = 7, 33_000
Unclear = Callable[[], Delivery]


@pytest.fixture
def unclear(
    app: Flask, session: Session, courier: Courier, gateway: ScriptedGateway, write: Post
) -> Unclear:
    """Return what sends a message of which SendGrid says nothing clear."""

    def sent() -> Delivery:
        gateway.name = "sendgrid"
        gateway.outcomes = [Uncertain("503")]
        message = write()
        with app.app_context():
            courier.deliver_waiting()
        session.expire_all()
        delivery = session.get_one(Delivery, message.delivery_id)
        delivery.batch_id = BATCH
        session.flush()
        return delivery

    return sent


def _decide(session: Session, delivery: Delivery, action: str) -> list[int]:
    return decide_deliveries(
        session, batch_id=BATCH, action=action, shown=[(delivery.id, 1)], by="Camille",
        now=clock.now(),
    )  # fmt: skip


@pytest.mark.parametrize("action", [RESEND, GIVE_UP])
def test_sendgrid_has_half_an_hour_to_say_what_became_of_a_message(
    session: Session, unclear: Unclear, frozen: time_machine.Traveller, action: str
) -> None:
    delivery = unclear()
    until = clock.now() + PATIENCE
    of: Any = {"batch_id": BATCH, "state": DeliveryState.UNCERTAIN}
    for _ in range(2):
        assert to_decide(session, **of, now=clock.now()) == []
        assert _decide(session, delivery, action) == []
        found = awaited_of(session, batch_id=BATCH, now=clock.now())
        assert (found.ready, found.until) == (0, until)
        frozen.move_to(until - PATIENCE / 30)
    frozen.move_to(until)
    assert to_decide(session, **of, now=clock.now()) == [(delivery.id, 1)]
    found = awaited_of(session, batch_id=BATCH, now=clock.now())
    assert (found.ready, found.until) == (1, None)
    assert _decide(session, delivery, action) == [delivery.id]


def test_of_a_relay_that_reports_nothing_all_is_decided_at_once(
    session: Session, unclear: Unclear
) -> None:
    delivery = unclear()
    session.scalars(select(DeliveryAttempt)).one().gateway = "smtp"
    session.flush()
    assert _decide(session, delivery, RESEND) == [delivery.id]


def test_what_was_given_up_by_mistake_does_not_wait_again(
    session: Session, unclear: Unclear, frozen: time_machine.Traveller
) -> None:
    delivery = unclear()
    frozen.shift(PATIENCE)
    _decide(session, delivery, GIVE_UP)
    assert take_back_deliveries(
        session, batch_id=BATCH, delivery_ids=[delivery.id], now=clock.now()
    )
    assert _decide(session, delivery, RESEND) == [delivery.id]


def test_the_outbox_says_until_when_to_wait(
    administrator: PageClient, session: Session, unclear: Unclear,
    frozen: time_machine.Traveller,
) -> None:  # fmt: skip
    delivery = unclear()
    (message,) = session.scalars(select(OutboxMessage))
    assert read_message(session, message.id, shows_secrets=True).delivery is delivery
    here = f"/administration/messages/{message.id}"
    page = administrator.get(here).text
    assert "attendez jusqu’au 2 mars 2026 à 10:30" in page.replace("\N{NO-BREAK SPACE}", " ")
    assert 'value="renvoyer"' not in page
    typed = {"action": "renvoyer", "selection": str(message.id), f"essai-{message.id}": "1"}
    administrator.submit("/administration/messages/lot", typed)
    assert "peut encore dire ce qu’ils sont devenus" in administrator.get(here).text
    frozen.shift(PATIENCE)
    assert 'value="renvoyer"' in administrator.get(here).text


def test_any_number_is_decided_at_once(session: Session) -> None:
    delivery = enqueue(
        session, kind="essai", purpose=Purpose.NEWSLETTER, recipient="a@b.example",
        priority=Priority.BROADCAST,
    )  # fmt: skip
    delivery.batch_id, delivery.attempt = BATCH, 1
    delivery.state, delivery.reason = DeliveryState.UNCERTAIN, Reason.NO_ANSWER
    session.flush()
    shown = [(delivery.id + more, 1) for more in reversed(range(MANY))]
    of: Any = {"by": "Camille", "now": clock.now(), "batch_id": BATCH}
    assert give_up(session, shown=shown, **of) == [delivery.id]
    ids = [each for each, _attempt in shown]
    back = take_back_deliveries(session, batch_id=BATCH, delivery_ids=ids, now=clock.now())
    assert back == 1
    assert send_again(session, shown=shown, **of) == [delivery.id]
