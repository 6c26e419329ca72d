"""What leaves together: begun in one transaction, noted in one, each for itself."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, select
from sqlalchemy.orm import Session

from crm.config import Settings
from crm.core import clock
from crm.core.errors import DatabaseBusyError, RuleError
from crm.database import db, transaction
from crm.mail import delivering, writers
from crm.mail.delivering import LONGEST_BATCH_SECONDS, Courier
from crm.mail.ledger import SENDING, settle_accepted
from crm.mail.models import Delivery, DeliveryAttempt
from crm.mail.operations import GIVE_UP, RESEND, decide_deliveries, take_back_deliveries
from crm.mail.outbox import enqueue
from crm.mail.queries import to_decide
from crm.mail.relays import PAUSE
from crm.mail.types import (  # fmt: skip
    Accepted,
    DeliveryState,
    Letter,
    NotSent,
    Priority,
    Purpose,
    Reason,
    Refused,
    Uncertain,
    Written,
)
from tests.mail.conftest import Post, ScriptedBatchGateway, ScriptedGateway
from tests.support.queries import counted

pytestmark = pytest.mark.usefixtures("frozen")
KIND = "essai"
Enqueue = Callable[..., list[int]]


@pytest.fixture
def words() -> dict[int, Written | Reason | Exception]:
    """Return what the writer of the tests says of a delivery, instead of its usual words."""
    return {}


@pytest.fixture(autouse=True)
def _written(
    monkeypatch: pytest.MonkeyPatch, words: dict[int, Written | Reason | Exception]
) -> None:
    usual = Written("Lettre", "Bonjour [[name]]", "<p>Bonjour</p>")

    def writes(_session: Session, delivery: Delivery, _now: datetime) -> Written | Reason:
        said = words.get(delivery.id)
        if isinstance(said, Exception):
            raise said
        return said or usual

    monkeypatch.setitem(writers._writers, KIND, writers.one_by_one(writes))


@pytest.fixture
def together() -> ScriptedBatchGateway:
    """Return a gateway that takes several letters at once."""
    return ScriptedBatchGateway()


@pytest.fixture
def batch_courier(
    app: Flask, settings: Settings, together: ScriptedBatchGateway
) -> Iterator[Courier]:
    """Return a courier of that gateway, at work in its application."""
    with app.app_context():
        yield Courier(
            gateway=together, settings=settings.mail, sender_name="Réseau", draw=lambda: 0.5
        )


@pytest.fixture
def at_work(app: Flask, courier: Courier) -> Iterator[Courier]:
    """Return a courier that hands letters over one by one, at work in its application."""
    with app.app_context():
        yield courier


@pytest.fixture
def queue(session: Session) -> Enqueue:
    """Return what puts deliveries of a batch in the queue; it returns their ids."""

    def queued(count: int, batch_id: int | None = 7) -> list[int]:
        ids = []
        for number in range(count):
            delivery = enqueue(
                session, kind=KIND, purpose=Purpose.NEWSLETTER,
                recipient=f"camille{number}@reseau.example", priority=Priority.BROADCAST,
            )  # fmt: skip
            delivery.batch_id = batch_id
            ids.append(delivery.id)
        session.flush()
        return ids

    return queued


def states(session: Session) -> dict[int, tuple[str, str | None]]:
    """Return the state and the reason of each delivery."""
    session.expire_all()
    rows = session.execute(select(Delivery.id, Delivery.state, Delivery.reason))
    return {number: (state, reason) for number, state, reason in rows}


def test_a_batch_leaves_fifty_at_once_and_what_is_of_no_batch_alone(
    batch_courier: Courier, together: ScriptedBatchGateway, queue: Enqueue, write: Post
) -> None:
    write()
    write()
    queue(60, 7)
    queue(3, 8)
    assert batch_courier.deliver_waiting() == 65
    assert [len(call) for call in together.calls] == [1, 1, 48, 12, 3]


def test_as_many_statements_begin_and_end_a_call_as_there_are_letters(
    batch_courier: Courier, queue: Enqueue, connection: Connection, session: Session
) -> None:
    found = []
    for count in (10, 40):
        queue(count)
        with counted(connection) as statements:
            batch_courier.deliver_batch()
        found.append(len(statements))
    assert (found[1] - found[0]) / 30 <= 7
    assert set(states(session).values()) == {("accepted", None)}


def test_no_transaction_is_open_while_letters_are_handed_over(
    batch_courier: Courier, together: ScriptedBatchGateway, queue: Enqueue
) -> None:
    queue(3)
    seen = []

    def look(_letter: Letter) -> None:
        seen.append(db.session().in_transaction())
        found = set(db.session.scalars(select(Delivery.state)))
        db.session.rollback()
        assert found == {"sending"}

    together.before = look
    batch_courier.deliver_waiting()
    assert seen == [False] * 3


def test_each_letter_has_its_own_end(
    batch_courier: Courier, together: ScriptedBatchGateway, queue: Enqueue, session: Session
) -> None:
    ids = queue(5)
    together.outcomes = [
        Accepted("202"), Refused("400"), NotSent("429", retry_after=timedelta(minutes=3)),
        Uncertain("timed out"), Accepted("202"),
    ]  # fmt: skip
    batch_courier.deliver_waiting()
    assert [states(session)[each] for each in ids] == [
        ("accepted", None), ("failed", Reason.REFUSED), ("deferred", Reason.NOT_SENT),
        ("uncertain", Reason.NO_ANSWER), ("accepted", None),
    ]  # fmt: skip


def test_what_cannot_be_written_keeps_no_other_of_its_batch(
    batch_courier: Courier, together: ScriptedBatchGateway, queue: Enqueue, session: Session,
    words: dict[int, Any],
) -> None:  # fmt: skip
    first, broken, paused, empty, last = queue(5)
    words.update(
        {broken: KeyError("camille"), paused: Reason.PAUSED, empty: Written("a\nb", "", "")}
    )
    batch_courier.deliver_waiting()
    found = states(session)
    assert found[first] == found[last] == ("accepted", None)
    assert found[broken] == found[empty] == ("skipped", Reason.UNWRITABLE)
    assert found[paused] == ("held", Reason.PAUSED)
    assert sum(map(len, together.calls)) == 2


def test_one_by_one_a_writer_that_breaks_loses_no_answer(
    at_work: Courier, gateway: ScriptedGateway, queue: Enqueue, session: Session,
    words: dict[int, Any],
) -> None:  # fmt: skip
    ids = queue(3)
    words[ids[1]] = KeyError("camille")
    assert at_work.deliver_waiting() == 3
    found = states(session)
    assert [found[each][0] for each in ids] == ["accepted", "skipped", "accepted"]
    assert len(gateway.letters) == 2
    attempts = session.execute(select(DeliveryAttempt.number, DeliveryAttempt.outcome)).all()
    assert [tuple(each) for each in attempts] == [(1, "accepted")] * 2


def test_a_pause_acts_on_the_very_next_message(
    at_work: Courier, gateway: ScriptedGateway, queue: Enqueue, session: Session,
    words: dict[int, Any],
) -> None:  # fmt: skip
    ids = queue(4)

    def pauses(_letter: Letter) -> None:
        if len(gateway.letters) == 1:  # while the second is on its way
            words.update(dict.fromkeys(ids, Reason.PAUSED))

    gateway.before = pauses
    at_work.deliver_waiting()
    found = states(session)
    assert [found[each][0] for each in ids] == ["accepted", "accepted", "held", "held"]


def test_an_answer_is_noted_though_the_next_message_finds_the_database_busy(
    at_work: Courier, queue: Enqueue, session: Session,
    words: dict[int, Any],
) -> None:  # fmt: skip
    first, second = queue(2)
    words[second] = DatabaseBusyError("locked")
    with pytest.raises(DatabaseBusyError):
        at_work.deliver_waiting()
    assert states(session) == {first: ("accepted", None), second: ("leased", None)}


def test_a_relay_that_goes_down_is_asked_by_one_letter_and_wakes_all(
    batch_courier: Courier, together: ScriptedBatchGateway, queue: Enqueue, session: Session,
    frozen: Any,
) -> None:  # fmt: skip
    queue(60)
    together.outcomes = [NotSent("refused", is_relay_down=True)] * 50
    batch_courier.deliver_waiting()
    assert [len(call) for call in together.calls] == [50]
    frozen.shift(PAUSE)
    batch_courier.deliver_waiting()
    assert [len(call) for call in together.calls] == [50, 1, 50, 9]
    assert set(states(session).values()) == {("accepted", None)}


def test_an_answer_that_comes_after_what_was_heard_is_noted_and_changes_nothing(
    batch_courier: Courier, together: ScriptedBatchGateway, queue: Enqueue, session: Session
) -> None:
    (number,) = queue(1)

    def hears(_letter: Letter) -> None:
        with transaction() as current:
            delivery = current.get_one(Delivery, number)
            delivery.state, delivery.owner, delivery.due_at = DeliveryState.DELIVERED, None, None

    together.before = hears
    # Its owner is gone, as when a report has settled it.
    batch_courier.deliver_waiting()
    assert states(session)[number][0] == "delivered"
    assert session.scalars(select(DeliveryAttempt.outcome)).all() == ["accepted"]


def test_a_batch_taken_meanwhile_by_another_loses_only_what_was_taken(
    batch_courier: Courier, together: ScriptedBatchGateway, queue: Enqueue, session: Session,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    ids = queue(3)

    def taken(current: Session, **more: Any) -> set[int]:
        current.get_one(Delivery, ids[1]).attempt = 9
        current.flush()
        return settle_accepted(current, **more)

    monkeypatch.setattr(delivering, "settle_accepted", taken)
    batch_courier.deliver_waiting()
    found = states(session)
    assert [found[each][0] for each in ids] == ["accepted", "sending", "accepted"]


def test_no_more_is_begun_than_one_call_carries(
    batch_courier: Courier, together: ScriptedBatchGateway, queue: Enqueue, session: Session,
    words: dict[int, Any],
) -> None:  # fmt: skip
    ids = queue(6)
    words.update({each: Written("Lettre", f"Seule {each}", "") for each in ids[2:4]})
    words[ids[5]] = KeyError("camille")
    begun = []

    def look(_letter: Letter) -> None:
        begun.append(list(db.session.scalars(select(Delivery.state))).count("sending"))
        db.session.rollback()

    together.before = look
    batch_courier.deliver_waiting()
    assert [len(call) for call in together.calls] == [2, 1, 1, 1]
    assert begun == [2, 2, 1, 1, 1]
    assert [states(session)[each][0] for each in ids] == [*["accepted"] * 5, "skipped"]


def test_what_is_late_when_it_should_leave_does_not(
    at_work: Courier, queue: Enqueue, session: Session, frozen: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    (number,) = queue(1)

    def takes_long(_session: Session, _delivery: Delivery, _now: datetime) -> Written:
        frozen.shift(SENDING)
        return Written("Lettre", "Bonjour", "")

    monkeypatch.setitem(writers._writers, KIND, writers.one_by_one(takes_long))
    at_work.deliver_batch()
    assert at_work.gateway.letters == []
    assert states(session)[number] == ("deferred", Reason.NOT_SENT)


def test_a_relay_that_says_nothing_clear_is_asked_by_one_letter_less_and_less_often(
    batch_courier: Courier, together: ScriptedBatchGateway, queue: Enqueue, session: Session,
    frozen: Any,
) -> None:  # fmt: skip
    queue(160)
    together.outcomes = [Uncertain("503")] * 160
    ends = clock.now() + timedelta(hours=1)
    while clock.now() < ends:
        batch_courier.deliver_waiting()
        frozen.shift(PAUSE)
    asked = [len(call) for call in together.calls]
    assert asked == [50, *[1] * 10]
    together.outcomes = []
    frozen.shift(timedelta(minutes=8))
    batch_courier.deliver_waiting()
    found = [state for state, _reason in states(session).values()]
    assert (found.count("uncertain"), found.count("accepted")) == (60, 100)
    assert [len(call) for call in together.calls[len(asked) :]][:2] == [1, 50]


def test_what_is_uncertain_of_a_batch_is_decided_by_its_deliveries(
    batch_courier: Courier, together: ScriptedBatchGateway, queue: Enqueue, session: Session,
    frozen: Any,
) -> None:  # fmt: skip
    first, second, third = queue(3)
    (stranger,) = queue(1, batch_id=8)
    together.outcomes = [Uncertain("timed out")] * 4
    for _ in range(2):
        batch_courier.deliver_waiting()
        frozen.shift(2 * PAUSE)
    shown = to_decide(session, batch_id=7, state=DeliveryState.UNCERTAIN, now=clock.now())
    assert shown == [(first, 1), (second, 1), (third, 1)]
    of = {"batch_id": 7, "by": "Camille", "now": clock.now()}
    several = [(first, 1), (second, 2), (stranger, 1)]
    assert decide_deliveries(session, action=RESEND, shown=several, **of) == [first]
    assert decide_deliveries(session, action=GIVE_UP, shown=[(third, 1)], **of) == [third]
    taken_back = {"batch_id": 7, "delivery_ids": [third, stranger], "now": clock.now()}
    assert take_back_deliveries(session, **taken_back) == 1
    batch_courier.deliver_waiting()
    assert [states(session)[each][0] for each in (first, second, third, stranger)] == [
        "accepted", "uncertain", "uncertain", "uncertain",
    ]  # fmt: skip
    assert session.scalars(select(DeliveryAttempt.asked_by).order_by(DeliveryAttempt.id)).all() == [
        None, None, None, None, "Camille",
    ]  # fmt: skip
    with pytest.raises(RuleError):
        decide_deliveries(session, action="oublier", shown=shown, **of)


def test_a_slow_relay_keeps_no_link_waiting_for_long(
    at_work: Courier, gateway: ScriptedGateway, queue: Enqueue, write: Post,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    queue(5)
    now = [0.0]
    monkeypatch.setattr(delivering.time, "monotonic", lambda: now[0])

    def is_slow(letter: Letter) -> None:
        now[0] += LONGEST_BATCH_SECONDS + 1
        if not gateway.letters:
            write(subject="Lien", expires_at=clock.now() + timedelta(hours=1))

    gateway.before = is_slow
    at_work.deliver_waiting()
    assert [each.written.subject for each in gateway.letters[:3]] == ["Lettre", "Lien", "Lettre"]
    assert len(gateway.letters) == 6
