"""Signing in and out: what strangers learn, what a cookie opens, what goes along."""

import logging
import re
from unittest.mock import patch

import pytest
from argon2.exceptions import VerifyMismatchError
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from crm import create_app
from crm.accounts.drafts import find_draft
from crm.accounts.models import LoginAttempt, User, UserSession
from crm.config import Settings
from tests.factories.accounts import PASSWORD, UserFactory
from tests.support.people import sign_in


@pytest.fixture
def member(session: Session) -> User:
    return UserFactory(signs_in=True)


def _log_in(client: FlaskClient, user: User, password: str = PASSWORD, **more: str) -> TestResponse:
    return client.submit("/connexion", {"email": user.email, "password": password} | more)


def test_the_right_password_opens_and_goes_where_one_wanted_to_go(
    client: FlaskClient, member: User
) -> None:
    refused = client.get("/structures?q=lille")
    assert refused.status_code == 303
    page = client.get(refused.location)
    assert 'value="/structures?q=lille"' in page.text
    answer = _log_in(client, member, next="/structures?q=lille")
    assert (answer.status_code, answer.location) == (303, "/structures?q=lille")
    assert client.get("/profil").status_code == 200


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:alert(1)"]
)
def test_next_never_leads_to_another_site(client: FlaskClient, member: User, target: str) -> None:
    assert _log_in(client, member, next=target).location == "/"


def test_an_unknown_person_a_wrong_password_and_a_closed_account_look_the_same(
    client: FlaskClient, session: Session, member: User
) -> None:
    closed = UserFactory(signs_in=True, is_active=False)
    invited = UserFactory()
    stranger = UserFactory.build(email="inconnue@ailleurs.example")
    pages = set()
    with patch("crm.accounts.passwords.HASHER") as hasher:
        hasher.verify.side_effect = VerifyMismatchError
        hasher.hash.return_value = "nobody"
        for person in (member, closed, invited, stranger):
            answer = _log_in(client, person, "tout autre chose")
            text = answer.text.replace(person.email, "…")
            pages.add((answer.status_code, re.sub(r'name="csrf_token"[^>]*', "", text)))
    assert hasher.verify.call_count == 4
    assert len(pages) == 1
    assert next(iter(pages))[0] == 422
    assert "Adresse ou mot de passe incorrect" in next(iter(pages))[1]


def test_a_cookie_opens_nothing_after_log_out(client: FlaskClient, member: User) -> None:
    _log_in(client, member)
    with client.session_transaction() as cookie:
        stolen = dict(cookie)
    assert client.submit("/deconnexion", {}).status_code == 303
    with client.session_transaction() as cookie:
        cookie.clear()
        cookie.update(stolen)
    assert client.get("/profil").status_code == 303


def test_logging_in_gives_a_new_cookie(client: FlaskClient, member: User) -> None:
    with client.session_transaction() as cookie:
        cookie["planted"] = "by someone else"
    _log_in(client, member)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie


def test_a_form_without_its_protection_token_is_refused_and_offered_again(
    officer: FlaskClient,
) -> None:
    answer = officer.post("/profil", data={"name": "Ninon Exemple"})
    assert answer.status_code == 400
    assert 'name="name" value="Ninon Exemple"' in answer.text
    assert "Renvoyer" in answer.text
    assert client_login_without_token(officer) == 400


def client_login_without_token(client: FlaskClient) -> int:
    return client.post("/connexion", data={"email": "a@b.example", "password": "x"}).status_code


def test_another_host_name_is_refused(client: FlaskClient) -> None:
    assert client.get("/connexion", headers={"Host": "evil.example"}).status_code == 400


def test_cookies_are_out_of_reach_of_scripts_and_other_sites(
    client: FlaskClient, member: User
) -> None:
    cookies = _log_in(client, member).headers.getlist("Set-Cookie")
    assert cookies
    assert all("HttpOnly" in each and "SameSite=Lax" in each for each in cookies)


def test_in_production_cookies_are_secure_and_bound_to_the_host(settings: Settings) -> None:
    application = create_app(
        Settings.read(
            {
                "CRM_MODE": "production",
                "CRM_SECRET_KEY": "0123456789" * 4,
                "DATABASE_URL": settings.database_url,
                "CRM_DATA_DIRECTORY": str(settings.data_directory),
                "CRM_HOST_NAMES": "reseau.example",
                "CRM_BASE_URL": "https://reseau.example",
                "CRM_MAIL_SENDER": "crm@reseau.example",
            }
        )
    )
    answer = application.test_client().get("/connexion", base_url="https://reseau.example")
    (cookie,) = answer.headers.getlist("Set-Cookie")
    assert cookie.startswith("__Host-passerelle=")
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


class TestFormsAcrossAnExpiredLogIn:
    def test_what_was_typed_comes_back_as_a_draft(
        self, client: FlaskClient, session: Session, member: User
    ) -> None:
        sent = [("name", "Amis de Lens"), ("themes", "1"), ("themes", "2"), ("password", "x")]
        page = client.submit("/structures/nouvelle", sent)
        assert page.status_code == 401
        assert 'name="kept-name" value="Amis de Lens"' in page.text
        assert 'name="next" type="hidden" value="/structures/nouvelle"' in page.text
        assert "kept-password" not in page.text
        answer = _log_in_with_kept(client, member, page.text)
        assert (answer.status_code, answer.location) == (303, "/structures/nouvelle")
        draft = find_draft(session, user_id=member.id, form_key="/structures/nouvelle")
        assert draft is not None
        assert [tuple(pair) for pair in draft.payload] == sent[:3]

    def test_a_wrong_password_does_not_lose_it(self, client: FlaskClient, member: User) -> None:
        kept = {"kept-name": "Amis de Lens", "next": "/structures/nouvelle"}
        page = _log_in(client, member, "faux mot de passe", **kept)
        assert page.status_code == 422
        assert 'name="kept-name" value="Amis de Lens"' in page.text

    def test_nor_does_an_expired_log_in_page(self, client: FlaskClient) -> None:
        page = client.post("/connexion", data={"email": "a@b.example", "kept-note": "Ma note"})
        assert page.status_code == 400
        assert 'name="kept-note" value="Ma note"' in page.text


def _log_in_with_kept(client: FlaskClient, user: User, page: str) -> TestResponse:
    hidden = re.findall(r'name="(kept-[^"]*|next)"(?: type="hidden")? value="([^"]*)"', page)
    return client.submit("/connexion", [*hidden, ("email", user.email), ("password", PASSWORD)])


class TestThrottle:
    def test_one_account_from_one_address(self, client: FlaskClient, member: User) -> None:
        statuses = [_log_in(client, member, "faux").status_code for _ in range(6)]
        assert statuses == [422] * 5 + [429]
        refused = _log_in(client, member)
        assert refused.status_code == 429
        assert int(refused.headers["Retry-After"]) > 0
        assert "pas bloqué" in refused.text

    def test_an_unknown_account_is_throttled_alike(self, client: FlaskClient) -> None:
        nobody = UserFactory.build(email="inconnue@ailleurs.example")
        statuses = [_log_in(client, nobody, "faux").status_code for _ in range(6)]
        assert statuses == [422] * 5 + [429]

    def test_one_address_on_every_account(self, client: FlaskClient, member: User) -> None:
        with patch("crm.accounts.signing_in.verify_password", return_value=False):
            for number in range(30):
                _log_in(client, UserFactory.build(email=f"cible{number}@reseau.example"), "faux")
        assert _log_in(client, member).status_code == 429
        elsewhere = {"REMOTE_ADDR": "203.0.113.9"}
        token = client.csrf_token()
        data = {"email": member.email, "password": PASSWORD, "csrf_token": token}
        answer = client.post("/connexion", data=data, environ_overrides=elsewhere)
        assert answer.status_code == 303

    def test_being_right_forgets_the_failures(
        self, client: FlaskClient, session: Session, member: User
    ) -> None:
        for _ in range(4):
            _log_in(client, member, "faux")
        assert _log_in(client, member).status_code == 303
        assert session.scalar(select(func.count()).select_from(LoginAttempt)) == 0

    def test_neither_account_nor_address_is_kept_in_clear(
        self, client: FlaskClient, session: Session, member: User
    ) -> None:
        _log_in(client, member, "faux")
        attempt = session.scalars(select(LoginAttempt)).one()
        assert member.email not in (attempt.account_key, attempt.address_key)
        assert re.fullmatch("[0-9a-f]{64}", attempt.address_key)


def test_no_person_password_or_token_reaches_the_log(
    client: FlaskClient, member: User, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    _log_in(client, member, "mon-faux-secret")
    _log_in(client, member)
    with client.session_transaction() as cookie:
        token = cookie["_user_id"]
    client.get("/profil")
    client.submit("/deconnexion", {})
    log = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    assert "login" in log
    for secret in (member.name, member.email, PASSWORD, "mon-faux-secret", token):
        assert secret not in log


def test_someone_elses_draft_cannot_be_read(client: FlaskClient, session: Session) -> None:
    sign_in(client, session, "officer")
    owner = client.user
    address = "/brouillons?formulaire=/seances/nouvelle"
    kept = client.submit(address, {"note": "Confidence", "password": "x"})
    assert kept.status_code == 204
    sign_in(client, session, "officer")
    assert find_draft(session, user_id=client.user.id, form_key="/seances/nouvelle") is None
    client.submit("/brouillons/jeter", {"formulaire": "/seances/nouvelle"})
    draft = find_draft(session, user_id=owner.id, form_key="/seances/nouvelle")
    assert draft is not None
    assert draft.payload == [["note", "Confidence"]]


@pytest.mark.parametrize("address", ["/brouillons", "/brouillons?formulaire=//evil.example"])
def test_a_draft_belongs_to_a_form_of_ours(officer: FlaskClient, address: str) -> None:
    assert officer.submit(address, {"note": "x"}).status_code == 422


def test_a_profile_form_changes_no_role(officer: FlaskClient, session: Session) -> None:
    forged = {"role": "administrator", "is_active": "", "id": "1", "email": "x@y.example"}
    chosen = {"name": "Ninon Exemple", "theme": "dark", "locale": "en"}
    assert officer.submit("/profil", forged | chosen).status_code == 303
    assert officer.submit("/preferences", forged | {"theme": "dark"}).status_code == 303
    user = session.get(User, officer.user.id, populate_existing=True)
    assert (user.name, user.locale, user.theme) == ("Ninon Exemple", "en", "dark")
    assert (user.role, user.is_active) == ("officer", True)
    assert user.email != "x@y.example"


def test_a_name_is_necessary(officer: FlaskClient) -> None:
    page = officer.submit("/profil", {"name": " ", "locale": "fr", "theme": "auto"})
    assert page.status_code == 422
    assert "Écrivez un nom" in page.text


def test_preferences_stay_on_the_page(officer: FlaskClient, session: Session) -> None:
    sent = {"theme": "dark", "locale": "fr", "next": "/structures"}
    answer = officer.submit("/preferences", sent)
    assert (answer.status_code, answer.location) == (303, "/structures")
    assert officer.submit("/preferences", sent | {"theme": "neon"}).status_code == 422


def test_each_log_in_has_a_row_of_its_own(
    client: FlaskClient, session: Session, member: User
) -> None:
    _log_in(client, member)
    row = session.scalars(select(UserSession).where(UserSession.user_id == member.id)).one()
    with client.session_transaction() as cookie:
        assert row.token_hash != cookie["_user_id"]
