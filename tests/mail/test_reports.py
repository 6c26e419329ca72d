"""What is heard of messages: each report once, in any order, and uncertainty ends."""

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Connection, func, select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.events import _handlers, subscribe
from crm.mail.delivering import Courier
from crm.mail.events import DeliveryReported
from crm.mail.ledger import begin, claim
from crm.mail.models import Delivery, DeliveryAttempt, DeliveryEvent, OutboxMessage
from crm.mail.operations import send_again
from crm.mail.reports import report
from crm.mail.rules import should_pause
from crm.mail.types import (
    Accepted,
    DeliveryState,
    Heard,
    Outcome,
    Reason,
    Refused,
    Report,
    ReportKind,
    Uncertain,
)
from tests.mail.conftest import Post
from tests.support.queries import counted

pytestmark = pytest.mark.usefixtures("frozen")
Deliver = Callable[..., Delivery]


@pytest.fixture
def told() -> Iterator[list[DeliveryReported]]:
    """Return what is told to the packages above."""
    heard: list[DeliveryReported] = []

    def hear(_session: Session, event: DeliveryReported) -> None:
        heard.append(event)

    before = list(_handlers[DeliveryReported])
    _handlers[DeliveryReported] = []
    subscribe(DeliveryReported, hear)
    yield heard
    _handlers[DeliveryReported] = before


@pytest.fixture
def deliver(app: Flask, session: Session, courier: Courier, write: Post) -> Deliver:
    """Return what sends a message that ends so; it returns its delivery."""

    def sent(outcome: Outcome) -> Delivery:
        message = write()
        courier.gateway.outcomes = [outcome]
        with app.app_context():
            courier.deliver_waiting()
        session.expire_all()
        return session.get_one(Delivery, message.delivery_id)

    return sent


_numbers = itertools.count()


def said(delivery: Delivery, kind: ReportKind, *, after: int = 0, number: str = "") -> Report:
    """Return a report of this delivery, so many seconds later."""
    return Report(
        "sendgrid", number or f"event-{next(_numbers)}", delivery.token, kind,
        clock.now() + timedelta(seconds=after),
    )  # fmt: skip


def hear(session: Session, *reports: Report) -> Heard:
    """Note reports."""
    heard = report(session, reports, now=clock.now())
    session.expire_all()
    return heard


@pytest.mark.parametrize("kind", list(ReportKind))
def test_any_report_proves_that_what_was_uncertain_was_taken(
    session: Session, deliver: Deliver, told: list[DeliveryReported], kind: ReportKind
) -> None:
    delivery = deliver(Uncertain("timed out"))
    assert hear(session, said(delivery, kind)) == Heard(new=1)
    expected = {
        ReportKind.DELIVERED: "delivered", ReportKind.BOUNCED: "bounced",
        ReportKind.BLOCKED: "bounced", ReportKind.DROPPED: "bounced",
    }.get(kind, "accepted")  # fmt: skip
    assert (delivery.state, delivery.reason, delivery.owner) == (expected, None, None)
    attempt = session.scalars(select(DeliveryAttempt)).one()
    assert attempt.outcome == "accepted"
    assert [(each.delivery_id, each.kind) for each in told] == [(delivery.id, kind)]


def test_a_report_is_heard_once_however_often_it_is_brought(
    session: Session, deliver: Deliver, told: list[DeliveryReported]
) -> None:
    delivery = deliver(Accepted("202"))
    one = said(delivery, ReportKind.DELIVERED)
    assert hear(session, one, one) == Heard(new=1, known=1)
    assert hear(session, one) == Heard(known=1)
    assert session.scalar(select(func.count()).select_from(DeliveryEvent)) == 1
    assert len(told) == 1


def test_what_speaks_of_no_message_of_ours_is_left(
    session: Session, deliver: Deliver, told: list[DeliveryReported]
) -> None:
    delivery = deliver(Accepted("202"))
    stranger = Report("sendgrid", "x", "0" * 32, ReportKind.BOUNCED, clock.now())
    assert hear(session, stranger) == Heard(strangers=1)
    assert (delivery.state, told) == ("accepted", [])


_STORIES = [
    ([ReportKind.PROCESSED, ReportKind.DELIVERED], "delivered"),
    ([ReportKind.DELIVERED, ReportKind.BOUNCED], "bounced"),
    ([ReportKind.DEFERRED, ReportKind.DEFERRED, ReportKind.BLOCKED], "bounced"),
    ([ReportKind.PROCESSED, ReportKind.DELIVERED, ReportKind.CLICKED], "delivered"),
    ([ReportKind.DELIVERED, ReportKind.COMPLAINED], "delivered"),
    ([ReportKind.BOUNCED, ReportKind.DELIVERED], "delivered"),
]


@pytest.mark.parametrize(("story", "ends"), _STORIES)
def test_whatever_the_order_they_are_heard_in_the_last_to_happen_holds(
    session: Session, deliver: Deliver, story: list[ReportKind], ends: str
) -> None:
    for order in itertools.permutations(range(len(story))):
        delivery = deliver(Accepted("202"))
        for place in order:
            hear(session, said(delivery, story[place], after=60 * place))
        assert delivery.state == ends, order
    delivery = deliver(Accepted("202"))
    hear(session, *(said(delivery, kind, after=60 * at) for at, kind in enumerate(story)))
    assert delivery.state == ends


def test_at_the_same_instant_a_return_wins(session: Session, deliver: Deliver) -> None:
    for kinds in itertools.permutations([ReportKind.DELIVERED, ReportKind.BOUNCED]):
        delivery = deliver(Accepted("202"))
        for kind in kinds:
            hear(session, said(delivery, kind))
        assert delivery.state == "bounced"


def test_what_somebody_asked_to_send_again_does_not_leave_once_it_is_known_to_have_arrived(
    app: Flask, session: Session, deliver: Deliver, courier: Courier
) -> None:
    delivery = deliver(Uncertain("timed out"))
    (message_id,) = session.scalars(select(OutboxMessage.id))
    assert send_again(session, shown=[(message_id, 1)], by="Camille", now=clock.now())
    session.expire_all()
    assert delivery.state == DeliveryState.QUEUED
    hear(session, said(delivery, ReportKind.DELIVERED))
    with app.app_context():
        assert courier.deliver_waiting() == 0
    assert delivery.state == "delivered"


def test_a_report_that_comes_before_the_answer_settles_what_is_being_sent(
    session: Session, write: Post
) -> None:
    message = write()
    (taken,) = claim(session, owner="a", now=clock.now(), limit=1)
    begin(session, group=[(taken, None)], gateway="sendgrid", now=clock.now())
    delivery = session.get_one(Delivery, message.delivery_id)
    hear(session, said(delivery, ReportKind.PROCESSED))
    assert delivery.state == "accepted"


def test_what_never_left_is_moved_by_nobody(session: Session, write: Post) -> None:
    message = write()
    delivery = session.get_one(Delivery, message.delivery_id)
    hear(session, said(delivery, ReportKind.BOUNCED))
    assert delivery.state == "queued"


def test_a_reader_whom_the_relay_does_not_know_is_told_like_a_return(
    session: Session, deliver: Deliver, told: list[DeliveryReported]
) -> None:
    delivery = deliver(Refused("550 5.1.1 unknown", is_dead=True))
    assert (delivery.state, delivery.answer) == ("bounced", "550 5.1.1 unknown")
    assert session.scalars(select(DeliveryAttempt.outcome)).all() == ["refused"]
    assert [(each.delivery_id, each.kind, each.is_permanent) for each in told] == [
        (delivery.id, ReportKind.BOUNCED, True)
    ]
    assert deliver(Refused("554 5.7.1 spam")).state == "failed"
    assert len(told) == 1


def test_an_answer_is_noted_though_its_news_find_nobody_well(
    deliver: Deliver, told: list[DeliveryReported]
) -> None:
    def breaks(_session: Session, _event: DeliveryReported) -> None:
        raise KeyError("camille")

    subscribe(DeliveryReported, breaks)
    delivery = deliver(Refused("550 5.1.1 unknown", is_dead=True))
    assert (delivery.state, delivery.reason) == ("failed", Reason.REFUSED)
    assert len(told) == 1


def test_the_address_is_not_kept_twice(session: Session, deliver: Deliver) -> None:
    delivery = deliver(Accepted("202"))
    told = f"550 5.1.1 <{delivery.recipient.upper()}> unknown"
    hear(
        session,
        Report("mailbox", "x", delivery.token, ReportKind.BOUNCED, clock.now(), told),
    )
    assert delivery.answer == "550 5.1.1 <…> unknown"
    assert session.scalars(select(DeliveryEvent.detail)).one() == delivery.answer


def test_a_call_takes_few_statements_for_many_reports(
    session: Session, connection: Connection, deliver: Deliver
) -> None:
    deliveries = [deliver(Accepted("202")) for _ in range(12)]
    found = []
    for some in (deliveries[:2], deliveries[2:]):
        reports = [said(each, ReportKind.PROCESSED) for each in some]
        with counted(connection) as statements:
            hear(session, *reports)
        found.append(len(statements))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("accepted", "bounced", "complained", "pauses"),
    [
        (0, 0, 0, False), (10, 9, 0, False), (10, 10, 0, True), (100, 10, 0, True),
        (200, 10, 0, False), (200, 11, 0, True), (3300, 165, 0, False), (3300, 166, 0, True),
        (100, 0, 1, False), (600, 0, 2, True), (667, 0, 2, False), (3300, 0, 9, False),
        (3300, 0, 10, True),
    ],
)  # fmt: skip
def test_a_mailing_stops_above_the_limits_and_never_for_one(
    accepted: int, bounced: int, complained: int, pauses: bool
) -> None:
    assert should_pause(accepted=accepted, bounced=bounced, complained=complained) is pauses
