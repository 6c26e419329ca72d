"""The reports of SendGrid: only its own, only recent ones, and never more than once."""

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from crm.config import Settings
from crm.core import clock
from crm.mail.models import Delivery, DeliveryEvent
from crm.mail.sendgrid_events import read_events
from crm.mail.types import Report, ReportKind
from crm.mail.webhooks import LARGEST_BYTES
from tests.mail.conftest import Post
from tests.support.prism import SHARED

URL = "/courriel/evenements/sendgrid"
SCHEMA = SHARED / "event-webhook-payload.schema.json"
PRIVATE = ec.generate_private_key(ec.SECP256R1())
pytestmark = pytest.mark.usefixtures("frozen")


def public_key() -> str:
    """Return the key as SendGrid shows it."""
    der = PRIVATE.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(der).decode()


@pytest.fixture(autouse=True)
def _keyed(app: Flask) -> Iterator[None]:
    settings: Settings = app.config["SETTINGS"]
    sendgrid = replace(settings.mail.sendgrid, webhook_key=public_key())
    mail = replace(settings.mail, sendgrid=sendgrid)
    app.config["SETTINGS"] = replace(settings, mail=mail)
    yield
    app.config["SETTINGS"] = settings


@pytest.fixture
def delivery(session: Session, write: Post) -> Delivery:
    """Return a delivery that SendGrid took."""
    found = session.get_one(Delivery, write().delivery_id)
    found.state, found.attempt = "accepted", 1
    session.flush()
    return found


def signed(body: bytes, *, age: int = 0) -> dict[str, str]:
    """Return the headers of a body, as if written so many seconds ago."""
    timestamp = str(int(clock.now().timestamp()) - age)
    signature = PRIVATE.sign(timestamp.encode() + body, ec.ECDSA(hashes.SHA256()))
    return {
        "X-Twilio-Email-Event-Webhook-Signature": base64.b64encode(signature).decode(),
        "X-Twilio-Email-Event-Webhook-Timestamp": timestamp,
    }


def post(client: FlaskClient, body: bytes, headers: dict[str, str] | None = None) -> TestResponse:
    """Post a body, signed unless told otherwise."""
    headers = signed(body) if headers is None else headers
    return client.post(URL, data=body, headers=headers, content_type="application/json")


def event(delivery: Delivery, kind: str, number: str = "a", **more: Any) -> dict[str, Any]:
    """Return an event of SendGrid's."""
    return {
        "email": delivery.recipient, "timestamp": int(clock.now().timestamp()), "event": kind,
        "sg_event_id": number, "sg_message_id": "m", "delivery_id": delivery.token,
    } | more  # fmt: skip


def body_of(*events: object) -> bytes:
    """Return events as they are sent."""
    return json.dumps(events).encode()


def test_what_sendgrid_reports_is_noted_once(
    client: FlaskClient, session: Session, delivery: Delivery
) -> None:
    body = body_of(event(delivery, "delivered"), event(delivery, "processed", "b"))
    for _replayed in range(2):
        assert post(client, body).status_code == 204
    session.expire_all()
    assert delivery.state == "delivered"
    assert session.scalar(select(func.count()).select_from(DeliveryEvent)) == 2


def test_what_is_forged_old_or_unsigned_is_refused_unread(
    client: FlaskClient, session: Session, delivery: Delivery
) -> None:
    body = body_of(event(delivery, "bounce"))
    right = signed(body)
    signature, timestamp = right
    wrong = [
        {},
        {signature: right[signature]},
        {timestamp: right[timestamp]},
        right | {signature: "not base64!"},
        right | {signature: base64.b64encode(b"nothing").decode()},
        right | {signature: ""},
        right | {timestamp: "yesterday"},
        right | {timestamp: "9" * 30},
        right | {timestamp: str(int(right[timestamp]) + 1)},
        right | {timestamp: "²"},
        signed(body + b" "),
        signed(body, age=601),
        signed(body, age=-601),
    ]
    for headers in wrong:
        assert post(client, body, headers).status_code == 403, headers
    assert post(client, b"\xff", signed(b"\xff")).status_code == 403
    session.expire_all()
    assert delivery.state == "accepted"
    assert post(client, body, signed(body, age=590)).status_code == 204


def test_a_report_replayed_later_is_refused(
    client: FlaskClient, delivery: Delivery, frozen: time_machine.Traveller
) -> None:
    body = body_of(event(delivery, "delivered"))
    headers = signed(body)
    assert post(client, body, headers).status_code == 204
    frozen.shift(601)
    assert post(client, body, headers).status_code == 403


def test_without_a_key_nothing_is_believed(
    app: Flask, client: FlaskClient, delivery: Delivery
) -> None:
    settings: Settings = app.config["SETTINGS"]
    for key in ("", "QUJD"):
        sendgrid = replace(settings.mail.sendgrid, webhook_key=key)
        mail = replace(settings.mail, sendgrid=sendgrid)
        app.config["SETTINGS"] = replace(settings, mail=mail)
        assert post(client, body_of(event(delivery, "delivered"))).status_code == 403


@pytest.mark.parametrize("body", [b"{", b"{}", b'"a"', b"[" * 100_000])
def test_a_body_that_is_no_list_of_events_is_said_to_be_wrong(
    client: FlaskClient, body: bytes
) -> None:
    assert post(client, body).status_code == 400


def test_a_body_too_large_is_not_read(client: FlaskClient) -> None:
    body = b" " * (LARGEST_BYTES + 1)
    assert post(client, body).status_code == 413


def test_a_page_cannot_be_asked_for(client: FlaskClient) -> None:
    assert client.get(URL).status_code == 405


def test_each_event_is_read_for_what_it_says(delivery: Delivery) -> None:
    events = [
        event(delivery, "processed"),
        event(delivery, "dropped", reason="Bounced Address"),
        event(delivery, "dropped", reason="Unsubscribed Address"),
        event(delivery, "delivered", response="250 OK"),
        event(delivery, "deferred", response="451 later"),
        event(delivery, "bounce", type="bounce", status="5.1.1", reason="550 unknown"),
        event(delivery, "bounce", type="bounce", status="4.2.2"),
        event(delivery, "bounce", type="blocked", status="5.7.1"),
        event(delivery, "spamreport"),
        event(delivery, "unsubscribe"),
        event(delivery, "group_unsubscribe"),
        event(delivery, "click", url="https://reseau.fr/secret"),
    ]
    reports, unread = read_events(body_of(*events), clock.now())
    assert unread == 0
    assert [(each.kind.value, each.is_permanent) for each in reports] == [
        ("processed", False), ("dropped", True), ("dropped", False), ("delivered", False),
        ("deferred", False), ("bounced", True), ("bounced", False), ("blocked", False),
        ("complained", False), ("unsubscribed", False), ("unsubscribed", False),
        ("clicked", False),
    ]  # fmt: skip
    assert reports[5].detail == "5.1.1 550 unknown"
    assert "secret" not in "".join(each.detail for each in reports)


@pytest.mark.parametrize(
    ("said", "is_permanent"),
    [
        ({"status": "5.2.2", "reason": "552 5.2.2 mailbox full"}, False),
        ({"status": "5.0.0", "reason": "552 5.2.2 mailbox full"}, False),
        ({"status": "5.4.7", "reason": "expired"}, False),
        ({"status": "5.7.1", "reason": "refused"}, False),
        ({"status": "5.2.1", "reason": "closed"}, True),
        ({"status": "5.0.0", "reason": "550 5.1.1 unknown"}, True),
        ({"status": "5.0.0", "reason": "550 unknown"}, True),
        ({"reason": "550 unknown", "bounce_classification": "Invalid Address"}, True),
        ({"reason": "550 full", "bounce_classification": "Mailbox Unavailable"}, False),
        ({"status": "4.4.7", "reason": "too long"}, False),
    ],
)
def test_only_a_dead_address_is_never_written_to_again(
    delivery: Delivery, said: dict[str, str], is_permanent: bool
) -> None:
    (report,), _unread = read_events(
        body_of(event(delivery, "bounce", type="bounce", **said)), clock.now()
    )
    assert (report.kind, report.is_permanent) == (ReportKind.BOUNCED, is_permanent)


def test_what_is_odd_is_left_and_keeps_no_other(delivery: Delivery) -> None:
    good = event(delivery, "delivered")
    odd = [
        None, 1, [], {}, good | {"event": "open"}, good | {"event": "group_resubscribe"},
        good | {"delivery_id": None}, good | {"delivery_id": "x"}, good | {"event": ["bounce"]},
        good | {"delivery_id": delivery.token + "\n"},
    ]  # fmt: skip
    reports, unread = read_events(body_of(*odd, good), clock.now())
    assert (len(reports), unread) == (1, len(odd))


@pytest.mark.parametrize("field", ["reason", "response", "status", "sg_event_id"])
def test_half_a_character_is_no_reason_to_lose_a_report(
    client: FlaskClient, session: Session, delivery: Delivery, field: str
) -> None:
    event = {"event": "bounce", "delivery_id": delivery.token, field: "550 \ud83d bad"}
    body = json.dumps([event]).encode()
    assert client.post(URL, data=body, headers=signed(body)).status_code == 204
    session.expire_all()
    assert delivery.state == "bounced"


@pytest.mark.parametrize("number", [None, "", "x" * 101, 7, "a\nb"])
def test_an_event_without_a_number_has_one_made_of_what_it_says(
    delivery: Delivery, number: object
) -> None:
    def identity(**more: Any) -> str:
        of = event(delivery, "click") | {"sg_event_id": number} | more
        (found,), _unread = read_events(body_of(of), clock.now())
        return found.event_id

    assert identity() == identity()
    assert identity() != identity(url="https://reseau.fr/b")


@pytest.mark.parametrize("seconds", ["soon", None, -1, 10**18, True, 0])
def test_an_event_of_no_possible_time_happened_now(delivery: Delivery, seconds: object) -> None:
    (found,), _unread = read_events(
        body_of(event(delivery, "click", timestamp=seconds)), clock.now()
    )
    assert isinstance(found, Report)
    assert found.kind is ReportKind.CLICKED
    assert found.happened_at == clock.now()


def test_our_events_are_those_that_are_described(delivery: Delivery) -> None:
    if not SCHEMA.exists():
        pytest.skip("the description of SendGrid's events is not on this machine")
    of = json.loads(SCHEMA.read_text(encoding="utf-8"))["items"]
    sent = event(delivery, "bounce", type="blocked", status="5.7.1", reason="no")
    assert set(of["required"]) <= set(sent)
    types = {"string": str, "integer": int}
    for name, value in sent.items():
        assert isinstance(value, types[of["properties"][name]["type"]]), name
    read = {"event", "type", "status", "reason", "response", "timestamp", "sg_event_id"}
    assert read | {"delivery_id"} <= set(of["properties"])
    assert {"processed", "bounce", "click"} <= set(of["properties"]["event"]["examples"])
