"""The second factor: enrolled, asked for, used once, lost."""

import re
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from crm.accounts import keys
from crm.accounts.models import RecoveryCode, User
from crm.accounts.operations.second_factor import turn_on
from crm.mail.models import OutboxMessage
from tests.factories.accounts import PASSWORD, UserFactory

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def member(session: Session) -> User:
    return UserFactory(signs_in=True)


@pytest.fixture
def careful(session: Session, app: Flask) -> User:
    user = UserFactory(signs_in=True)
    with app.app_context():
        user.spare_codes = turn_on(session, user_id=user.id, seed="graine", counter=0)
        user.secret = keys.totp_secret("graine")
    return user


def _password_step(client: FlaskClient, user: User, **more: str) -> TestResponse:
    return client.submit("/connexion", {"email": user.email, "password": PASSWORD} | more)


def _code_step(client: FlaskClient, code: str, **more: str) -> TestResponse:
    return client.submit("/connexion/code", {"code": code} | more)


def _code(user: User) -> str:
    return pyotp.TOTP(user.secret).at(datetime.now(UTC))


def test_enrolment_asks_for_a_code_and_shows_the_spare_ones_once(
    client: FlaskClient, session: Session, member: User
) -> None:
    _password_step(client, member)
    page = client.get("/profil/second-facteur")
    assert 'src="data:image/svg+xml' in page.text
    secret = re.search(r"<code>([A-Z2-7 ]+)</code>", page.text).group(1).replace(" ", "")
    wrong = client.submit("/profil/second-facteur", {"code": "000000"})
    assert wrong.status_code == 422
    assert secret in wrong.text.replace(" ", "")
    done = client.submit("/profil/second-facteur", {"code": pyotp.TOTP(secret).now()})
    codes = re.findall(r"<code>([a-z2-7-]{29})</code>", done.text)
    assert (done.status_code, len(codes)) == (200, 10)
    assert codes[0] not in client.get("/profil/second-facteur").text
    stored = session.get(User, member.id, populate_existing=True)
    assert stored.totp_secret
    assert secret not in stored.totp_secret
    assert codes[0].replace("-", "") not in session.scalars(select(RecoveryCode.code_hash)).all()
    notice = session.scalars(select(OutboxMessage.text_body)).one()
    assert "deux étapes vient d’être activée" in notice


def test_a_password_alone_opens_nothing(client: FlaskClient, careful: User) -> None:
    answer = _password_step(client, careful, next="/structures")
    assert (answer.status_code, answer.location) == (303, "/connexion/code?next=/structures")
    assert client.get("/profil").status_code == 303
    assert client.get(answer.location).status_code == 200
    done = _code_step(client, _code(careful), next="/structures")
    assert (done.status_code, done.location) == (303, "/structures")
    assert client.get("/profil").status_code == 200


def test_a_code_serves_once(client: FlaskClient, careful: User) -> None:
    with time_machine.travel(START, tick=False):
        code = _code(careful)
        _password_step(client, careful)
        assert _code_step(client, code).status_code == 303
        client.submit("/deconnexion", {})
        _password_step(client, careful)
        refused = _code_step(client, code)
        assert refused.status_code == 422
        assert "déjà servi" in refused.text


def test_a_spare_code_serves_once(client: FlaskClient, careful: User) -> None:
    code = careful.spare_codes[3]
    _password_step(client, careful)
    assert _code_step(client, code.upper().replace("-", " ")).status_code == 303
    client.submit("/deconnexion", {})
    _password_step(client, careful)
    assert _code_step(client, code).status_code == 422


def test_codes_are_throttled(client: FlaskClient, careful: User) -> None:
    _password_step(client, careful)
    statuses = [_code_step(client, "000000").status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    assert _code_step(client, _code(careful)).status_code == 429


def test_the_second_step_is_open_for_five_minutes(client: FlaskClient, careful: User) -> None:
    with time_machine.travel(START, tick=False):
        _password_step(client, careful)
    with time_machine.travel(START + timedelta(minutes=6), tick=False):
        assert _code_step(client, _code(careful)).status_code == 401
        assert client.get("/profil").status_code == 303


def test_without_a_first_step_there_is_no_second(client: FlaskClient) -> None:
    answer = client.get("/connexion/code")
    assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/connexion")


def test_a_changed_password_closes_the_second_step(
    client: FlaskClient, session: Session, careful: User
) -> None:
    _password_step(client, careful)
    careful.password_hash = "changed"
    session.flush()
    assert _code_step(client, _code(careful)).status_code == 401


def test_what_was_typed_crosses_both_steps(client: FlaskClient, careful: User) -> None:
    kept = {"kept-name": "Amis de Lens", "next": "/structures/nouvelle"}
    page = _password_step(client, careful, **kept)
    assert page.status_code == 200
    assert 'name="kept-name" value="Amis de Lens"' in page.text
    done = _code_step(client, _code(careful), **kept)
    assert done.location == "/structures/nouvelle"


def test_turning_it_off_asks_for_the_password_again_after_ten_minutes(
    client: FlaskClient, session: Session, careful: User
) -> None:
    with time_machine.travel(START, tick=False):
        _password_step(client, careful)
        _code_step(client, _code(careful))
    with time_machine.travel(START + timedelta(minutes=11), tick=False):
        refused = client.submit("/profil/second-facteur/retirer", {})
        assert refused.status_code == 422
        assert "Donnez votre mot de passe" in refused.text
        sent = {"current_password": PASSWORD}
        assert client.submit("/profil/second-facteur/retirer", sent).status_code == 303
    assert session.get(User, careful.id, populate_existing=True).totp_secret is None
    assert session.scalars(select(RecoveryCode)).all() == []


def test_new_spare_codes_replace_the_former(
    client: FlaskClient, session: Session, careful: User
) -> None:
    _password_step(client, careful)
    _code_step(client, _code(careful))
    page = client.submit("/profil/second-facteur/codes", {})
    assert len(re.findall(r"<code>[a-z2-7-]{29}</code>", page.text)) == 10
    client.submit("/deconnexion", {})
    _password_step(client, careful)
    assert _code_step(client, careful.spare_codes[0]).status_code == 422
