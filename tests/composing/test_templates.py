"""Templates of messages, the mentions of the network, tests in one's own mailbox."""

import re

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.composing import operations
from crm.composing.checks import problems
from crm.composing.defaults import default_templates, load_default_templates
from crm.composing.kinds import forget_messages
from crm.composing.models import Message, MessageImage, MessageTemplate, MessageTest
from crm.composing.operations.trials import MESSAGE_TEST, write_test
from crm.composing.owners import Owner, own_by
from crm.composing.queries import (
    footer_of_network,
    message_of_template,
    message_to_compile,
    template_options,
)
from crm.composing.types import TEMPLATE
from crm.core import clock
from crm.core.errors import NotFoundError
from crm.mail.models import Delivery
from crm.mail.types import Purpose
from crm.mail.writers import Written
from tests.composing.messages import FOOTER, OWNER, seen, write
from tests.support.client import PageClient

LIST = "/modeles-de-message"
IDENTITY = "/messages/identite"
MENTIONS = {
    "version": "0",
    "sender_name": "Réseau d’essai",
    "postal_address": "1 rue des Essais\r\n59000 Lille",
    "reason": "Vous êtes abonné.",
    "rights_contact": "droits@reseau.fr",
}


def test_a_template_is_made_once_and_written(officer: PageClient, session: Session) -> None:
    typed = {"name": "La lettre", "description": "Chaque mois", "submission_key": "modele-1"}
    first = officer.submit(f"{LIST}/nouveau", typed)
    assert first.status_code == 303
    assert officer.submit(f"{LIST}/nouveau", typed).location == first.location
    assert template_options(session) == [
        (str(session.scalar(select(MessageTemplate.id))), "La lettre")
    ]
    assert "Nouveau message" in seen(officer.get(first.location).text)
    page = seen(officer.get(LIST).text)
    assert "La lettre" in page
    assert "Chaque mois" in page
    assert "La lettre" not in seen(officer.get(f"{LIST}?q=zzz").text)
    assert "La lettre" in seen(officer.get(f"{LIST}?q=lettre").text)
    assert "La lettre" in seen(officer.get(f"{LIST}/export.csv").text)


def test_a_template_without_a_name_is_refused(officer: PageClient) -> None:
    answer = officer.submit(f"{LIST}/nouveau", {"name": " ", "description": "Chaque mois"})
    assert answer.status_code == 422
    assert "Chaque mois" in seen(answer.text)


def test_two_editors_of_a_template(officer: PageClient, session: Session) -> None:
    template = operations.create_template(session, name="Un")
    url = f"{LIST}/{template.id}/modifier"
    assert officer.submit(url, {"version": "1", "name": "Deux"}).status_code == 303
    conflict = officer.submit(url, {"version": "1", "name": "Trois"})
    assert conflict.status_code == 409
    assert "Deux" in seen(conflict.text)
    assert "Trois" in seen(conflict.text)


def test_a_message_becomes_a_template_and_a_template_a_message(
    officer: PageClient, session: Session
) -> None:
    message = write(session)
    url = f"/messages/{message.id}/en-modele"
    assert 'value="Bonjour {prénom | à tous}"' in seen(officer.get(url).text)
    answer = officer.submit(url, {"name": "Juin", "submission_key": "m-1"})
    assert answer.status_code == 303
    template_id = session.scalars(select(MessageTemplate.id)).one()
    made = operations.create_message(session, owner_kind=OWNER, template_id=template_id)
    assert made.id not in (message.id, message_of_template(session, template_id).id)
    assert (made.blocks, made.subject) == (message.blocks, message.subject)
    (image,) = message_to_compile(session, made.id).images
    assert image.content == message_to_compile(session, message.id).images[0].content
    operations.remove_block(session, message_id=made.id, key=made.parts[0].key)
    assert len(message_of_template(session, template_id).blocks) == len(message.blocks)


def test_a_template_goes_to_the_trash_and_comes_back(officer: PageClient, session: Session) -> None:
    template = operations.create_template(session, name="Un")
    url = f"{LIST}/{template.id}"
    assert officer.submit(f"/corbeille/{TEMPLATE}/{template.id}/ajouter", {}).status_code == 303
    assert officer.get(url).status_code == 404
    assert "Un" in seen(officer.get("/corbeille").text)
    officer.submit(f"/corbeille/{TEMPLATE}/{template.id}/restaurer", {})
    assert officer.get(url).status_code == 200


def test_messages_go_with_what_they_were_for(session: Session) -> None:
    mine, other = write(session, owner_id=7), write(session, owner_id=8)
    forget_messages(session, OWNER, [7])
    assert session.scalars(select(Message.id)).all() == [other.id]
    kept = select(func.count()).where(MessageImage.message_id == mine.id)
    assert session.scalar(kept) == 0


def test_a_new_network_has_templates_that_only_lack_addresses(
    app_context: None, session: Session
) -> None:
    assert load_default_templates(session) == len(default_templates()) == 3
    assert load_default_templates(session) == 0
    for value, _name in template_options(session):
        message = message_of_template(session, int(value))
        found = problems(message, footer=FOOTER)
        assert {each.message for each in found} <= {"Donnez l’adresse du lien."}


def test_mentions_are_kept_once_with_their_history(
    campaign_manager: PageClient, session: Session, app: Flask
) -> None:
    assert campaign_manager.get(IDENTITY).status_code == 200
    assert campaign_manager.submit(IDENTITY, MENTIONS).status_code == 303
    with app.app_context():
        footer = footer_of_network(session)
    assert footer.postal_address == "1 rue des Essais\n59000 Lille"
    conflict = campaign_manager.submit(IDENTITY, {**MENTIONS, "sender_name": "Autre nom"})
    assert conflict.status_code == 409
    assert "Autre nom" in seen(conflict.text)
    page = seen(campaign_manager.get(IDENTITY).text)
    assert "Mentions des messages : création" in page


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sender_name", ""), ("postal_address", " "), ("reason", ""), ("rights_contact", ""),
        ("rights_contact", "personne"), ("rights_contact", "a b@reseau.fr"),
        ("sender_name", "x" * 121),
    ],
)  # fmt: skip
def test_a_missing_mention_is_said(campaign_manager: PageClient, name: str, value: str) -> None:
    answer = campaign_manager.submit(IDENTITY, {**MENTIONS, name: value})
    assert answer.status_code == 422
    assert "field-error" in seen(answer.text)


def test_only_those_who_send_change_the_mentions(officer: PageClient) -> None:
    assert officer.get(IDENTITY).status_code == 403
    assert officer.submit(IDENTITY, MENTIONS).status_code == 403


def _sent(session: Session) -> list[Delivery]:
    return list(session.scalars(select(Delivery).where(Delivery.kind == MESSAGE_TEST)))


def test_a_test_goes_to_oneself_once_with_its_pictures(
    officer: PageClient, session: Session, app: Flask
) -> None:
    message = write(session)
    page = seen(officer.get(f"/messages/{message.id}").text)
    key = re.search(r'name="submission_key"[^>]*value="([^"]+)"', page)
    assert key
    for _ in range(2):
        answer = officer.submit(
            f"/messages/{message.id}/essai", {"submission_key": key[1], "personne": "12"}
        )
        assert answer.status_code == 303
    (delivery,) = _sent(session)
    assert delivery.recipient == officer.user.email  # type: ignore[attr-defined]
    assert delivery.purpose == Purpose.ACCOUNT
    assert session.scalars(select(MessageTest.recipient_id)).all() == [12]
    with app.app_context():
        written = write_test(session, delivery, clock.now())
    assert isinstance(written, Written)
    assert written.subject == "[Test] Bonjour Camille"
    assert "Bonjour Camille" in written.text_body
    assert [image.subtype for image in written.images] == ["png"]
    assert f"cid:{written.images[0].cid}" in written.html_body
    assert delivery.recipient in seen(officer.get(f"/messages/{message.id}").text)


def test_a_message_that_cannot_leave_is_not_tried(officer: PageClient, session: Session) -> None:
    message = write(session, [], subject="")
    answer = officer.submit(f"/messages/{message.id}/essai", {"submission_key": "essai-1"})
    assert "Corrigez d’abord" in seen(officer.get(answer.location).text)
    assert _sent(session) == []


def test_an_owner_gives_its_people_and_its_footer(officer: PageClient, session: Session) -> None:
    own_by(
        Owner(
            OWNER,
            name_of=lambda _session, owner_id: f"Envoi {owner_id}",
            url_of=lambda owner_id: f"/envois/{owner_id}",
            recipients=lambda _session, _owner: [(5, "Ada Martin")],
            values_for=lambda _session, _owner, person: {"prenom": "Ada"} if person == 5 else None,
        )
    )
    message = write(session, owner_id=3)
    page = seen(officer.get(f"/messages/{message.id}/apercu?personne=5").text)
    assert "Envoi 3" in page
    assert "Ada Martin" in page
    assert "Objet : Bonjour Ada" in page
    assert "Rempli avec des exemples" not in page
    page = seen(officer.get(f"/messages/{message.id}/apercu?personne=6").text)
    assert "Rempli avec des exemples" in page


def test_an_unknown_template_starts_nothing(session: Session) -> None:
    with pytest.raises(NotFoundError):
        operations.create_message(session, owner_kind=OWNER, template_id=999)
    operations.set_owner(session, message_id=write(session).id, owner_id=4)
    assert session.scalars(select(Message.owner_id)).one() == 4
