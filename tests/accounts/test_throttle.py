"""Guessing is slowed down; the person in their right is not kept out."""

from datetime import UTC, datetime, timedelta
from unittest.mock import patch

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.accounts.drafts import find_draft
from crm.accounts.models import LoginAttempt, User
from tests.factories.accounts import PASSWORD, UserFactory

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


@pytest.fixture
def member(session: Session) -> User:
    return UserFactory(signs_in=True)


def _from(client: FlaskClient, address: str, user: User, password: str = PASSWORD) -> int:
    data = {"email": user.email, "password": password, "csrf_token": client.csrf_token()}
    overrides = {"REMOTE_ADDR": address}
    return client.post("/connexion", data=data, environ_overrides=overrides).status_code


def _hammer(client: FlaskClient, user: User) -> None:
    """Fail five times from each of four addresses: the whole account's share."""
    with patch("crm.accounts.signing_in.verify_password", return_value=False):
        for number in range(20):
            _from(client, f"198.51.100.{number // 5}", user, "faux")


def test_another_address_may_still_log_in(client: FlaskClient, member: User) -> None:
    statuses = [_from(client, "198.51.100.1", member, "faux") for _ in range(6)]
    assert statuses == [422] * 5 + [429]
    assert _from(client, "203.0.113.9", member) == 303


def test_a_known_browser_is_not_kept_out_by_a_crowd(client: FlaskClient, member: User) -> None:
    assert _from(client, "203.0.113.9", member) == 303
    client.submit("/deconnexion", {})
    crowd = client.application.test_client()
    _hammer(crowd, member)
    assert _from(crowd, "198.51.100.77", member) == 429
    assert _from(client, "203.0.113.9", member) == 303


def test_a_known_browser_is_known_for_its_own_account_only(
    client: FlaskClient, session: Session, member: User
) -> None:
    _from(client, "203.0.113.9", UserFactory(signs_in=True))
    client.submit("/deconnexion", {})
    _hammer(client.application.test_client(), member)
    assert _from(client, "203.0.113.9", member) == 429


def test_nobody_waits_for_good_and_attempts_go_by_themselves(
    client: FlaskClient, session: Session, member: User
) -> None:
    with time_machine.travel(START, tick=False):
        for _ in range(6):
            _from(client, "198.51.100.1", member, "faux")
    with time_machine.travel(START + timedelta(seconds=31), tick=False):
        assert _from(client, "198.51.100.1", member) == 303
    with time_machine.travel(START + timedelta(days=2), tick=False):
        _from(client, "198.51.100.2", UserFactory.build(email="x@y.example"), "faux")
    assert session.scalar(select(func.count()).select_from(LoginAttempt)) == 1


def test_a_form_without_a_page_of_its_own_is_offered_again(
    client: FlaskClient, session: Session, member: User
) -> None:
    page = client.submit("/brouillons/jeter", {"formulaire": "/structures/nouvelle"})
    assert page.status_code == 401
    sent = {
        "email": member.email,
        "password": PASSWORD,
        "next": "/brouillons/jeter",
        "kept-formulaire": "/structures/nouvelle",
    }
    answer = client.submit("/connexion", sent)
    assert answer.status_code == 200
    assert 'action="/brouillons/jeter"' in answer.text
    assert 'name="formulaire" value="/structures/nouvelle"' in answer.text
    assert find_draft(session, user_id=member.id, form_key="/brouillons/jeter") is None


def test_fields_sent_by_another_site_are_not_kept(client: FlaskClient) -> None:
    sent = {"name": "Texte d’ailleurs"}
    page = client.post(
        "/structures/nouvelle", data=sent, headers={"Origin": "https://evil.example"}
    )
    assert page.status_code == 401
    assert "Texte d’ailleurs" not in page.text


def test_a_fragment_asked_for_after_expiry_reloads_the_page(client: FlaskClient) -> None:
    for method in (client.get, client.post):
        answer = method("/structures/nouvelle", headers={"HX-Request": "true"})
        assert (answer.status_code, answer.headers["HX-Refresh"]) == (204, "true")
