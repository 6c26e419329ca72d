"""One's own profile, and who may open what."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from crm.accounts.models import User, UserSession
from crm.accounts.permissions import Role, permissions_of
from crm.accounts.sessions import open_session
from crm.mail.models import OutboxMessage
from crm.web.access import Permission, Reach, access_of
from tests.factories.accounts import PASSWORD, UserFactory
from tests.support.people import sign_in

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
OURS = ("accounts.", "users.", "outbox.")
# One ends the log-in that the walk needs; the other sends those without a first step back to it.
ELSEWHERE = {"accounts.logout", "accounts.login_code"}


def test_own_log_ins_are_listed_and_closed_one_by_one(
    officer: FlaskClient, session: Session
) -> None:
    for device in ("Firefox · Linux", "Safari · iPhone"):
        open_session(session, user_id=officer.user.id, device=device)
    page = officer.get("/profil").text
    assert "Firefox · Linux" in page
    assert "Safari · iPhone" in page
    other = session.scalars(
        select(UserSession).where(UserSession.device == "Safari · iPhone")
    ).one()
    officer.submit(f"/profil/connexions/{other.id}/fermer", {})
    assert "Safari · iPhone" not in officer.get("/profil").text
    officer.submit("/profil/connexions/fermer", {})
    assert "Firefox · Linux" not in officer.get("/profil").text


def test_someone_elses_log_in_stays(officer: FlaskClient, session: Session) -> None:
    other = UserFactory()
    open_session(session, user_id=other.id, device="ailleurs")
    row = session.scalars(select(UserSession).where(UserSession.user_id == other.id)).one()
    officer.submit(f"/profil/connexions/{row.id}/fermer", {})
    assert session.scalars(select(UserSession).where(UserSession.user_id == other.id)).all()


def test_a_new_address_asks_for_the_password_after_a_while(
    client: FlaskClient, session: Session
) -> None:
    user = UserFactory(signs_in=True, email="avant@reseau.example")
    with time_machine.travel(START, tick=False):
        client.submit("/connexion", {"email": user.email, "password": PASSWORD})
    with time_machine.travel(START + timedelta(minutes=11), tick=False):
        sent = {"email": "apres@reseau.example"}
        page = client.submit("/profil/adresse", sent)
        assert page.status_code == 422
        assert 'value="apres@reseau.example"' in page.text
        wrong = client.submit("/profil/adresse", sent | {"current_password": "faux"})
        assert "pas votre mot de passe actuel" in wrong.text
        right = client.submit("/profil/adresse", sent | {"current_password": PASSWORD})
        assert right.status_code == 303
    assert session.get(User, user.id, populate_existing=True).email == "apres@reseau.example"
    assert session.scalars(select(OutboxMessage.recipient)).one() == "avant@reseau.example"


@pytest.mark.parametrize(
    ("hours_between", "times", "status"),
    [(11, 3, 200), (13, 1, 303), (11, 32, 303)],
    ids=["in use", "idle", "too old"],
)
def test_a_log_in_ends_when_idle_and_after_two_weeks(
    client: FlaskClient, session: Session, hours_between: int, times: int, status: int
) -> None:
    with time_machine.travel(START, tick=False):
        sign_in(client, session, "officer")
    for step in range(1, times + 1):
        with time_machine.travel(START + timedelta(hours=hours_between * step), tick=False):
            answer = client.get("/profil")
    assert answer.status_code == status


def _address(app: Flask, rule: Rule) -> str:
    values = {name: "csv" if name == "extension" else 1 for name in rule.arguments}
    return app.url_map.bind("").build(rule.endpoint, values)


@pytest.mark.parametrize("role", [*Role, None], ids=str)
def test_every_route_by_every_role(
    client: FlaskClient, session: Session, app: Flask, role: Role | None
) -> None:
    wrong = []
    for rule in sorted(app.url_map.iter_rules(), key=str):
        if not rule.endpoint.startswith(OURS) or rule.endpoint in ELSEWHERE:
            continue
        access = access_of(app.view_functions[rule.endpoint])
        if role:
            sign_in(client, session, role)
        address = _address(app, rule)
        for method in sorted(rule.methods & {"GET", "POST"}):
            answer = client.get(address) if method == "GET" else client.submit(address, {})
            if _expected(access, role, method) != _kind(answer):
                wrong.append((method, rule.rule, answer.status_code))
    assert wrong == []


def _expected(access: Permission | Reach, role: Role | None, method: str) -> str:
    if access is Reach.PUBLIC:
        return "answered"
    if role is None:
        return "sent to log in" if method == "GET" else "log-in page"
    if isinstance(access, Permission) and access not in permissions_of(role):
        return "refused"
    return "answered"


def _kind(answer: TestResponse) -> str:
    if answer.status_code == 403:
        return "refused"
    if answer.status_code == 401:
        return "log-in page"
    if answer.status_code == 303 and answer.location.startswith("/connexion?next="):
        return "sent to log in"
    return "answered"
