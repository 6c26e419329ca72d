"""The links of messages: preferences and one click, without log-in, whoever follows them."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Engine, func, select, text
from sqlalchemy.orm import Session

from crm import create_app
from crm.config import Settings
from crm.consents.links import preferences_url, unsubscribe_url
from crm.consents.models import Consent, ConsentProof
from crm.consents.queries import may_still_write
from crm.consents.types import Channel, State
from crm.contacts.models import Contact
from crm.core import clock
from crm.database import db, transaction
from crm.mail.models import DeliveryEvent, Suppression
from crm.mail.outbox import enqueue
from crm.mail.suppression import Origin
from crm.mail.types import DeliveryState, Purpose
from tests.consents.builders import Situation, build, person
from tests.support.client import PageClient

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def _path(url: str) -> str:
    return "/" + url.split("/", 3)[3]


def _unsubscribe(app: Flask, contact: Contact | None, address: str, **values: object) -> str:
    with app.app_context():
        return _path(
            unsubscribe_url(
                recipient=address,
                purpose=str(values.get("purpose", Purpose.INVITATIONS)),
                contact_id=contact.id if contact else None,
                delivery_id=values.get("delivery_id"),  # type: ignore[arg-type]
            )
        )


def _preferences(
    app: Flask, contact: Contact | None, address: str, delivery_id: int | None = None
) -> str:
    with app.app_context():
        return _path(
            preferences_url(
                recipient=address,
                contact_id=contact.id if contact else None,
                delivery_id=delivery_id,
            )
        )


def _refusal(session: Session, contact: Contact | None, address: str, purpose: Purpose) -> object:
    return may_still_write(
        session,
        contact_id=contact.id if contact else None,
        recipient=address,
        purpose=purpose,
        day=clock.today(),
    )


def _count(session: Session, model: type) -> int:
    return session.scalar(select(func.count()).select_from(model)) or 0


def test_one_click_acts_by_post_alone_and_twice_is_once(
    app: Flask, client: PageClient, session: Session
) -> None:
    contact = build(session, Situation(function="public"))
    address = str(contact.email)
    link = _unsubscribe(app, contact, address)
    for _scanner in range(2):
        assert "Me désabonner" in client.get(link).text
        assert client.head(link).status_code == 200
    assert _refusal(session, contact, address, Purpose.INVITATIONS) is None
    assert client.post(link, data={"autre": "1"}).status_code == 400
    for _twice in range(2):
        assert client.post(link, data=ONE_CLICK).status_code == 200
    assert _refusal(session, contact, address, Purpose.INVITATIONS) == "retire"
    assert _refusal(session, contact, address, Purpose.CALLS) is None
    proof = session.scalars(select(ConsentProof)).one()
    assert (proof.channel, proof.state) == (Channel.ONE_CLICK, State.WITHDRAWN)
    assert _count(session, Suppression) == 1


def test_everyone_at_an_address_leaves_together(
    app: Flask, client: PageClient, session: Session
) -> None:
    address = "mairie@ville.example"
    first, second = person(address), person(address)
    client.post(_unsubscribe(app, first, address), data=ONE_CLICK)
    withdrawn = session.scalars(select(Consent.contact_id).order_by(Consent.contact_id)).all()
    assert withdrawn == [first.id, second.id]


def test_a_withdrawal_outlives_the_person(app: Flask, client: PageClient, session: Session) -> None:
    contact = build(session, Situation(function="public"))
    address = str(contact.email)
    link = _unsubscribe(app, contact, address)
    contact.deleted_at, contact.email, contact.email_key = clock.now(), None, None
    session.flush()
    assert client.post(link, data=ONE_CLICK).status_code == 200
    again = build(session, Situation(function="public"))
    assert again.email == address
    assert _refusal(session, again, address, Purpose.INVITATIONS) == "retire"


def test_a_message_tells_the_address_its_link_does_not(
    app: Flask, client: PageClient, session: Session
) -> None:
    with app.app_context(), transaction() as current:
        delivery_id = enqueue(
            current, kind="x", purpose=Purpose.INVITATIONS, recipient="Mairie@Ville.example",
            priority=9,
        ).id  # fmt: skip
    link = _unsubscribe(app, None, "mairie@ville.example", delivery_id=delivery_id)
    assert "Ma…@Ville.example" in client.get(link).text
    assert "ville" not in link.lower()
    client.post(link, data=ONE_CLICK)
    assert _refusal(session, None, "mairie@ville.example", Purpose.INVITATIONS) == "retire"


@pytest.mark.parametrize("page", ["/desabonnement/", "/preferences/"])
@pytest.mark.parametrize("token", ["x", "WzEsMSwxLDFd.aaaaaa.bbbbbb", "a" * 5000])
def test_a_forged_link_opens_nothing(client: PageClient, page: str, token: str) -> None:
    assert client.get(page + token).status_code == 410
    assert client.submit(page + token, ONE_CLICK).status_code == 410


def test_a_link_of_one_kind_is_none_of_the_other(
    app: Flask, client: PageClient, session: Session
) -> None:
    contact = person()
    token = _preferences(app, contact, str(contact.email)).rpartition("/")[2]
    assert client.post(f"/desabonnement/{token}", data=ONE_CLICK).status_code == 410
    assert _count(session, Consent) == 0


def test_a_reader_chooses_what_they_receive(
    app: Flask, client: PageClient, session: Session
) -> None:
    contact = build(session, Situation(function="public"))
    address = str(contact.email)
    link = _preferences(app, contact, address)
    page = client.get(link).text
    assert page.count(" checked") == 2
    assert "pe…@reseau.example" in page
    done = client.submit(link, {"recevoir": ["newsletter", "calls"]})
    assert "C’est noté" in client.get(done.location).text
    allowed = [each for each in Purpose if not _refusal(session, contact, address, each)]
    assert Purpose.NEWSLETTER in allowed
    assert Purpose.CALLS in allowed
    assert Purpose.INVITATIONS not in allowed
    before = _count(session, ConsentProof)
    client.submit(link, {"recevoir": ["newsletter", "calls"]})
    assert _count(session, ConsentProof) == before
    client.submit(link, {"recevoir": ["newsletter"], "tout": "1"})
    assert client.get(link).text.count(" checked") == 0


@pytest.mark.parametrize(("kept", "events"), [(Purpose.INVITATIONS, 0), (Purpose.CALLS, 1)])
def test_leaving_one_list_leaves_the_one_of_the_message(
    app: Flask, client: PageClient, session: Session, kept: Purpose, events: int
) -> None:
    contact = build(session, Situation(function="public"))
    address = str(contact.email)
    delivery = enqueue(
        session, kind="x", purpose=Purpose.INVITATIONS, recipient=address, priority=9
    )
    delivery.state, delivery.attempt = DeliveryState.ACCEPTED, 1
    session.flush()
    client.submit(_preferences(app, contact, address, delivery.id), {"recevoir": [kept.value]})
    for purpose in (Purpose.INVITATIONS, Purpose.CALLS):
        expected = None if purpose is kept else "retire"
        assert _refusal(session, contact, address, purpose) == expected
    assert _count(session, DeliveryEvent) == events


@pytest.mark.parametrize("origin", [Origin.OBJECTION, Origin.COMPLAINT, Origin.BOUNCE])
def test_asking_for_one_list_lifts_an_objection_to_all_for_that_one(
    app: Flask, client: PageClient, session: Session, origin: Origin
) -> None:
    held = Situation(function="public", suppression=origin, suppressed_for=Purpose.BROADCAST)
    contact = build(session, held)
    link = _preferences(app, contact, str(contact.email))
    assert client.get(link).text.count(" checked") == 0
    client.submit(link, {"recevoir": ["newsletter"]})
    assert _refusal(session, contact, str(contact.email), Purpose.NEWSLETTER) is None
    for purpose in (Purpose.INVITATIONS, Purpose.CALLS, Purpose.NETWORK_LIFE):
        assert _refusal(session, contact, str(contact.email), purpose) == origin
    assert client.get(link).text.count(" checked") == 1


def test_an_organisations_address_chooses_too(
    app: Flask, client: PageClient, session: Session
) -> None:
    address = "contact@asso.example"
    link = _preferences(app, None, address)
    assert client.get(link).text.count(" checked") == 4
    client.submit(link, {"recevoir": ["calls"]})
    assert _refusal(session, None, address, Purpose.NEWSLETTER) == "retire"
    client.submit(link, {"recevoir": ["calls", "newsletter"]})
    assert _refusal(session, None, address, Purpose.NEWSLETTER) is None
    assert {each.origin for each in session.scalars(select(Suppression))} == {Origin.WITHDRAWAL}


def test_an_old_address_chooses_nothing_for_the_person(
    app: Flask, client: PageClient, session: Session
) -> None:
    contact = person("ancienne@reseau.example")
    link = _preferences(app, contact, "ancienne@reseau.example")
    contact.email = contact.email_key = "nouvelle@reseau.example"
    session.flush()
    client.submit(link, {"recevoir": ["newsletter", "calls", "invitations", "network_life"]})
    assert _count(session, Consent) == 0


def test_a_form_of_the_public_can_be_sent_over_https(
    app: Flask, client: PageClient, session: Session
) -> None:
    contact = build(session, Situation(function="public"))
    link = _preferences(app, contact, str(contact.email))
    shown = client.get(link, base_url="https://localhost")
    # Without a referrer the browser's form would be refused.
    assert shown.headers["Referrer-Policy"] == "same-origin"
    assert shown.headers["X-Robots-Tag"] == "noindex"
    assert shown.headers["Cache-Control"] == "no-store"


def test_the_same_click_twice_at_once_is_once(prepared_engine: Engine, settings: Settings) -> None:
    address = "course@reseau.example"
    application = create_app(settings)
    with application.app_context():
        with transaction() as current:
            contact = Contact(
                last_name="Course", sort_name="course", email=address, email_key=address,
                created_at=clock.now(),
            )  # fmt: skip
            current.add(contact)
            current.flush()
            contact_id = contact.id
        link = _path(unsubscribe_url(recipient=address, purpose="calls", contact_id=contact_id))

    def click(_number: int) -> int:
        return application.test_client().post(link, data=ONE_CLICK).status_code

    try:
        with ThreadPoolExecutor(4) as pool:
            assert set(pool.map(click, range(8))) == {200}
        with application.app_context():
            assert _count(db.session(), ConsentProof) == 1
            assert _count(db.session(), Suppression) == 1
    finally:
        with application.app_context():
            db.session.remove()
            db.engines[None].dispose()
        with Session(prepared_engine) as own, own.begin():
            for table in ("consent", "consent_proof", "suppression", "suppression_entry",
                          "change_subject", "change", "change_set", "contact"):  # fmt: skip
                own.execute(text(f'DELETE FROM "{table}"'))  # noqa: S608 - names of ours


def test_closed_links_open_nothing_and_new_ones_do(
    app: Flask, client: PageClient, session: Session, officer: PageClient
) -> None:
    contact = person()
    with time_machine.travel(clock.now() - timedelta(days=1)):
        link = _preferences(app, contact, str(contact.email))
    assert client.get(link).status_code == 200
    officer.submit(f"/contacts/{contact.id}/accords/liens", {})
    assert client.get(link).status_code == 410
    with time_machine.travel(clock.now() + timedelta(days=1)):
        assert client.get(_preferences(app, contact, str(contact.email))).status_code == 200


def test_leaving_works_by_a_closed_link_too(
    app: Flask, client: PageClient, session: Session, officer: PageClient
) -> None:
    contact = build(session, Situation(function="public"))
    address = str(contact.email)
    link = _unsubscribe(app, contact, address)
    officer.submit(f"/contacts/{contact.id}/accords/liens", {})
    assert "Me désabonner" in client.get(link).text
    assert client.post(link, data=ONE_CLICK).status_code == 200
    assert _refusal(session, contact, address, Purpose.INVITATIONS) == "retire"


def test_the_links_of_all_subscribers_take_less_than_a_second(app: Flask) -> None:
    with app.app_context():
        db.session()
        started = time.perf_counter()
        for number in range(3300):
            for make in (preferences_url, unsubscribe_url):
                make(recipient=f"{number}@a.example", purpose="calls", contact_id=number,
                     delivery_id=number)  # fmt: skip
        assert time.perf_counter() - started < 3
