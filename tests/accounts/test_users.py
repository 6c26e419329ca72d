"""The team's accounts on screen and by command."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import Connection, event, select
from sqlalchemy.orm import Session

from crm.accounts.cli import users as commands
from crm.accounts.models import User, UserSession
from crm.accounts.operations.users import deactivate_user, update_user
from crm.accounts.sessions import open_session
from crm.core.errors import RuleError
from crm.mail.models import OutboxMessage
from tests.factories.accounts import PASSWORD, UserFactory

USERS = "/administration/utilisateurs"


def _changed(user: User, **values: str) -> dict[str, str]:
    now = {"name": user.name, "email": user.email, "role": user.role, "version": str(user.version)}
    return now | values


def _reread(session: Session, user: User) -> User:
    return session.get(User, user.id, populate_existing=True)


def test_an_invitation_leads_to_a_password_and_a_log_in(
    administrator: FlaskClient, session: Session
) -> None:
    sent = {"name": "Ninon Exemple", "email": "Ninon@reseau.example", "role": "officer"}
    answer = administrator.submit(f"{USERS}/nouveau", sent)
    assert answer.status_code == 303
    message = session.scalars(select(OutboxMessage)).one()
    assert message.recipient == "Ninon@reseau.example"
    link = re.search(r"http://127.0.0.1:5000(/mot-de-passe/\S+)", message.text_body).group(1)
    guest = administrator.application.test_client()
    assert guest.get(link).status_code == 303
    password = "un verger plein de cerfs-volants"
    guest.submit("/mot-de-passe/choisir", {"new_password": password, "repeated_password": password})
    sent = {"email": "ninon@reseau.example", "password": password}
    assert guest.submit("/connexion", sent).status_code == 303


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({"email": "pas une adresse"}, "pas complète"),
        ({"name": " "}, "nom"),
        ({"role": "emperor"}, "valid"),
    ],
)
def test_a_wrong_value_is_said_and_the_rest_is_kept(
    administrator: FlaskClient, sent: dict[str, str], sentence: str
) -> None:
    whole = {"name": "Ninon Exemple", "email": "ninon@reseau.example", "role": "officer"}
    page = administrator.submit(f"{USERS}/nouveau", whole | sent)
    assert page.status_code == 422
    assert sentence in page.text
    assert (whole | sent)["email"] in page.text


def test_an_address_belongs_to_one_account(administrator: FlaskClient, session: Session) -> None:
    known = UserFactory()
    sent = {"name": "Ninon", "email": known.email.upper(), "role": "officer"}
    page = administrator.submit(f"{USERS}/nouveau", sent)
    assert page.status_code == 422
    assert "déjà celle d’un compte" in page.text


def test_a_change_of_address_tells_the_former_one(
    administrator: FlaskClient, session: Session
) -> None:
    user = UserFactory(email="avant@reseau.example")
    sent = _changed(user, email="apres@reseau.example", role="director")
    assert administrator.submit(f"{USERS}/{user.id}", sent).status_code == 303
    changed = _reread(session, user)
    assert (changed.email, changed.email_key, changed.role) == (
        "apres@reseau.example",
        "apres@reseau.example",
        "director",
    )
    notice = session.scalars(select(OutboxMessage)).one()
    assert notice.recipient == "avant@reseau.example"


def test_a_new_role_asks_for_the_password_after_a_while(
    client: FlaskClient, session: Session
) -> None:
    chief = UserFactory(signs_in=True, role="administrator")
    user = UserFactory()
    start = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    with time_machine.travel(start, tick=False):
        client.submit("/connexion", {"email": chief.email, "password": PASSWORD})
    with time_machine.travel(start + timedelta(minutes=11), tick=False):
        sent = _changed(user, role="administrator")
        page = client.submit(f"{USERS}/{user.id}", sent)
        assert page.status_code == 422
        assert "Donnez votre mot de passe" in page.text
        assert _reread(session, user).role == "officer"
        sent["current_password"] = PASSWORD
        assert client.submit(f"{USERS}/{user.id}", sent).status_code == 303
    assert _reread(session, user).role == "administrator"


def test_two_editors_see_both_versions(administrator: FlaskClient, session: Session) -> None:
    user = UserFactory(name="Camille")
    sent = _changed(user, name="Camille Un")
    update_user(
        session, user_id=user.id, version=user.version, name="Camille Deux",
        email=user.email, role=user.role,
    )  # fmt: skip
    page = administrator.submit(f"{USERS}/{user.id}", sent)
    assert page.status_code == 409
    assert "Ma saisie : Camille Un" in page.text.replace("\xa0", " ")
    assert "Version enregistrée : Camille Deux" in page.text.replace("\xa0", " ")
    assert _reread(session, user).name == "Camille Deux"


def test_closing_an_account_ends_its_log_ins_and_opens_again(
    administrator: FlaskClient, session: Session
) -> None:
    user = UserFactory(signs_in=True)
    open_session(session, user_id=user.id, device="ailleurs")
    assert administrator.submit(f"{USERS}/{user.id}/desactiver", {}).status_code == 303
    assert not _reread(session, user).is_active
    own = select(UserSession).where(UserSession.user_id == user.id)
    assert session.scalars(own).all() == []
    assert administrator.submit(f"{USERS}/{user.id}/reactiver", {}).status_code == 303
    assert _reread(session, user).is_active


def test_one_does_not_close_oneself(administrator: FlaskClient, session: Session) -> None:
    page = administrator.submit(f"{USERS}/{administrator.user.id}/desactiver", {})
    assert page.status_code == 422
    assert "son propre compte" in page.text
    assert _reread(session, administrator.user).is_active


def test_the_last_administrator_stays(administrator: FlaskClient, session: Session) -> None:
    chief = administrator.user
    page = administrator.submit(f"{USERS}/{chief.id}", _changed(chief, role="officer"))
    assert page.status_code == 422
    assert "dernier compte d’administration" in page.text
    with pytest.raises(RuleError):
        deactivate_user(session, user_id=chief.id, by_user_id=None)


def test_a_lost_second_factor_is_removed_by_an_administrator(
    administrator: FlaskClient, session: Session
) -> None:
    user = UserFactory(signs_in=True, totp_secret="graine")
    answer = administrator.submit(f"{USERS}/{user.id}/second-facteur/retirer", {})
    assert answer.status_code == 303
    assert _reread(session, user).totp_secret is None
    assert session.scalars(select(OutboxMessage.recipient)).all() == [user.email]


def test_the_list_is_narrowed_by_words_role_and_state(
    administrator: FlaskClient, session: Session
) -> None:
    UserFactory(name="Hélène Exemple", role="director")
    UserFactory(name="Karim Exemple", is_active=False)
    by_name = administrator.get(f"{USERS}?q=helene").text
    assert "Hélène Exemple" in by_name
    assert "Karim Exemple" not in by_name
    closed = administrator.get(f"{USERS}?etat=inactif").text
    assert "Karim Exemple" in closed
    assert "Hélène Exemple" not in closed
    assert "Hélène Exemple" in administrator.get(f"{USERS}?role=director&filtres=1").text


def test_the_list_asks_as_much_for_forty_as_for_four(
    administrator: FlaskClient, session: Session, connection: Connection
) -> None:
    counted: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *args: counted.append(args[2]))
    UserFactory.create_batch(4)
    administrator.get(USERS)
    counted.clear()
    administrator.get(USERS)
    few = len(counted)
    UserFactory.create_batch(36)
    counted.clear()
    administrator.get(USERS)
    assert len(counted) == few


def test_commands_open_list_and_close_accounts(app: Flask, session: Session) -> None:
    run = app.test_cli_runner()
    made = run.invoke(
        commands, ["create-admin", "--email", "d@reseau.example", "--name", "Dominique"]
    )
    assert made.exit_code == 0, made.output
    link = re.search(r"http://127.0.0.1:5000(/mot-de-passe/\S+)", made.output).group(1)
    assert app.test_client().get(link).status_code == 303
    again = run.invoke(commands, ["create-admin", "--email", "D@reseau.example", "--name", "D"])
    assert again.exit_code != 0
    assert "d@reseau.example\tadministrator\tactive" in run.invoke(commands, ["list"]).output
    last = run.invoke(commands, ["deactivate", "--email", "d@reseau.example"])
    assert last.exit_code != 0
    UserFactory(role="administrator")
    closed = run.invoke(commands, ["deactivate", "--email", "d@reseau.example"])
    assert closed.exit_code == 0, closed.output
    assert run.invoke(commands, ["deactivate", "--email", "x@y.example"]).exit_code != 0
