"""One message sent again to one person from the list of recipients."""

import re

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from crm.core import clock
from crm.mail.models import Delivery, DeliveryAttempt
from crm.mail.types import DeliveryState, Reason
from crm.mailings.models import Mailing
from crm.mailings.types import Status
from tests.mailings.builders import deliveries, draft, listed, reader, recipients, send
from tests.support.client import PageClient
from tests.support.people import sign_in

NOT_LEFT, PERHAPS = "rien n’était parti", "peut-être en double"


@pytest.fixture
def manager(client: PageClient, session: Session) -> PageClient:
    """Return a browser of someone who sends mailings."""
    return sign_in(client, session, "campaign_manager")  # type: ignore[return-value]


@pytest.fixture
def sent(app: Flask, session: Session) -> Mailing:
    """Return a mailing: one message may have left, one was refused, one arrived."""
    people = [reader(session, f"{name}@ville.fr", last_name=name) for name in ("a", "b", "c")]
    with app.test_request_context():
        mailing = send(session, draft(session, listed(session, people)), seen=3)
    now = clock.now()
    ends = (
        (DeliveryState.UNCERTAIN, Reason.NO_ANSWER, "uncertain"),
        (DeliveryState.FAILED, Reason.REFUSED, "refused"),
        (DeliveryState.ACCEPTED, None, "accepted"),
    )
    for each, (state, reason, outcome) in zip(deliveries(session, mailing), ends, strict=True):
        each.state, each.reason, each.attempt, each.settled_at = state, reason, 1, now
        session.add(
            DeliveryAttempt(
                delivery_id=each.id, number=1, gateway="smtp", started_at=now, outcome=outcome
            )
        )
    session.flush()
    return mailing


def _list_of(mailing: Mailing) -> str:
    return f"/envois/{mailing.id}/destinataires"


def _send_again(
    manager: PageClient, session: Session, mailing: Mailing, number: int, attempt: int = 1
) -> str:
    """Press the button of this recipient; return the page that answers."""
    url = f"{_list_of(mailing)}/{recipients(session, mailing)[number].id}/renvoyer"
    back = f"{_list_of(mailing)}?resultat=en-echec"
    answer = manager.submit(url, {"essai": str(attempt), "retour": back})
    assert answer.location == back
    return manager.get(answer.location).text


def _states(session: Session, mailing: Mailing) -> list[str]:
    return [each.state for each in deliveries(session, mailing)]


def test_each_button_says_what_would_come_of_it(
    manager: PageClient, session: Session, sent: Mailing
) -> None:
    page = manager.get(_list_of(sent)).text
    assert (page.count(NOT_LEFT), page.count(PERHAPS)) == (1, 1)
    again = deliveries(session, sent)[0]
    # Given up for lost, it may have left all the same.
    again.state, again.reason = DeliveryState.FAILED, Reason.GIVEN_UP
    session.flush()
    page = manager.get(_list_of(sent)).text
    assert (page.count(NOT_LEFT), page.count(PERHAPS)) == (1, 1)


def test_one_message_leaves_again_once_and_alone(
    manager: PageClient, session: Session, sent: Mailing
) -> None:
    assert "Un seul message repart" in _send_again(manager, session, sent, 1)
    assert _states(session, sent) == ["uncertain", "queued", "accepted"]
    assert "Rien n’a changé" in _send_again(manager, session, sent, 1)
    # What was accepted, or went on since the list was shown, is never sent again.
    assert "Rien n’a changé" in _send_again(manager, session, sent, 2)
    assert "Rien n’a changé" in _send_again(manager, session, sent, 0, attempt=7)
    assert _states(session, sent) == ["uncertain", "queued", "accepted"]
    assert [each.resent for each in deliveries(session, sent)] == [0, 0, 0]
    _send_again(manager, session, sent, 0)
    assert [each.resent for each in deliveries(session, sent)] == [1, 0, 0]


def test_it_is_taken_back_until_it_has_left(
    manager: PageClient, session: Session, sent: Mailing
) -> None:
    page = _send_again(manager, session, sent, 0)
    undo = re.search(rf'action="({_list_of(sent)}/\d+/rattraper)"', page)
    assert undo is not None
    assert "ne part pas" in manager.get(manager.submit(undo[1], {}).location).text
    assert _states(session, sent) == ["uncertain", "failed", "accepted"]
    _send_again(manager, session, sent, 0)
    _end(session, deliveries(session, sent)[0])
    assert "Trop tard" in manager.get(manager.submit(undo[1], {}).location).text
    assert _states(session, sent) == ["accepted", "failed", "accepted"]


def _end(session: Session, delivery: Delivery) -> None:
    delivery.state, delivery.reason, delivery.attempt = DeliveryState.ACCEPTED, None, 2
    session.flush()


def test_nothing_leaves_of_what_was_called_off_or_by_whoever_may_not_send(
    manager: PageClient, client: PageClient, session: Session, sent: Mailing
) -> None:
    sent.status = Status.CANCELLED
    session.flush()
    assert "Renvoyer" not in manager.get(_list_of(sent)).text
    assert "est annulé" in _send_again(manager, session, sent, 1)
    sent.status = Status.DONE
    session.flush()
    other = f"{_list_of(sent)}/999999/renvoyer"
    assert manager.submit(other, {"essai": "1"}).status_code == 404
    sign_in(client, session, "officer")
    assert "Renvoyer" not in client.get(_list_of(sent)).text
    assert client.submit(other, {"essai": "1"}).status_code == 403
    assert _states(session, sent) == ["uncertain", "failed", "accepted"]


def test_what_the_provider_may_tell_of_waits(
    manager: PageClient, session: Session, sent: Mailing
) -> None:
    session.execute(
        update(DeliveryAttempt)
        .where(DeliveryAttempt.delivery_id == deliveries(session, sent)[0].id)
        .values(gateway="sendgrid")
    )
    session.flush()
    page = manager.get(_list_of(sent)).text
    assert "peut encore dire" in page
    assert PERHAPS not in page
    assert "Rien n’a changé" in _send_again(manager, session, sent, 0)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("5.1.1 550 inconnu", "n’existe pas, ou plus"),
        ("5.2.2 552 plein", "la boîte est pleine"),
        ("5.7.1 550 indésirable", "refuse ce message"),
        ("4.4.7 trop long", "peut-être passager"),
        (None, "sans dire clairement pourquoi"),
    ],
)
def test_the_list_says_why_each_came_back_or_stayed(
    manager: PageClient, session: Session, sent: Mailing, answer: str | None, said: str
) -> None:
    last = deliveries(session, sent)[2]
    last.state, last.answer = DeliveryState.BOUNCED, answer
    session.flush()
    page = manager.get(_list_of(sent)).text
    assert said in page
    assert (answer or "") in page
    for sentence in ("Le relais l’a refusé.", "pas dit clairement s’il l’avait pris"):
        assert sentence in page
