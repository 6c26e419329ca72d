"""The outbox on screen: where each message is, and what people decide of some."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.config import MailSettings
from crm.core import clock
from crm.mail.delivering import Courier
from crm.mail.models import Delivery, DeliveryAttempt, OutboxMessage
from crm.mail.relays import Watch
from crm.mail.reports import report
from crm.mail.types import (
    STATE_LABELS,
    Accepted,
    DeliveryState,
    NotSent,
    Outcome,
    Reason,
    Refused,
    Report,
    ReportKind,
    Uncertain,
)
from crm.mail.wording import REASON_SENTENCES, REPORT_LABELS
from tests.mail.conftest import Post
from tests.support.client import PageClient

OUTBOX = "/administration/messages"
DECIDE = f"{OUTBOX}/lot"
Send = Callable[..., list[OutboxMessage]]


@pytest.fixture
def send(app: Flask, courier: Courier, write: Post) -> Send:
    """Return what sends a message for each outcome, and returns the messages."""

    def sent(*outcomes: Outcome, **more: object) -> list[OutboxMessage]:
        messages = [write(**more) for _ in outcomes]
        courier.gateway.outcomes = list(outcomes)
        _deliver(app, courier)
        return messages

    return sent


def _deliver(app: Flask, courier: Courier) -> None:
    """Send all that waits, whatever the relay said before: nobody here waits for it to be well."""
    with app.app_context():
        courier._watch = Watch()
        while courier.deliver_batch():
            courier._watch = Watch()


def _delivery(session: Session, message: OutboxMessage) -> Delivery:
    session.expire_all()
    return session.get_one(Delivery, message.delivery_id)


def _ticked(*messages: OutboxMessage, action: str = "renvoyer", attempt: int = 1) -> dict:
    return {
        "action": action,
        "selection": [str(each.id) for each in messages],
        **{f"essai-{each.id}": str(attempt) for each in messages},
    }


def test_the_list_says_where_each_message_is_and_what_the_relay_said(
    administrator: PageClient, send: Send, write: Post
) -> None:
    send(Accepted("250 pris"), Refused("550 inconnu"), Uncertain("silence"))
    write()
    page = administrator.get(OUTBOX).text
    for said in ("Remis", "250 pris", "Échec", "550 inconnu", "Peut-être envoyé", "En attente"):
        assert said in page
    assert "Un message a peut-être été envoyé" in page
    assert f"{OUTBOX}?etat=uncertain" in page


def test_it_is_narrowed_by_state_with_counts(administrator: PageClient, send: Send) -> None:
    send(Accepted("250"), Accepted("250"), Refused("550"), subject="Bonjour")
    page = administrator.get(f"{OUTBOX}?etat=failed&filtres=1").text
    assert "1 message" in page
    assert "Remis (2)" in page
    assert "Échec (1)" in page
    nothing = administrator.get(f"{OUTBOX}?etat=failed&q=introuvable").text
    assert "Sans la recherche" in nothing


def test_one_message_tells_each_attempt(
    administrator: PageClient, send: Send, session: Session
) -> None:
    (message,) = send(NotSent("451 plus tard"))
    page = administrator.get(f"{OUTBOX}/{message.id}").text
    assert "Essai 1" in page
    assert "451 plus tard" in page
    assert "Prochain essai le" in page
    assert "Renvoyer" not in page


def test_uncertain_ones_are_sent_again_together_and_each_says_who_asked(
    administrator: PageClient, app: Flask, send: Send, session: Session, courier: Courier
) -> None:
    messages = send(Uncertain("silence"), Uncertain("silence"), Accepted("250"))
    response = administrator.submit(DECIDE, _ticked(*messages))
    assert response.status_code == 303
    page = administrator.get(OUTBOX).text
    assert "C’est noté pour 2" in page
    _deliver(app, courier)
    delivery = _delivery(session, messages[0])
    assert (delivery.state, delivery.resent, delivery.attempt) == ("accepted", 1, 2)
    attempt = session.scalars(
        select(DeliveryAttempt).where(
            DeliveryAttempt.delivery_id == delivery.id, DeliveryAttempt.number == 2
        )
    ).one()
    assert attempt.asked_by == session.merge(administrator.user).name
    assert "demandé par" in administrator.get(f"{OUTBOX}/{messages[0].id}").text
    assert "renvoyé 1 fois" in administrator.get(OUTBOX).text
    tokens = [letter.token for letter in courier.gateway.letters]
    assert sorted(tokens.count(each) for each in set(tokens)) == [1, 2, 2]


def test_a_message_that_went_on_since_the_page_is_left_alone(
    administrator: PageClient, app: Flask, send: Send, session: Session, courier: Courier
) -> None:
    (message,) = send(Uncertain("silence"))
    administrator.submit(DECIDE, _ticked(message))
    courier.gateway.outcomes = [Uncertain("encore")]
    _deliver(app, courier)
    administrator.submit(DECIDE, _ticked(message))
    assert "Rien n’a changé" in administrator.get(OUTBOX).text
    assert _delivery(session, message).state == "uncertain"
    administrator.submit(DECIDE, _ticked(message, attempt=2))
    assert _delivery(session, message).state == "queued"


@pytest.mark.parametrize(
    ("decision", "during", "after"),
    [
        (("renvoyer", Uncertain("silence")), ("queued", 1), "uncertain"),
        (("abandonner", Uncertain("silence")), ("failed", 0), "uncertain"),
        (("renvoyer", Refused("550")), ("queued", 0), "failed"),
    ],
)
def test_a_decision_can_be_taken_back_until_the_message_leaves(
    request: pytest.FixtureRequest, session: Session, decision: tuple[str, Outcome],
    during: tuple[str, int], after: str,
) -> None:  # fmt: skip
    administrator, send = (request.getfixturevalue(name) for name in ("administrator", "send"))
    action, outcome = decision
    (message,) = send(outcome)
    administrator.submit(DECIDE, _ticked(message, action=action))
    delivery = _delivery(session, message)
    assert (delivery.state, delivery.resent) == during
    undo = f"{OUTBOX}/annuler?messages={message.id}"
    assert undo in administrator.get(OUTBOX).text
    administrator.submit(undo, {})
    delivery = _delivery(session, message)
    assert (delivery.state, delivery.resent, delivery.decided_by) == (after, 0, None)


@pytest.mark.parametrize("reason", [Reason.REFUSED, Reason.TOO_MANY_ATTEMPTS, Reason.STOPPED])
def test_what_is_taken_back_is_as_it_was(
    administrator: PageClient, send: Send, session: Session, reason: Reason
) -> None:
    outcome = Uncertain("silence") if reason is Reason.STOPPED else Refused("550")
    (message,) = send(outcome)
    before = _delivery(session, message)
    before.reason = reason
    session.flush()
    state, last = before.state, before.last_attempt
    for action in ("renvoyer", "abandonner"):
        administrator.submit(DECIDE, _ticked(message, action=action))
        assert _delivery(session, message).decided_by
        administrator.submit(f"{OUTBOX}/annuler?messages={message.id}", {})
        after = _delivery(session, message)
        assert (after.state, after.reason, after.last_attempt) == (state, reason, last)
        assert after.resent == 0


@pytest.mark.parametrize(("outcome", "resent"), [(Uncertain("silence"), 1), (Refused("550"), 0)])
def test_a_copy_that_may_be_the_second_is_counted_after_it_was_given_up(
    administrator: PageClient, send: Send, session: Session, outcome: Outcome, resent: int
) -> None:
    (message,) = send(outcome)
    administrator.submit(DECIDE, _ticked(message, action="abandonner"))
    administrator.submit(DECIDE, _ticked(message))
    delivery = _delivery(session, message)
    assert (delivery.state, delivery.resent) == ("queued", resent)
    administrator.submit(f"{OUTBOX}/annuler?messages={message.id}", {})
    delivery = _delivery(session, message)
    assert (delivery.state, delivery.reason, delivery.resent) == ("failed", Reason.GIVEN_UP, 0)


def test_what_failed_is_counted_until_somebody_decides(
    administrator: PageClient, send: Send
) -> None:
    (message,) = send(Refused("550"))
    for address in ("/", OUTBOX):
        page = administrator.get(address).text
        assert "Un message n’est pas parti" in page
        assert f"{OUTBOX}?etat=failed" in page
    administrator.submit(DECIDE, _ticked(message, action="abandonner"))
    for address in ("/", OUTBOX):
        assert "Un message n’est pas parti" not in administrator.get(address).text


def test_a_decision_cannot_be_taken_back_once_the_message_has_left(
    administrator: PageClient, app: Flask, send: Send, session: Session, courier: Courier
) -> None:
    (message,) = send(Uncertain("silence"))
    administrator.submit(DECIDE, _ticked(message))
    _deliver(app, courier)
    administrator.submit(f"{OUTBOX}/annuler?messages={message.id}", {})
    assert "Trop tard" in administrator.get(OUTBOX).text
    assert _delivery(session, message).state == "accepted"


def test_a_failed_message_is_tried_again_with_five_more_attempts(
    administrator: PageClient, app: Flask, send: Send, session: Session, courier: Courier
) -> None:
    (message,) = send(Refused("550"))
    assert "Réessayer" in administrator.get(f"{OUTBOX}/{message.id}").text
    administrator.submit(DECIDE, _ticked(message))
    courier.gateway.outcomes = [NotSent("451")]
    _deliver(app, courier)
    delivery = _delivery(session, message)
    assert (delivery.state, delivery.reason) == ("deferred", Reason.NOT_SENT)
    assert delivery.due_at is not None
    assert delivery.due_at - clock.now() <= timedelta(minutes=1)


def test_a_message_whose_link_has_expired_is_not_sent_again(
    administrator: PageClient, send: Send, session: Session
) -> None:
    (message,) = send(Uncertain("silence"), expires_at=clock.now() + timedelta(hours=1))
    session.get_one(OutboxMessage, message.id).expires_at = clock.now()
    session.flush()
    assert "Renvoyer" not in administrator.get(f"{OUTBOX}/{message.id}").text
    administrator.submit(DECIDE, _ticked(message))
    assert "leur lien a expiré" in administrator.get(OUTBOX).text
    assert _delivery(session, message).state == "uncertain"


def test_an_unknown_action_does_nothing(
    administrator: PageClient, send: Send, session: Session
) -> None:
    (message,) = send(Uncertain("silence"))
    administrator.submit(DECIDE, _ticked(message, action="effacer"))
    assert "Choisissez" in administrator.get(OUTBOX).text
    assert _delivery(session, message).state == "uncertain"


def test_where_a_relay_is_set_a_personal_link_is_for_its_reader_alone(
    administrator: PageClient, app: Flask, write: Post
) -> None:
    later = clock.now() + timedelta(hours=1)
    secret = write(text_body="Lien secret", expires_at=later)
    plain = write(text_body="Rien de secret")
    assert "Lien secret" in administrator.get(f"{OUTBOX}/{secret.id}").text
    assert "Aucun relais" in administrator.get(OUTBOX).text
    _set_relay(app)
    page = administrator.get(f"{OUTBOX}/{secret.id}").text
    assert "Lien secret" not in page
    assert "seule la personne qui le reçoit" in page
    assert "Rien de secret" in administrator.get(f"{OUTBOX}/{plain.id}").text
    assert "Aucun relais" not in administrator.get(OUTBOX).text


def _set_relay(app: Flask) -> None:
    mail = MailSettings.read({"CRM_MAIL_SMTP_HOST": "127.0.0.1"}, "test")
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], mail=mail)


def test_the_list_leaves_as_a_file_without_any_text(administrator: PageClient, send: Send) -> None:
    (message,) = send(Accepted("250 pris"), text_body="Le texte")
    sheet = administrator.get(f"{OUTBOX}/export.csv").text
    assert ";Objet;État;Réponse du relais;Destinataire;Essais" in sheet
    assert f"{message.id};" in sheet
    assert "Remis" in sheet
    assert "Le texte" not in sheet


def test_an_administrator_s_home_leads_to_what_must_be_decided(
    administrator: PageClient, send: Send
) -> None:
    assert "peut-être" not in administrator.get("/").text
    send(Uncertain("silence"), Uncertain("silence"))
    page = administrator.get("/").text
    assert "2 messages ont peut-être été envoyés" in page
    assert f"{OUTBOX}?etat=uncertain" in page


def test_only_administrators_decide(officer: PageClient, director: PageClient) -> None:
    for browser in (officer, director):
        assert browser.submit(DECIDE, {}).status_code == 403
        assert browser.submit(f"{OUTBOX}/annuler", {}).status_code == 403
        assert browser.get(f"{OUTBOX}/export.csv").status_code == 403


def test_a_message_that_came_back_says_why_and_since_when(
    administrator: PageClient, send: Send, session: Session
) -> None:
    (message,) = send(Accepted("250 pris"))
    token = _delivery(session, message).token
    for number, (kind, said) in enumerate(
        ((ReportKind.DEFERRED, "451 plus tard"), (ReportKind.BOUNCED, "550 <b>inconnu</b>"))
    ):
        heard = Report("mailbox", str(number), token, kind, clock.now(), said)
        report(session, [heard], now=clock.now())
    page = administrator.get(f"{OUTBOX}/{message.id}").text
    for words in (
        "Revenu", "l’adresse est-elle juste", "Nouvelles reçues depuis",
        "Retardé par la messagerie du destinataire", "451 plus tard",
        "550 &lt;b&gt;inconnu&lt;/b&gt;",
    ):  # fmt: skip
        assert words in page
    assert "Revenu (1)" in administrator.get(f"{OUTBOX}?etat=bounced&filtres=1").text


def test_every_report_and_state_has_its_words() -> None:
    assert set(REPORT_LABELS) == set(ReportKind)
    assert set(STATE_LABELS) == set(DeliveryState)
    assert set(REASON_SENTENCES) == set(Reason)
