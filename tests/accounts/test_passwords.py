"""Passwords changed and forgotten, and the links that let one choose them."""

import logging
import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from crm.accounts.models import PasswordToken, User, UserSession
from crm.accounts.operations.passwords import RESET_LIFETIME, issue_password_token
from crm.accounts.passwords import verify_password
from crm.accounts.sessions import open_session
from crm.accounts.views import passwords as views
from crm.mail.models import OutboxMessage
from tests.factories.accounts import PASSWORD, UserFactory

NEW = "un verger plein de cerfs-volants"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _no_padding(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(views, "ANSWER_SECONDS", 0)


@pytest.fixture
def member(session: Session) -> User:
    return UserFactory(signs_in=True)


def _log_in(client: FlaskClient, user: User, password: str = PASSWORD) -> int:
    sent = {"email": user.email, "password": password}
    return client.submit("/connexion", sent).status_code


def _ask(client: FlaskClient, email: str) -> TestResponse:
    return client.submit("/mot-de-passe-oublie", {"email": email})


def _links(session: Session) -> list[str]:
    bodies = session.scalars(select(OutboxMessage.text_body).order_by(OutboxMessage.id))
    return [link for body in bodies for link in re.findall(r"https?://\S+", body)]


def _path(link: str) -> str:
    return link.removeprefix("http://127.0.0.1:5000")


def _choose(client: FlaskClient, password: str = NEW) -> TestResponse:
    sent = {"new_password": password, "repeated_password": password}
    return client.submit("/mot-de-passe/choisir", sent)


def test_changing_ends_every_other_log_in(
    client: FlaskClient, session: Session, member: User
) -> None:
    _log_in(client, member)
    open_session(session, user_id=member.id, device="ailleurs")
    answer = client.submit(
        "/profil/mot-de-passe",
        {"current_password": PASSWORD, "new_password": NEW, "repeated_password": NEW},
    )
    assert (answer.status_code, answer.location) == (303, "/profil")
    assert client.get("/profil").status_code == 200
    left = session.scalars(select(UserSession).where(UserSession.user_id == member.id)).all()
    assert len(left) == 1
    fresh = session.get(User, member.id, populate_existing=True)
    assert verify_password(fresh.password_hash, NEW)
    notice = session.scalars(select(OutboxMessage)).one()
    assert notice.recipient == member.email
    assert "vient d’être changé" in notice.text_body


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"current_password": "faux mot de passe"}, "pas votre mot de passe actuel"),
        ({"new_password": "azertyuiop", "repeated_password": "azertyuiop"}, "trop courant"),
        ({"repeated_password": "autre chose encore"}, "pas les mêmes"),
    ],
)
def test_what_stops_a_change_is_said_and_nothing_secret_is_shown(
    client: FlaskClient, member: User, sent: dict[str, str], sentence: str
) -> None:
    _log_in(client, member)
    whole = {"current_password": PASSWORD, "new_password": NEW, "repeated_password": NEW}
    page = client.submit("/profil/mot-de-passe", whole | sent)
    assert page.status_code == 422
    assert sentence in page.text
    assert NEW not in page.text
    assert PASSWORD not in page.text


def test_a_reset_tells_nothing_of_who_exists(
    client: FlaskClient, session: Session, member: User
) -> None:
    closed = UserFactory(signs_in=True, is_active=False)
    answers = {
        (answer.status_code, answer.location)
        for email in (member.email, closed.email, "inconnue@ailleurs.example")
        for answer in [_ask(client, email)]
    }
    assert answers == {(303, "/mot-de-passe-oublie?envoye=1")}
    assert len(_links(session)) == 1
    assert "Si cette adresse est celle d’un compte" in client.get(answers.pop()[1]).text


def test_a_reset_changes_the_password_once_and_ends_every_log_in(
    client: FlaskClient, session: Session, member: User
) -> None:
    open_session(session, user_id=member.id, device="ailleurs")
    _ask(client, member.email.upper())
    (link,) = _links(session)
    assert link.startswith("http://127.0.0.1:5000/mot-de-passe/")
    opened = client.get(_path(link))
    assert (opened.status_code, opened.location) == (303, "/mot-de-passe/choisir")
    assert member.email in client.get(opened.location).text
    assert _choose(client).location == "/connexion"
    assert session.scalars(select(UserSession)).all() == []
    client.get(_path(link))
    assert _choose(client).status_code == 410
    assert client.get("/profil").status_code == 303
    assert _log_in(client, member, NEW) == 303


def test_a_weak_password_does_not_use_the_link_up(
    client: FlaskClient, session: Session, member: User
) -> None:
    _ask(client, member.email)
    client.get(_path(_links(session)[0]))
    page = _choose(client, "azertyuiop")
    assert page.status_code == 422
    assert "trop courant" in page.text
    assert _choose(client).status_code == 303


@pytest.mark.parametrize(("minutes", "status"), [(59, 200), (61, 410)])
def test_a_link_lives_an_hour(
    client: FlaskClient, session: Session, member: User, minutes: int, status: int
) -> None:
    with time_machine.travel(START, tick=False):
        _ask(client, member.email)
        client.get(_path(_links(session)[0]))
    with time_machine.travel(START + timedelta(minutes=minutes), tick=False):
        assert client.get("/mot-de-passe/choisir").status_code == status


def test_a_newer_link_and_a_changed_password_void_the_older_ones(
    client: FlaskClient, session: Session, member: User
) -> None:
    first, _ = issue_password_token(session, user_id=member.id, lifetime=RESET_LIFETIME)
    second, _ = issue_password_token(session, user_id=member.id, lifetime=RESET_LIFETIME)
    client.get(f"/mot-de-passe/{first}")
    assert client.get("/mot-de-passe/choisir").status_code == 410
    client.get(f"/mot-de-passe/{second}")
    assert client.get("/mot-de-passe/choisir").status_code == 200
    _log_in(client, member)
    client.submit(
        "/profil/mot-de-passe",
        {"current_password": PASSWORD, "new_password": NEW, "repeated_password": NEW},
    )
    client.get(f"/mot-de-passe/{second}")
    assert client.get("/mot-de-passe/choisir").status_code == 410


def test_a_reset_never_goes_around_the_second_factor(client: FlaskClient, session: Session) -> None:
    user = UserFactory(signs_in=True, totp_secret="graine")
    token, _ = issue_password_token(session, user_id=user.id, lifetime=RESET_LIFETIME)
    client.get(f"/mot-de-passe/{token}")
    assert _choose(client).status_code == 303
    answer = client.submit("/connexion", {"email": user.email, "password": NEW})
    assert answer.location.startswith("/connexion/code")
    assert client.get("/profil").status_code == 303


def test_the_database_holds_no_token(client: FlaskClient, session: Session, member: User) -> None:
    _ask(client, member.email)
    token = _links(session)[0].rpartition("/")[2]
    row = session.scalars(select(PasswordToken)).one()
    assert token not in row.token_hash


def test_one_account_gets_three_messages_an_hour_and_says_nothing_of_it(
    client: FlaskClient, session: Session, member: User
) -> None:
    statuses = [_ask(client, member.email).status_code for _ in range(4)]
    nobody = [_ask(client, "inconnue@ailleurs.example").status_code for _ in range(4)]
    assert statuses == nobody
    assert len(_links(session)) == 3


def test_a_forged_host_does_not_reach_the_link(
    client: FlaskClient, session: Session, member: User
) -> None:
    sent = {"email": member.email, "csrf_token": client.csrf_token()}
    client.post("/mot-de-passe-oublie", data=sent, headers={"X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in _links(session)[0]


def test_no_token_or_address_reaches_the_log_or_a_redirect(
    client: FlaskClient, session: Session, member: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    asked = _ask(client, member.email)
    token = _links(session)[0].rpartition("/")[2]
    opened = client.get(f"/mot-de-passe/{token}")
    chosen = _choose(client)
    told = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    told += asked.location + opened.location + chosen.location
    for secret in (member.email, member.name, token, NEW):
        assert secret not in told
