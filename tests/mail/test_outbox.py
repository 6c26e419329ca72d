"""The outbox: written once, emptied of its secrets, read by those in charge."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import Connection, select, text
from sqlalchemy.orm import Session

from crm.mail.models import OutboxMessage
from crm.mail.outbox import post, purge_expired
from tests.support.queries import explained

OUTBOX = "/administration/messages"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def _post(session: Session, key: str, **more: object) -> OutboxMessage:
    values = {
        "recipient": "ninon@reseau.example",
        "subject": f"Objet {key}",
        "text_body": f"Texte {key}",
        "html_body": f"<p>Mise en forme {key}</p>",
    }
    return post(session, unique_key=key, **(values | more))


def test_a_message_is_written_once(session: Session) -> None:
    assert _post(session, "a").id == _post(session, "a", subject="Autre").id
    assert session.scalars(select(OutboxMessage.subject)).all() == ["Objet a"]


@pytest.mark.parametrize("field", ["recipient", "subject"])
def test_a_header_has_one_line(session: Session, field: str) -> None:
    with pytest.raises(ValueError, match="line break"):
        _post(session, "a", **{field: "x@y.example\r\nBcc: z@y.example"})


def test_a_secret_goes_when_it_has_expired(session: Session) -> None:
    with time_machine.travel(START, tick=False):
        secret = _post(session, "secret", expires_at=START + timedelta(hours=1))
        plain = _post(session, "plain")
    with time_machine.travel(START + timedelta(hours=2), tick=False):
        _post(session, "later")
    session.expire_all()
    assert (secret.text_body, secret.html_body) == ("", "")
    assert plain.text_body == "Texte plain"


def test_the_list_is_the_newest_first_and_leads_to_the_text(
    administrator: FlaskClient, session: Session
) -> None:
    messages = [_post(session, key) for key in ("un", "deux")]
    page = administrator.get(OUTBOX).text
    assert page.index("Objet deux") < page.index("Objet un")
    shown = administrator.get(f"{OUTBOX}/{messages[0].id}")
    assert "Texte un" in shown.text
    assert "<p>Mise en forme un</p>" not in shown.text
    assert administrator.get(f"{OUTBOX}/999999").status_code == 404


def test_pages_hold_fifty(administrator: FlaskClient, session: Session) -> None:
    for number in range(51):
        _post(session, f"n{number:02}")
    first = administrator.get(OUTBOX).text
    assert "Objet n50" in first
    assert "Objet n00" not in first
    assert "apres=" in first


def test_the_list_is_searched(administrator: FlaskClient, session: Session) -> None:
    _post(session, "un", recipient="karim@reseau.example")
    _post(session, "deux")
    found = administrator.get(f"{OUTBOX}?q=KARIM").text
    assert "Objet un" in found
    assert "Objet deux" not in found


def test_an_expired_secret_is_not_shown_even_before_it_is_purged(
    administrator: FlaskClient, session: Session
) -> None:
    message = _post(session, "secret", expires_at=datetime.now(UTC) - timedelta(seconds=1))
    page = administrator.get(f"{OUTBOX}/{message.id}")
    assert "Texte secret" not in page.text
    assert "a expiré" in page.text


def test_emptying_what_expired_reads_an_index(session: Session, connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        session.execute(text("SET LOCAL enable_seqscan = off"))  # so few rows need no index
    with explained(connection) as plans:
        purge_expired(session)
    assert "ix_outbox_message_expires_at" in plans[-1]
