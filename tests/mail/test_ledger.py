"""The ledger: who works on a delivery, and how each attempt ends."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.core import clock
from crm.core.addresses import email_key
from crm.core.errors import DatabaseBusyError
from crm.database import db, transaction
from crm.mail import delivering, writers
from crm.mail.delivering import BATCH, SETTLE_PAUSES, Courier
from crm.mail.ledger import (
    LEASE,
    SENDING,
    LostLeaseError,
    begin,
    claim,
    has_work,
    settle,
    settle_accepted,
    sweep,
)
from crm.mail.models import Delivery, DeliveryAttempt, OutboxMessage
from crm.mail.outbox import OUTBOX, write_outbox_message
from crm.mail.relays import PAUSE
from crm.mail.rules import ATTEMPTS
from crm.mail.suppression import suppress
from crm.mail.types import (
    Accepted,
    DeliveryState,
    Letter,
    NotSent,
    Outcome,
    Purpose,
    Reason,
    Refused,
    Uncertain,
)
from crm.mail.writers import Written
from tests.factories.accounts import UserFactory
from tests.mail.conftest import Post, ScriptedGateway
from tests.support.queries import counted, explained

pytestmark = pytest.mark.usefixtures("frozen")


def _delivery(session: Session, message: OutboxMessage) -> Delivery:
    session.expire_all()
    return session.get_one(Delivery, message.delivery_id)


def test_what_is_posted_leaves_and_says_so(
    app: Flask, session: Session, courier: Courier, gateway: ScriptedGateway, write: Post
) -> None:
    message = write()
    with app.app_context():
        assert courier.deliver_waiting() == 1
        assert courier.deliver_waiting() == 0
    delivery = _delivery(session, message)
    assert (delivery.state, delivery.answer, delivery.attempt) == ("accepted", "250 ok", 1)
    assert (delivery.owner, delivery.due_at) == (None, None)
    attempt = session.scalars(select(DeliveryAttempt)).one()
    assert (attempt.outcome, attempt.gateway, attempt.number) == ("accepted", "scripted", 1)
    assert [letter.token for letter in gateway.letters] == [delivery.token]


def test_a_link_that_someone_waits_for_goes_first(
    app: Flask, courier: Courier, gateway: ScriptedGateway, write: Post
) -> None:
    write(subject="Rappel")
    write(subject="Lien", expires_at=clock.now() + timedelta(hours=1))
    with app.app_context():
        courier.deliver_waiting()
    assert [each.written.subject for each in gateway.letters] == ["Lien", "Rappel"]


def test_two_claims_never_share_a_delivery(app: Flask, session: Session, write: Post) -> None:
    for _ in range(5):
        write()
    now = clock.now()
    first = claim(session, owner="a", now=now, limit=3)
    second = claim(session, owner="b", now=now, limit=3)
    assert (len(first), len(second)) == (3, 2)
    assert {each.id for each in first} & {each.id for each in second} == set()
    assert [each.id for each in first] == sorted(each.id for each in first)


def test_a_lease_that_passed_gives_the_delivery_back(
    app: Flask, session: Session, write: Post
) -> None:
    message = write()
    now = clock.now()
    (taken,) = claim(session, owner="a", now=now, limit=1)
    assert sweep(session, now=now + LEASE - timedelta(seconds=1)) == 0
    assert claim(session, owner="b", now=now, limit=1) == []
    assert sweep(session, now=now + LEASE) == 0
    assert _delivery(session, message).state == DeliveryState.QUEUED
    (again,) = claim(session, owner="b", now=now + LEASE, limit=1)
    assert begin(session, group=[(taken, None)], gateway="x", now=now) == [None]
    (begun,) = begin(session, group=[(again, None)], gateway="x", now=now + LEASE)
    assert begun is not None
    assert begun.attempt == 1


def test_sending_that_was_never_ended_is_uncertain_and_a_late_acceptance_settles_it(
    app: Flask, session: Session, write: Post
) -> None:
    message = write()
    now = clock.now()
    (taken,) = claim(session, owner="a", now=now, limit=1)
    (begun,) = begin(session, group=[(taken, None)], gateway="x", now=now)
    assert begun is not None
    assert sweep(session, now=now + SENDING - timedelta(seconds=1)) == 0
    assert sweep(session, now=now + SENDING) == 1
    held = _delivery(session, message)
    assert (held.state, held.reason) == (DeliveryState.UNCERTAIN, Reason.STOPPED)
    with pytest.raises(LostLeaseError):
        settle(session, claimed=begun, outcome=Refused("550"), now=now, draw=0.5)
    settle(session, claimed=begun, outcome=Accepted("250"), now=now, draw=0.5)
    assert _delivery(session, message).state == DeliveryState.ACCEPTED


@pytest.mark.parametrize("change", [{"owner": "b"}, {"attempt": 2}, {"state": "queued"}])
def test_an_end_that_is_no_longer_ours_changes_nothing(
    app: Flask, session: Session, write: Post, change: dict[str, object]
) -> None:
    message = write()
    now = clock.now()
    (taken,) = claim(session, owner="a", now=now, limit=1)
    (begun,) = begin(session, group=[(taken, None)], gateway="x", now=now)
    assert begun is not None
    session.execute(update(Delivery).values(**change))
    with pytest.raises(LostLeaseError):
        settle(session, claimed=begun, outcome=Accepted("250"), now=now, draw=0.5)
    assert _delivery(session, message).state != DeliveryState.ACCEPTED


def test_no_transaction_is_open_while_the_relay_is_spoken_to(
    app: Flask, courier: Courier, gateway: ScriptedGateway, write: Post
) -> None:
    for _ in range(3):
        write()
    seen = []
    gateway.before = lambda _letter: seen.append(db.session().in_transaction())
    with app.app_context():
        courier.deliver_waiting()
    assert seen == [False] * 3


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [
        (Refused("550 unknown"), ("failed", Reason.REFUSED)),
        (Refused("450 later", permanent=False), ("deferred", Reason.NOT_SENT)),
        (NotSent("451 greylisted"), ("deferred", Reason.NOT_SENT)),
        (NotSent("refused", is_relay_down=True), ("deferred", Reason.RELAY_DOWN)),
        (Uncertain("timed out"), ("uncertain", Reason.NO_ANSWER)),
    ],
)
def test_each_answer_has_its_state(
    app: Flask, courier: Courier, write: Post, outcome: Refused, expected: tuple[str, Reason]
) -> None:
    message = write()
    courier.gateway.outcomes = [outcome]
    with app.app_context():
        courier.deliver_waiting()
        delivery = db.session.get_one(Delivery, message.delivery_id)
    assert (delivery.state, delivery.reason) == expected
    assert delivery.answer == outcome.reason


def test_a_gateway_that_breaks_leaves_the_message_uncertain(
    app: Flask, session: Session, courier: Courier, gateway: ScriptedGateway, write: Post
) -> None:
    def breaks(_letter: Letter) -> None:
        raise RuntimeError("camille@reseau.example")

    message = write()
    gateway.before = breaks
    with app.app_context():
        courier.deliver_waiting()
    delivery = _delivery(session, message)
    assert (delivery.state, delivery.answer) == ("uncertain", "RuntimeError")


def test_an_acceptance_is_noted_again_while_the_database_is_busy(
    app: Flask, session: Session, courier: Courier, write: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    message, waited, busy = write(), [], [DatabaseBusyError("locked")] * 2

    def settle_when_free(*of: Any, **more: Any) -> set[int]:
        if busy:
            raise busy.pop()
        return settle_accepted(*of, **more)

    monkeypatch.setattr(delivering, "settle_accepted", settle_when_free)
    courier.wait = waited.append
    with app.app_context():
        assert courier.deliver_waiting() == 1
    delivery = _delivery(session, message)
    assert (delivery.state, delivery.attempt) == ("accepted", 1)
    assert waited == list(SETTLE_PAUSES[:2])


def test_a_database_busy_for_long_ends_the_batch_and_nothing_is_sent_twice(
    app: Flask, session: Session, courier: Courier, write: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    message, waited = write(), []

    def never(*_of: Any, **_more: Any) -> set[int]:
        raise DatabaseBusyError("locked")

    monkeypatch.setattr(delivering, "settle_accepted", never)
    courier.wait = waited.append
    with app.app_context():
        with pytest.raises(DatabaseBusyError):
            courier.deliver_waiting()
        assert courier.deliver_waiting() == 0
    assert waited == list(SETTLE_PAUSES)
    assert _delivery(session, message).state == DeliveryState.SENDING


def test_a_writer_that_breaks_keeps_no_other_message(
    app: Flask, session: Session, courier: Courier, write: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken, right = write(), write()

    def breaks(current: Session, delivery: Delivery, now: datetime) -> Written | Reason:
        if delivery.id == broken.delivery_id:
            raise KeyError("camille")
        return write_outbox_message(current, delivery, now)

    monkeypatch.setitem(writers._writers, OUTBOX, writers.one_by_one(breaks))
    with app.app_context():
        assert courier.deliver_waiting() == 2
    delivery = _delivery(session, broken)
    assert (delivery.state, delivery.reason) == ("skipped", Reason.UNWRITABLE)
    assert _delivery(session, right).state == "accepted"


def test_a_busy_database_condemns_no_message(
    app: Flask, session: Session, courier: Courier, write: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = write()

    def busy(_current: Session, _delivery: Delivery, _now: datetime) -> Written | Reason:
        raise DatabaseBusyError("locked")

    monkeypatch.setitem(writers._writers, OUTBOX, writers.one_by_one(busy))
    with app.app_context(), pytest.raises(DatabaseBusyError):
        courier.deliver_waiting()
    assert _delivery(session, message).state == DeliveryState.LEASED


def test_after_five_attempts_it_has_failed_and_each_waited_longer(
    app: Flask, session: Session, courier: Courier, write: Post, frozen: time_machine.Traveller
) -> None:
    message = write()
    courier.gateway.outcomes = [NotSent("451 later") for _ in range(ATTEMPTS)]
    waited = []
    with app.app_context():
        while True:
            courier.deliver_waiting()
            delivery = _delivery(session, message)
            if delivery.due_at is None:
                break
            waited.append(round((delivery.due_at - clock.now()).total_seconds() / 60))
            frozen.move_to(delivery.due_at)
    assert waited == [1, 5, 25, 125]
    assert (delivery.state, delivery.reason) == ("failed", Reason.TOO_MANY_ATTEMPTS)
    assert len(courier.gateway.letters) == ATTEMPTS


def test_the_relay_s_own_delay_is_respected(
    app: Flask, session: Session, courier: Courier, gateway: ScriptedGateway, write: Post
) -> None:
    message = write()
    gateway.outcomes = [NotSent("429", retry_after=timedelta(minutes=40))]
    with app.app_context():
        courier.deliver_waiting()
    assert _delivery(session, message).due_at == clock.now() + timedelta(minutes=40)


def test_a_relay_down_for_an_hour_loses_nothing_and_is_not_flooded(
    app: Flask, session: Session, courier: Courier, write: Post, frozen: time_machine.Traveller
) -> None:
    for _ in range(15):
        write()
    start = clock.now()
    down_until = start + timedelta(hours=1)
    calls = []
    with app.app_context():
        while clock.now() < start + timedelta(hours=3):
            if clock.now() < down_until:
                courier.gateway.outcomes = [NotSent("refused", is_relay_down=True)]
            else:
                courier.gateway.outcomes = []
            before = len(courier.gateway.letters)
            courier.deliver_waiting()
            if clock.now() < down_until:
                calls.append(len(courier.gateway.letters) - before)
            frozen.shift(timedelta(seconds=20 if clock.now() < down_until else 600))
    assert max(calls) == 1
    assert sum(calls) <= timedelta(hours=1) / PAUSE + 1
    states = session.execute(text("SELECT DISTINCT state FROM delivery")).scalars().all()
    assert states == ["accepted"]
    accepted = [letter.token for letter in courier.gateway.letters[sum(calls) :]]
    assert len(accepted) == len(set(accepted)) == 15


def test_a_relay_gone_for_a_weekend_loses_nothing_and_the_message_keeps_its_attempts(
    app: Flask, session: Session, courier: Courier, write: Post, frozen: time_machine.Traveller
) -> None:
    message = write()
    down_until = clock.now() + timedelta(days=2)
    with app.app_context():
        while clock.now() < down_until:
            courier.gateway.outcomes = [NotSent("refused", is_relay_down=True)]
            courier.deliver_waiting()
            delivery = _delivery(session, message)
            assert (delivery.state, delivery.reason) == ("deferred", Reason.RELAY_DOWN)
            assert delivery.last_attempt - delivery.attempt == ATTEMPTS
            assert delivery.due_at is not None
            assert delivery.due_at - clock.now() <= timedelta(minutes=25)
            frozen.move_to(delivery.due_at)
        courier.gateway.outcomes = [NotSent("451") for _ in range(ATTEMPTS)]
        while (due_at := _delivery(session, message).due_at) is not None:
            frozen.move_to(due_at)
            courier.deliver_waiting()
    assert _delivery(session, message).reason == Reason.TOO_MANY_ATTEMPTS
    assert courier.gateway.outcomes == []


@pytest.mark.parametrize("probe", [None, Refused("550"), Uncertain("timed out")])
def test_the_first_acceptance_sends_what_waited_after_a_restart_or_a_probe_in_vain(
    app: Flask, courier: Courier, write: Post, frozen: time_machine.Traveller, probe: Outcome | None
) -> None:
    waiting, gateway = write(), courier.gateway
    gateway.outcomes = [NotSent("refused", is_relay_down=True)]
    with app.app_context():
        courier.deliver_waiting()
        if probe is None:
            courier = Courier(gateway=gateway, settings=courier.settings, sender_name="R")
        else:
            frozen.shift(PAUSE)
            write()
            gateway.outcomes = [probe]
            courier.deliver_waiting()
            frozen.shift(PAUSE)
        write()
        courier.deliver_waiting()
        assert _delivery(db.session(), waiting).state == DeliveryState.ACCEPTED


def test_an_address_can_be_suppressed_until_the_last_moment(
    app: Flask, session: Session, courier: Courier, gateway: ScriptedGateway, write: Post
) -> None:
    first, second = write(recipient="a@reseau.example"), write(recipient="B@reseau.example")
    third = write(recipient="b@reseau.example", purpose=Purpose.DIGEST)

    def suppresses(_letter: Letter) -> None:
        with transaction() as current:
            for _twice in range(2):
                suppress(
                    current, recipient="b@Reseau.example", purpose=Purpose.DIGEST, reason="x",
                    now=clock.now(),
                )  # fmt: skip

    gateway.before = suppresses
    UserFactory(email="b@reseau.example", email_key="b@reseau.example")
    session.flush()
    with app.app_context():
        courier.deliver_waiting()
    states = [_delivery(session, each) for each in (first, second, third)]
    assert [each.state for each in states] == ["accepted", "accepted", "skipped"]
    assert states[2].reason == Reason.SUPPRESSED


def test_the_digest_of_a_closed_account_is_skipped_but_its_notice_is_not(
    app: Flask, session: Session, courier: Courier, write: Post
) -> None:
    member: User = UserFactory(is_active=False)
    session.flush()
    digest = write(recipient=member.email, purpose=Purpose.DIGEST)
    notice = write(recipient=member.email)
    with app.app_context():
        courier.deliver_waiting()
    delivery = _delivery(session, digest)
    assert (delivery.state, delivery.reason) == ("skipped", Reason.ACCOUNT_CLOSED)
    assert _delivery(session, notice).state == "accepted"


def test_a_member_is_known_however_the_address_is_typed(
    app: Flask, session: Session, courier: Courier, write: Post
) -> None:
    typed = "camille@fore\N{COMBINING CIRCUMFLEX ACCENT}t.example"
    UserFactory(email=typed, email_key=email_key(typed))
    session.flush()
    digest = write(recipient=typed, purpose=Purpose.DIGEST)
    with app.app_context():
        courier.deliver_waiting()
    assert _delivery(session, digest).state == "accepted"


def test_an_expired_secret_does_not_leave(
    app: Flask, session: Session, courier: Courier, write: Post, frozen: time_machine.Traveller
) -> None:
    message = write(expires_at=clock.now() + timedelta(hours=1))
    frozen.shift(timedelta(hours=1))
    with app.app_context():
        courier.deliver_waiting()
    delivery = _delivery(session, message)
    assert (delivery.state, delivery.reason) == ("skipped", Reason.EXPIRED)
    assert courier.gateway.letters == []


def test_an_invented_address_never_leaves_the_machine(
    app: Flask, session: Session, courier: Courier, gateway: ScriptedGateway, write: Post
) -> None:
    gateway.leaves_the_machine = True
    invented, real = write(), write(recipient="camille@reseau.fr")
    with app.app_context():
        courier.deliver_waiting()
    assert _delivery(session, invented).reason == Reason.INVENTED_ADDRESS
    assert _delivery(session, real).state == "accepted"


def test_an_address_that_is_none_is_skipped_and_keeps_no_other(
    app: Flask, session: Session, courier: Courier, write: Post
) -> None:
    wrong, right = write(recipient="camille@@reseau.example"), write()
    with app.app_context():
        courier.deliver_waiting()
    assert _delivery(session, wrong).reason == Reason.UNWRITABLE
    assert _delivery(session, right).state == "accepted"


def test_a_courier_that_stops_gives_back_what_it_took(
    app: Flask, session: Session, courier: Courier, gateway: ScriptedGateway, write: Post
) -> None:
    for _ in range(4):
        write()
    courier.should_stop = lambda: len(gateway.letters) == 2
    with app.app_context():
        courier.deliver_waiting()
    session.expire_all()
    states = sorted(session.scalars(select(Delivery.state)))
    assert states == ["accepted", "accepted", "queued", "queued"]


def _many(session: Session, count: int) -> None:
    row = {
        "kind": "essai", "purpose": "account", "priority": 5, "recipient": "a@b.example",
        "address_hash": "", "last_attempt": ATTEMPTS, "created_at": clock.now(), "attempt": 0,
        "resent": 0,
    }  # fmt: skip
    session.execute(
        insert(Delivery),
        [
            row | {"token": f"t{each}", "state": "queued" if each % 50 == 0 else "accepted"}
            for each in range(count)
        ],
    )
    session.execute(text("ANALYZE delivery"))


def test_claiming_reads_an_index_and_as_many_statements_for_any_number(
    app: Flask, session: Session, connection: Connection
) -> None:
    found = []
    for count in (100, 5_000):
        session.execute(text("DELETE FROM delivery"))
        _many(session, count)
        with explained(connection) as plans, counted(connection) as statements:
            assert has_work(session, clock.now())
            sweep(session, now=clock.now())
            assert len(claim(session, owner="a", now=clock.now(), limit=BATCH)) == min(
                BATCH, count // 50
            )
        found.append(len(statements))
    assert found[0] == found[1]
    assert len(plans) == found[1]
    for plan in plans:
        assert "delivery" in plan
        assert "SCAN delivery" not in plan
        assert "Seq Scan" not in plan
    assert any("ix_delivery_state_priority_id" in plan for plan in plans)
    assert any("ix_delivery_state_due_at" in plan for plan in plans)
