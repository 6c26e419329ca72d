"""From an event to the mailing that invites to it, and its card in any message."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.composing.models import Message
from crm.composing.types import EventBlock, TextBlock
from crm.core import clock
from crm.events.types import EventStatus
from crm.mail.types import Purpose
from crm.mailings.models import Mailing
from tests.composing.messages import write
from tests.factories.events import EventFactory
from tests.support.client import PageClient

NEW = "00000000beef"


def _key(page: str) -> str:
    found = re.search(r'name="submission_key"[^>]*value="([^"]*)"', page.split("/inviter", 1)[1])
    assert found
    return found[1]


def test_an_invitation_begins_with_the_card_of_its_event(
    campaign_manager: PageClient, session: Session
) -> None:
    event = EventFactory(title="Atelier {eau}", takes_registrations=True, link="https://a.example")
    page = campaign_manager.get(f"/evenements/{event.id}").text
    typed = {"submission_key": _key(page)}
    for _twice in range(2):
        answer = campaign_manager.submit(f"/evenements/{event.id}/inviter", typed)
        assert answer.status_code == 303
    mailing = session.scalars(select(Mailing)).one()
    assert answer.location.endswith(f"/envois/{mailing.id}")
    assert mailing.purpose == Purpose.INVITATIONS
    message = session.get_one(Message, mailing.message_id)
    assert message.subject.replace("\u00a0", " ") == "Invitation : Atelier (eau)"
    text, card = message.parts
    assert isinstance(text, TextBlock)
    assert "{prénom | à vous}" in text.text
    assert isinstance(card, EventBlock)
    assert card.title == "Atelier (eau)"
    assert card.link.endswith(f"/inscription/{event.id}")
    assert "a.example" not in repr(card)
    assert card.place == "En ligne"


@pytest.mark.parametrize(
    "values",
    [
        {"status": EventStatus.CANCELLED},
        {"status": EventStatus.HELD},
        {"starts_at": clock.now() - timedelta(days=2), "ends_at": None},
    ],
)
def test_nobody_is_invited_to_what_is_over(
    campaign_manager: PageClient, session: Session, values: dict[str, object]
) -> None:
    event = EventFactory(**values)
    assert "/inviter" not in campaign_manager.get(f"/evenements/{event.id}").text
    answer = campaign_manager.submit(f"/evenements/{event.id}/inviter", {"submission_key": "x"})
    assert "plus à y inviter" in campaign_manager.get(answer.location).text
    assert session.scalar(select(func.count(Mailing.id))) == 0


def test_the_card_of_a_message_is_filled_from_the_event_that_is_chosen(
    campaign_manager: PageClient, session: Session
) -> None:
    event = EventFactory(title="Rencontre Bénin", place="Lille", takes_registrations=False)
    past = EventFactory(title="Autrefois", status=EventStatus.HELD)
    message = write(session, [])
    url = f"/messages/{message.id}/blocs/nouveau/evenement"
    page = campaign_manager.get(url).text
    assert "Rencontre Bénin" in page
    assert past.title not in page
    typed = {"key": NEW, "event": str(event.id), "place": "Lille, salle B"}
    assert campaign_manager.submit(url, typed).status_code == 303
    session.expire_all()
    (card,) = session.get_one(Message, message.id).parts
    assert isinstance(card, EventBlock)
    assert (card.title, card.place, card.link) == ("Rencontre Bénin", "Lille, salle B", "")
    assert card.when


def test_the_samples_of_a_template_give_way_to_the_event_that_is_chosen(
    campaign_manager: PageClient, session: Session
) -> None:
    event = EventFactory(title="Rencontre Bénin", place="Lille", takes_registrations=False)
    message = write(session, [])
    typed = {
        "key": NEW,
        "event": str(event.id),
        "title": "Titre du webinaire",
        "when": "[à compléter : le jour]",
        "place": "En ligne",
    }
    url = f"/messages/{message.id}/blocs/nouveau/evenement"
    assert campaign_manager.submit(url, typed).status_code == 303
    session.expire_all()
    (card,) = session.get_one(Message, message.id).parts
    assert isinstance(card, EventBlock)
    assert (card.title, card.place) == ("Rencontre Bénin", "En ligne")
    assert "compléter" not in card.when


def test_a_card_of_no_event_is_still_asked_for_its_name(
    campaign_manager: PageClient, session: Session
) -> None:
    message = write(session, [])
    url = f"/messages/{message.id}/blocs/nouveau/evenement"
    answer = campaign_manager.submit(url, {"key": NEW, "event": "999999", "place": "Lille"})
    assert answer.status_code == 422
    assert "Ce champ est nécessaire." in answer.text
