"""From the departure to the mailbox: a real relay on loopback, and the way out of each message."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from crm.config import Settings
from crm.mail.delivering import Courier
from crm.mail.gateways.smtp import SmtpGateway
from crm.mail.types import Accepted, DeliveryState, Letter, Outcome, Reason
from crm.mailings.jobs import go_on_with_mailings
from crm.mailings.models import Mailing
from crm.mailings.operations.departures import pause
from crm.mailings.operations.mailings import get_mailing
from crm.mailings.queries.results import count_figures
from crm.mailings.types import Status
from tests.mailings.builders import deliveries, draft, listed, reader, send
from tests.support.client import PageClient
from tests.support.sinks import Sink, running_sink

PEOPLE = 5


class PausingGateway:
    """Accepts; someone pauses the mailing while the second message is on its way."""

    name = "pausing"
    leaves_the_machine = False

    def __init__(self, session: Session, mailing_id: int) -> None:
        self._session, self._mailing_id = session, mailing_id
        self.count = 0

    def send(self, _letter: Letter) -> Outcome:
        """Take a letter over."""
        self.count += 1
        if self.count == 2:
            pause(self._session, mailing_id=self._mailing_id)
        return Accepted("250 ok")

    def close(self) -> None:
        """Nothing stays open."""


@pytest.fixture
def sink() -> Iterator[tuple[Sink, int]]:
    """Return a relay on loopback, and its port."""
    with running_sink() as running:
        yield running


@pytest.fixture
def courier(app: Flask, settings: Settings, sink: tuple[Sink, int]) -> Iterator[Courier]:
    """Return a courier that speaks to the relay."""
    mail = replace(
        settings.mail,
        gateway="smtp",
        smtp_host="127.0.0.1",
        smtp_port=sink[1],
        smtp_security="none",
    )
    made = Courier(gateway=SmtpGateway(mail), settings=mail, sender_name="Réseau d’essai")
    yield made
    with app.app_context():
        made.stop()


@pytest.fixture
def mailing(app: Flask, session: Session) -> Mailing:
    """Return a mailing that begins to leave to five people."""
    people = [
        reader(session, f"personne{n}@reseau.example", first_name=f"Prénom{n}")
        for n in range(PEOPLE)
    ]
    with app.test_request_context():
        return send(session, draft(session, listed(session, people)), seen=PEOPLE)


def _unsubscribe_url(message: object) -> str:
    found = re.search(r"<https?://[^/]+(/[^>]+)>", str(message["List-Unsubscribe"]))  # type: ignore[index]
    assert found is not None
    return found[1]


def test_each_person_receives_one_message_of_their_own(
    app: Flask, session: Session, sink: tuple[Sink, int], courier: Courier, mailing: Mailing
) -> None:
    with app.app_context():
        assert courier.deliver_waiting() == PEOPLE
        assert courier.deliver_waiting() == 0
        go_on_with_mailings()
    messages = sink[0].messages
    assert Counter(str(each["To"]) for each in messages) == {
        f"personne{n}@reseau.example": 1 for n in range(PEOPLE)
    }
    for each in messages:
        number = re.search(r"personne(\d)", str(each["To"]))
        assert number is not None
        said = f"Bonjour Prénom{number[1]},"
        for kind in ("plain", "html"):
            body = each.get_body((kind,))
            assert body is not None
            assert said in body.get_content()
            assert "/l/" in body.get_content()
        assert each["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert "personne" not in str(each["List-Unsubscribe"])
    assert {each.state for each in deliveries(session, mailing)} == {DeliveryState.ACCEPTED}
    assert get_mailing(session, mailing.id).status == Status.DONE


def test_leaving_in_one_click_acts_on_the_next_message(
    client: PageClient,
    session: Session,
    sink: tuple[Sink, int],
    courier: Courier,
    mailing: Mailing,
) -> None:
    app = client.application
    with app.app_context():
        courier.deliver_waiting()
    url = _unsubscribe_url(sink[0].messages[0])
    assert client.get(url).status_code == 200  # a scanner looks: nothing happens
    person = str(sink[0].messages[0]["To"])
    with app.test_request_context():
        again = send(session, draft(session, mailing.segments[0].segment), seen=PEOPLE)
    for _twice in range(2):
        answer = client.post(url, data={"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert count_figures(session, mailing.id)["desinscrits"] == 1
    with app.app_context():
        courier.deliver_waiting()
    states = {each.recipient: (each.state, each.reason) for each in deliveries(session, again)}
    assert states.pop(person) == (DeliveryState.SKIPPED, Reason.NO_CONSENT)
    assert set(states.values()) == {(DeliveryState.ACCEPTED, None)}


def test_a_pause_stops_at_the_message_that_is_leaving(
    app: Flask,
    session: Session,
    settings: Settings,
    mailing: Mailing,
) -> None:
    gateway = PausingGateway(session, mailing.id)
    courier = Courier(gateway=gateway, settings=settings.mail, sender_name="Réseau d’essai")
    with app.app_context():
        courier.deliver_waiting()
    states = Counter(each.state for each in deliveries(session, mailing))
    assert states == {DeliveryState.ACCEPTED: 2, DeliveryState.HELD: PEOPLE - 2}
    assert gateway.count == 2
