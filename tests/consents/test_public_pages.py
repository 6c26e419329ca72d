"""Subscribing, choosing and leaving without log-in: what each page does, and refuses to do."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.consents.models import Consent, ConsentProof, SubscriptionRequest
from crm.consents.operations import withdraw
from crm.consents.types import Channel, Proof, State
from crm.contacts.models import Contact
from crm.core import clock
from crm.mail.models import Delivery, OutboxMessage, Suppression, SuppressionEntry
from crm.mail.suppressed import is_suppressed
from crm.mail.suppression import Origin, hashed, suppress
from crm.mail.types import Purpose
from tests.consents.builders import person
from tests.support.client import PageClient

TYPED = {
    "email": "Camille.Martin@reseau.example",
    "first_name": "Camille",
    "last_name": "Martin",
    "structure": "Eau vive",
    "purposes": ["newsletter", "calls"],
}


def _link(session: Session) -> str:
    """Return the path of the link in the last message written."""
    body = session.scalars(
        select(OutboxMessage.text_body).order_by(OutboxMessage.id.desc()).limit(1)
    ).one()
    line = next(each for each in body.splitlines() if each.startswith("http"))
    return "/" + line.split("/", 3)[3]


def _states(session: Session) -> dict[str, str]:
    return dict(session.execute(select(Consent.purpose, Consent.state)).tuples().all())


def _count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_a_subscription_counts_once_its_address_has_confirmed(
    client: PageClient, session: Session
) -> None:
    page = client.get("/abonnement").text
    assert "désabonner à tout moment" in page
    assert client.submit("/abonnement", TYPED).location.endswith("/abonnement/envoye")
    assert _count(session, Contact) == 0
    link = _link(session)
    for _scanner in range(2):
        assert "Je confirme" in client.get(link).text
    assert _count(session, Contact) == 0
    done = client.submit(link, {})
    assert "Votre abonnement est confirmé" in client.get(done.location).text
    contact = session.scalars(select(Contact)).one()
    assert (contact.full_name, contact.notes) == (
        "Camille Martin",
        "Structure indiquée à l’inscription\u00a0: Eau vive",
    )
    assert _states(session) == {"newsletter": State.ACCEPTED, "calls": State.ACCEPTED}
    proofs = session.scalars(select(ConsentProof)).all()
    assert {each.channel for each in proofs} == {Channel.PUBLIC_FORM}
    assert all(each.wording_id and each.recorded_by == "La personne elle-même" for each in proofs)


def test_a_link_that_confirms_serves_once(client: PageClient, session: Session) -> None:
    client.submit("/abonnement", TYPED)
    link = _link(session)
    client.submit(link, {})
    again = client.submit(link, {})
    assert "C’était déjà fait" in client.get(again.location).text
    assert "C’était déjà fait" in client.get(link).text
    assert _count(session, ConsentProof) == 2


def test_a_link_that_is_old_or_forged_opens_nothing(client: PageClient, session: Session) -> None:
    with time_machine.travel(clock.now() - timedelta(days=7, minutes=1), tick=False):
        client.submit("/abonnement", TYPED)
    for link in (_link(session), "/abonnement/confirmer/rien"):
        assert client.get(link).status_code == 410
        assert client.submit(link, {}).status_code == 410
    assert _count(session, Contact) == 0
    client.submit("/abonnement", {**TYPED, "email": "autre@reseau.example"})
    assert _count(session, SubscriptionRequest) == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"email": ""}, "Ce champ est nécessaire"),
        ({"email": "personne"}, "n’est pas complète"),
        ({"email": "a@reseau.example\nBcc: b@reseau.example"}, "n’est pas complète"),
        ({"email": "x" * 300 + "@a.example"}, "254 caractères au plus"),
        ({"last_name": ""}, "Ce champ est nécessaire"),
        ({"purposes": []}, "Choisissez au moins"),
        ({"purposes": ["tout"]}, "choix"),
    ],
)
def test_a_wrong_subscription_is_said_and_sends_nothing(
    client: PageClient, session: Session, changed: dict[str, object], sentence: str
) -> None:
    response = client.submit("/abonnement", {**TYPED, **changed})
    assert response.status_code == 422
    assert sentence in response.text
    assert "Eau vive" in response.text
    assert _count(session, OutboxMessage) == 0


def test_a_domain_with_accents_is_written_to_and_known_again(
    client: PageClient, session: Session
) -> None:
    for address in ("élise@École.example", "élise@xn--cole-9oa.example"):
        client.submit("/abonnement", {**TYPED, "email": address})
        client.submit(_link(session), {})
    assert session.scalars(select(Contact.email_key)).all() == ["élise@école.example"]


def test_a_program_that_fills_every_field_is_told_nothing(
    client: PageClient, session: Session
) -> None:
    response = client.submit("/abonnement", {**TYPED, "site": "http://a.example"})
    assert response.location.endswith("/abonnement/envoye")
    assert _count(session, SubscriptionRequest) == 0


def test_an_address_is_not_flooded(client: PageClient, session: Session) -> None:
    answers = [client.submit("/abonnement", TYPED) for _again in range(5)]
    assert [each.status_code for each in answers] == [303, 303, 303, 429, 429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert _count(session, OutboxMessage) == 3


def test_who_is_known_is_told_to_nobody(client: PageClient, session: Session) -> None:
    person("camille.martin@reseau.example")
    known = client.submit("/abonnement", TYPED)
    unknown = client.submit("/abonnement", {**TYPED, "email": "inconnue@reseau.example"})
    assert (known.status_code, known.location) == (unknown.status_code, unknown.location)
    assert _count(session, OutboxMessage) == 2
    for address in ("camille.martin@reseau.example", "personne@reseau.example"):
        asked = client.submit("/preferences/lien", {"email": address})
        assert asked.location.endswith("/preferences/envoye")
    assert _count(session, OutboxMessage) == 3


def test_the_person_already_known_is_recognised(client: PageClient, session: Session) -> None:
    known = person(
        "camille.martin@reseau.example", first_name="Camille", last_name="MARTIN",
        sort_name="martin camille",
    )  # fmt: skip
    client.submit("/abonnement", TYPED)
    client.submit(_link(session), {})
    assert session.scalars(select(Consent.contact_id).distinct()).all() == [known.id]
    assert _count(session, Contact) == 1


@pytest.mark.parametrize("names", [["Dupont"], ["Martin", "Dupont"]])
def test_what_could_be_several_peoples_waits_for_the_team(
    client: PageClient, session: Session, campaign_manager: PageClient, names: list[str]
) -> None:
    people = [
        person("camille.martin@reseau.example", last_name=name, first_name="Camille",
               sort_name=f"{name.lower()} camille")
        for name in names
    ]  # fmt: skip
    client.submit("/abonnement", TYPED)
    said = client.submit(_link(session), {})
    assert "L’équipe la traite" in client.get(said.location).text
    assert _count(session, Consent) == 0
    assert "attend votre avis" in campaign_manager.get("/administration/oppositions").text
    page = campaign_manager.get("/administration/abonnements").text
    assert all(name in page for name in names)
    request_id = session.scalars(select(SubscriptionRequest.id)).one()
    decided = {"pour": str(people[0].id)}
    campaign_manager.submit(f"/administration/abonnements/{request_id}", decided)
    assert session.scalars(select(Consent.contact_id).distinct()).all() == [people[0].id]
    again = campaign_manager.submit(f"/administration/abonnements/{request_id}", decided)
    assert again.status_code == 404
    assert "Rien à attribuer" in campaign_manager.get("/administration/abonnements").text


def test_leaving_after_asking_wins_over_the_teams_decision(
    client: PageClient, session: Session, campaign_manager: PageClient
) -> None:
    contact = person("camille.martin@reseau.example")
    client.submit("/abonnement", TYPED)
    client.submit(_link(session), {})
    withdraw(
        session, contact_id=contact.id, purpose=Purpose.CALLS,
        proof=Proof(Channel.ONE_CLICK, clock.today()),
    )  # fmt: skip
    request_id = session.scalars(select(SubscriptionRequest.id)).one()
    page = f"/administration/abonnements/{request_id}"
    said = campaign_manager.submit(page, {"pour": str(contact.id)})
    assert "ce même jour" in campaign_manager.get(said.location).text
    assert _states(session) == {"calls": State.WITHDRAWN}


def test_what_waits_may_be_a_new_persons_or_nobodys(
    client: PageClient, session: Session, campaign_manager: PageClient
) -> None:
    person("camille.martin@reseau.example")
    for _twice in range(2):
        client.submit("/abonnement", TYPED)
        client.submit(_link(session), {})
    first, second = session.scalars(
        select(SubscriptionRequest.id).order_by(SubscriptionRequest.id)
    ).all()
    campaign_manager.submit(f"/administration/abonnements/{first}", {"pour": "nouvelle"})
    campaign_manager.submit(f"/administration/abonnements/{second}", {"pour": "personne"})
    assert _count(session, Contact) == 2
    assert _count(session, Consent) == 2


def test_asking_again_from_an_address_lifts_what_held_it_back(
    client: PageClient, session: Session
) -> None:
    address = "camille.martin@reseau.example"
    with time_machine.travel(clock.now() - timedelta(days=1)):
        for origin, purpose in (
            (Origin.COMPLAINT, Purpose.BROADCAST),
            (Origin.WITHDRAWAL, Purpose.CALLS),
        ):
            suppress(
                session, recipient=address, purpose=purpose, reason="x", now=clock.now(),
                origin=origin,
            )  # fmt: skip
    client.submit("/abonnement", TYPED)
    client.submit(_link(session), {})
    kept = session.execute(select(Suppression.purpose, Suppression.origin)).tuples().all()
    assert set(kept) == {("invitations", Origin.COMPLAINT), ("network_life", Origin.COMPLAINT)}
    client.submit("/abonnement", {**TYPED, "purposes": ["invitations", "network_life"]})
    client.submit(_link(session), {})
    assert _count(session, Suppression) == 0
    suppress(session, recipient=address, purpose=Purpose.ANY, reason="x", now=clock.now())
    client.submit("/abonnement", TYPED)
    delivery = session.scalars(select(Delivery).order_by(Delivery.id.desc()).limit(1)).one()
    assert is_suppressed(session, recipient=address, purpose=delivery.purpose)
    assert session.scalars(select(Suppression.address_hash)).all() == [hashed(address)]


def test_an_objection_stays_as_it_was_for_what_was_not_asked(
    client: PageClient, session: Session
) -> None:
    address, long_ago = "camille.martin@reseau.example", clock.now() - timedelta(days=9)
    for origin, purpose, days in (
        (Origin.OBJECTION, Purpose.BROADCAST, 0),
        (Origin.COMPLAINT, Purpose.INVITATIONS, 1),
        (Origin.WITHDRAWAL, Purpose.NETWORK_LIFE, 2),
    ):
        suppress(
            session, recipient=address, purpose=purpose, reason=f"lettre {days}",
            now=long_ago + timedelta(days=days), origin=origin, by="Zoé",
        )  # fmt: skip
    client.submit("/abonnement", {**TYPED, "purposes": ["newsletter"]})
    client.submit(_link(session), {})
    kept = {
        each.purpose: (each.origin, each.reason, each.created_at - long_ago, each.created_by)
        for each in session.scalars(select(Suppression))
    }
    assert kept == {
        "calls": (Origin.OBJECTION, "lettre 0", timedelta(), "Zoé"),
        "invitations": (Origin.COMPLAINT, "lettre 1", timedelta(days=1), "Zoé"),
        "network_life": (Origin.OBJECTION, "lettre 0", timedelta(days=2), "Zoé"),
    }
    told = session.scalars(select(SuppressionEntry).order_by(SuppressionEntry.id)).all()[3:]
    assert [(each.purpose, each.is_lifting) for each in told] == [
        ("broadcast", True),
        ("calls", False),
        ("network_life", False),
    ]
