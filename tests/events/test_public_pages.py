"""Registering and giving up without log-in: what each page does, and refuses to tell."""

import io
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from crm.attachments.operations import attach_files
from crm.attachments.storage import keep_file
from crm.consents.models import SubscriptionRequest
from crm.core import clock
from crm.core.text import sort_key
from crm.events.models import Registration
from crm.events.types import EventStatus, RegistrationSource, RegistrationStatus
from crm.history.models import ChangeSet
from crm.mail.models import OutboxMessage
from crm.mailings.links import letter_token, link_token, reader_token
from crm.mailings.models import MailingLink, MailingRecipient
from tests.events.builders import known_person, messages_to
from tests.factories.accounts import UserFactory
from tests.factories.events import EventFactory, QuestionFactory, RegistrationFactory
from tests.mailings.builders import draft, listed, reader, send
from tests.support.client import PageClient

PDF = b"%PDF-1.7\nun support"
TYPED = {
    "email": "Camille.Martin@ville.example",
    "first_name": "Camille",
    "last_name": "Martin",
    "structure": "Eau vive",
}


def _link(session: Session, email: str = TYPED["email"]) -> str:
    """Return the path by which someone manages their registration."""
    body = messages_to(session, email)[-1].text_body
    line = next(each for each in body.splitlines() if "/inscription/gerer/" in each)
    return "/" + line.split("/", 3)[3]


def _count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def _page(event_id: int) -> str:
    return f"/inscription/{event_id}"


def test_registering_writes_to_the_address_and_tells_nothing_else(
    client: PageClient, session: Session
) -> None:
    event = EventFactory(description="Un **webinaire**")
    page = client.get(_page(event.id))
    assert "<strong>webinaire</strong>" in page.text
    assert event.link not in page.text
    response = client.submit(_page(event.id), TYPED)
    assert response.status_code == 303
    assert "Un message vient de partir" in client.get(response.location).text
    made = session.scalars(select(Registration)).one()
    assert (made.status, made.source) == (RegistrationStatus.REGISTERED, RegistrationSource.PUBLIC)
    assert made.email_key == "camille.martin@ville.example"
    [message] = messages_to(session, TYPED["email"])
    assert message.calendar is not None
    who = session.scalars(select(ChangeSet.actor_name).order_by(ChangeSet.id.desc())).first()
    assert who == "La personne elle-même"


def test_the_answer_is_the_same_for_whoever_is_known_or_registered(
    client: PageClient, session: Session
) -> None:
    event = EventFactory(capacity=1)
    known_person("martin", email="camille.martin@ville.example")
    first = client.submit(_page(event.id), TYPED)
    again = client.submit(_page(event.id), TYPED)
    full = client.submit(_page(event.id), {**TYPED, "email": "autre@ville.example"})
    assert first.location == again.location == full.location
    assert (first.status_code, again.status_code, full.status_code) == (303, 303, 303)
    assert _count(session, Registration) == 2
    page = client.get(_page(event.id)).text
    assert "Martin" not in page
    assert "ville.example" not in page


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"email": ""}, "Écrivez votre adresse"),
        ({"email": "personne"}, "n’est pas complète"),
        ({"email": "a@ville.example\nBcc: b@ville.example"}, "n’est pas complète"),
        ({"email": "x" * 300 + "@a.example"}, "254 caractères au plus"),
        ({"last_name": ""}, "Écrivez votre nom"),
        ({"first_name": "x" * 101}, "100 caractères au plus"),
    ],
)
def test_a_wrong_registration_is_said_and_sends_nothing(
    client: PageClient, session: Session, changed: dict[str, str], sentence: str
) -> None:
    event = EventFactory()
    response = client.submit(_page(event.id), {**TYPED, **changed})
    assert response.status_code == 422
    assert sentence in response.text
    assert "Eau vive" in response.text
    assert _count(session, OutboxMessage) == 0


def test_a_question_without_its_answer_is_asked_again(client: PageClient, session: Session) -> None:
    event = EventFactory()
    question = QuestionFactory(
        event_id=event.id, kind="choix", options=["Midi", "Soir"], is_required=True
    )
    response = client.submit(_page(event.id), TYPED)
    assert response.status_code == 422
    assert "Une réponse est nécessaire" in response.text
    wrong = client.submit(_page(event.id), {**TYPED, f"q{question.id}": "Nuit"})
    assert wrong.status_code == 422
    assert client.submit(_page(event.id), {**TYPED, f"q{question.id}": "Soir"}).status_code == 303
    made = session.scalars(select(Registration)).one()
    assert made.answers == {str(question.id): "Soir"}


@pytest.mark.parametrize(
    "values",
    [
        {"status": EventStatus.PREPARED},
        {"takes_registrations": False, "is_public": False},
        {"deleted_at": clock.now()},
    ],
)
def test_an_event_without_a_page_is_not_there(
    client: PageClient, session: Session, values: dict[str, object]
) -> None:
    event = EventFactory(**values)
    assert client.get(_page(event.id)).status_code == 404
    assert client.submit(_page(event.id), TYPED).status_code == 404
    assert _count(session, Registration) == 0


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"status": EventStatus.CANCELLED}, "Annulé"),
        ({"starts_at": clock.now() - timedelta(hours=1), "ends_at": None}, "commencé ou passé"),
        ({"registration_closes_at": clock.now() - timedelta(hours=1)}, "Inscriptions closes"),
        ({"registration_opens_at": clock.now() + timedelta(days=300)}, "pas encore ouvertes"),
    ],
)
def test_a_closed_page_says_why(
    client: PageClient, session: Session, values: dict[str, object], sentence: str
) -> None:
    event = EventFactory(**values)
    page = client.get(_page(event.id)).text
    assert sentence in page
    assert "M’inscrire" not in page
    assert client.submit(_page(event.id), TYPED).status_code == 422
    assert _count(session, Registration) == 0


def test_a_machine_is_thanked_and_nothing_is_kept(client: PageClient, session: Session) -> None:
    event = EventFactory()
    response = client.submit(_page(event.id), {**TYPED, "site": "https://achat.example"})
    assert response.status_code == 303
    assert _count(session, Registration) == 0


def test_one_address_is_not_flooded(client: PageClient, session: Session) -> None:
    event = EventFactory()
    answers = [client.submit(_page(event.id), TYPED).status_code for _ in range(6)]
    assert answers == [303, 303, 303, 303, 429, 429]
    assert len(messages_to(session, TYPED["email"])) == 4


def test_what_is_ticked_besides_is_confirmed_by_the_address(
    client: PageClient, session: Session
) -> None:
    event = EventFactory()
    client.submit(_page(event.id), {**TYPED, "accepted": ["newsletter", "tout"]})
    made = session.scalars(select(Registration)).one()
    assert made.accepted == ["newsletter"]
    assert made.wording_id in made.wordings.values()
    asked = session.scalars(select(SubscriptionRequest)).one()
    assert (list(asked.wordings), asked.confirmed_at) == (["newsletter"], None)
    assert len(messages_to(session, TYPED["email"])) == 2


def test_a_get_of_the_link_shows_and_a_post_acts(client: PageClient, session: Session) -> None:
    event = EventFactory(capacity=1)
    client.submit(_page(event.id), TYPED)
    client.submit(_page(event.id), {**TYPED, "email": "suivante@ville.example"})
    link = _link(session)
    for _scanner in range(2):
        page = client.get(link).text
        assert "Vous avez une place" in page
        assert event.link in page
    assert client.submit(link, {"action": "tout casser"}).status_code == 404
    assert client.submit(link, {"action": "annuler"}).status_code == 303
    assert "Cette inscription est annulée" in client.get(link).text
    assert event.link not in client.get(link).text
    offered = _link(session, "suivante@ville.example")
    assert "Je viens" in client.get(offered).text
    assert client.submit(offered, {"action": "confirmer"}).status_code == 303
    assert "Vous avez une place" in client.get(offered).text
    refused = client.submit(link, {"action": "confirmer"})
    assert (refused.status_code, "n’est plus proposée" in refused.text) == (422, True)


def test_a_forged_link_opens_nothing(client: PageClient, session: Session) -> None:
    registration = RegistrationFactory()
    with client.application.app_context():
        of_a_letter = letter_token(registration.id)
    for token in ("rien", str(registration.id), of_a_letter):
        link = f"/inscription/gerer/{token}"
        assert client.get(link).status_code == 410
        assert client.submit(link, {"action": "annuler"}).status_code == 410
    session.refresh(registration)
    assert registration.status == RegistrationStatus.REGISTERED


def _invited(client: PageClient, session: Session, url: str) -> tuple[MailingRecipient, str]:
    """Return someone who was sent an invitation with this link, and the token of their letter."""
    with client.application.app_context():
        person = reader(session, "zoe@ville.example", first_name="Zoé", last_name="Dupont")
        person.sort_name = sort_key("Dupont Zoé")
        mailing = draft(session, listed(session, [person]))
        send(session, mailing, 1)
        recipient = session.scalars(select(MailingRecipient)).one()
        session.execute(delete(MailingLink))
        session.add(MailingLink(mailing_id=mailing.id, number=0, url=url))
        session.flush()
        return recipient, link_token(recipient.delivery_id or 0)


def test_the_link_of_an_invitation_knows_its_reader(client: PageClient, session: Session) -> None:
    event = EventFactory()
    base = client.application.config["SETTINGS"].base_url
    recipient, token = _invited(client, session, f"{base}{_page(event.id)}#haut")
    with client.application.app_context():
        path = f"{_page(event.id)}?lettre={reader_token(recipient.delivery_id or 0)}"
        letter = letter_token(recipient.delivery_id or 0)
    assert client.get(f"/l/{token}/0").location == f"{base}{path}#haut"
    page = client.get(path).text
    assert "Ce n’est pas vous" in page
    assert 'value="Dupont"' in page
    assert 'value="zoe@ville.example"' in page
    typed = {"email": "zoe@ville.example", "first_name": "Zoé", "last_name": "Dupont"}
    assert client.submit(path, typed).status_code == 303
    made = session.scalars(select(Registration)).one()
    assert (made.source, made.recipient_id) == (RegistrationSource.INVITATION, recipient.id)
    assert made.contact_id == recipient.contact_id
    # Neither the link that is passed on nor the letter's own name says who reads.
    for other in ("faux", token, letter):
        assert 'value="Dupont"' not in client.get(f"{_page(event.id)}?lettre={other}").text


def test_no_other_page_is_told_who_follows_a_link(client: PageClient, session: Session) -> None:
    elsewhere = "https://ailleurs.example/inscription/1"
    _recipient, token = _invited(client, session, elsewhere)
    assert client.get(f"/l/{token}/0").location == elsewhere


def test_documents_are_for_those_who_had_a_seat_once_it_was_held(
    client: PageClient, session: Session
) -> None:
    event = EventFactory(capacity=1)
    client.submit(_page(event.id), TYPED)
    client.submit(_page(event.id), {**TYPED, "email": "attend@ville.example"})
    seated, waits = _link(session), _link(session, "attend@ville.example")
    with client.application.app_context():
        kept = keep_file(io.BytesIO(PDF), "Support.pdf")
    author_id = UserFactory().id
    [file] = attach_files(
        session, entity="event", record_id=event.id, files=[kept], author_id=author_id
    )
    path = f"/documents/{file.id}"
    assert client.get(seated + path).status_code == 404
    event.status, event.replay_link = EventStatus.HELD, "https://film.example/1"
    session.flush()
    page = client.get(seated).text
    assert "Voir la rediffusion" in page
    assert "Support.pdf" in page
    sent = client.get(seated + path)
    assert (sent.data, sent.headers["Cache-Control"]) == (PDF, "no-store")
    for link in (
        waits + path,
        f"{seated}/documents/{file.id + 1}",
        "/inscription/gerer/rien" + path,
    ):
        assert client.get(link).status_code == 404
    assert "Support.pdf" not in client.get(waits).text


def test_the_page_says_which_name_is_missing(client: PageClient, session: Session) -> None:
    typed = {"email": "a@ville.example", "first_name": "A", "last_name": "\u200b"}
    response = client.submit(f"/inscription/{EventFactory().id}", typed)
    assert response.status_code == 422
    assert "Écrivez votre nom." in response.text
