"""From a page to the mailbox: what people asked for arrives, whole, by a real relay."""

from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from crm.config import MailSettings, Settings
from crm.mail.delivering import Courier
from crm.mail.gateways.smtp import SmtpGateway
from crm.mail.models import Delivery
from tests.factories.accounts import UserFactory
from tests.support.client import PageClient
from tests.support.sinks import Sink, running_sink


def _deliver(app: Flask, port: int) -> None:
    settings: Settings = app.config["SETTINGS"]
    relay = {"CRM_MAIL_SMTP_HOST": "127.0.0.1", "CRM_MAIL_SMTP_PORT": str(port)}
    mail = MailSettings.read(relay | {"CRM_MAIL_SMTP_SECURITY": "none"}, "test")
    app.config["SETTINGS"] = replace(settings, mail=mail)
    with app.app_context():
        courier = Courier(gateway=SmtpGateway(mail), settings=mail, sender_name="Réseau d’essai")
        courier.deliver_waiting()
        courier.stop()


def _only_message(sink: Sink) -> tuple[str, str]:
    (message,) = sink.messages
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content_type() == "multipart/alternative"
    text, html = message.iter_parts()
    assert html["Content-Type"].startswith("text/html")
    return text.get_content(), html.get_content()


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_a_forgotten_password_s_link_arrives(
    app: Flask, client: FlaskClient, session: Session, locale: str
) -> None:
    member = UserFactory(signs_in=True, locale=locale)
    session.flush()
    with running_sink() as (sink, port):
        client.submit("/mot-de-passe-oublie", {"email": member.email})
        assert sink.envelopes == []
        _deliver(app, port)
        text, html = _only_message(sink)
    link = next(word for word in text.split() if word.startswith("http"))
    assert f'href="{link}"' in html
    assert member.name in text
    page = client.get(link.partition("5000")[2], follow_redirects=True)
    assert page.status_code == 200
    assert 'type="password"' in page.text


def test_an_invitation_arrives_and_the_outbox_says_so(
    app: Flask, administrator: PageClient, session: Session
) -> None:
    form = {"name": "Ninon Exemple", "email": "ninon@reseau.example", "role": "officer"}
    with running_sink() as (sink, port):
        administrator.submit("/administration/utilisateurs/nouveau", form)
        _deliver(app, port)
        text, _html = _only_message(sink)
        assert sink.envelopes[0].rcpt_tos == ["ninon@reseau.example"]
    assert "Ninon Exemple" in text
    session.expire_all()
    page = administrator.get("/administration/messages").text
    assert "Remis" in page
    assert "250 taken" in page
    assert session.query(Delivery).one().attempt == 1
