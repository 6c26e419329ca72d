"""Addresses that nothing is sent to: noted, found, lifted, and heard of from providers."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crm.consents.models import Consent, ConsentWording
from crm.consents.queries import may_still_write
from crm.consents.reports import hear, object_to_withdrawn
from crm.consents.types import Basis, State
from crm.core import clock
from crm.core.events import publish
from crm.mail.events import DeliveryReported
from crm.mail.models import Delivery, Suppression, SuppressionEntry
from crm.mail.outbox import enqueue
from crm.mail.suppressed import origins_over
from crm.mail.suppression import Origin, suppress
from crm.mail.types import Purpose, Reason, ReportKind
from tests.consents.builders import Situation, build, person
from tests.support.client import PageClient

LIST = "/administration/oppositions"
NOTED = {"address": "Marie@Reseau.example", "purpose": "broadcast", "reason": "par téléphone"}


@pytest.fixture
def delivery(session: Session) -> Delivery:
    """Return a message on its way to someone."""
    return enqueue(
        session, kind="x", purpose=Purpose.CALLS, recipient="marie@reseau.example", priority=9
    )


def _report(delivery: Delivery, kind: ReportKind, **values: object) -> DeliveryReported:
    known: dict[str, object] = {"happened_at": clock.now(), **values}
    return DeliveryReported(
        delivery_id=delivery.id, batch_id=None, recipient=delivery.recipient,
        purpose=delivery.purpose, kind=kind, **known,  # type: ignore[arg-type]
    )  # fmt: skip


def test_an_objection_is_noted_found_by_its_address_and_lifted(
    campaign_manager: PageClient, session: Session
) -> None:
    for _twice in range(2):
        assert campaign_manager.submit(f"{LIST}/nouvelle", NOTED).status_code == 303
    suppression = session.scalars(select(Suppression)).one()
    assert suppression.created_by == campaign_manager.user.name
    whole = campaign_manager.get(LIST).text
    assert suppression.address_hash[:12] in whole
    assert "marie" not in whole.lower()
    found = campaign_manager.get(LIST, query_string={"q": " marie@RESEAU.example "}).text
    assert suppression.address_hash[:12] in found
    other = campaign_manager.get(LIST, query_string={"q": "jean@reseau.example"}).text
    assert suppression.address_hash[:12] not in other
    page = f"{LIST}/{suppression.id}/lever"
    assert "par téléphone" in campaign_manager.get(page).text
    assert campaign_manager.submit(page, {"reason": " "}).status_code == 422
    assert campaign_manager.submit(page, {"reason": "demandé par courrier"}).status_code == 303
    assert session.scalar(select(func.count()).select_from(Suppression)) == 0
    entries = session.scalars(select(SuppressionEntry).order_by(SuppressionEntry.id)).all()
    assert [(each.is_lifting, each.reason) for each in entries] == [
        (False, "par téléphone"),
        (True, "demandé par courrier"),
    ]
    assert campaign_manager.get(page).status_code == 404


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"address": "marie"}, "n’est pas complète"),
        ({"address": "a@b.example\r\nBcc: c@d.example"}, "n’est pas complète"),
        ({"purpose": "digest"}, "choix"),
        ({"reason": ""}, "Ce champ est nécessaire"),
    ],
)
def test_a_wrong_objection_is_said(
    campaign_manager: PageClient, session: Session, changed: dict[str, str], sentence: str
) -> None:
    response = campaign_manager.submit(f"{LIST}/nouvelle", {**NOTED, **changed})
    assert response.status_code == 422
    assert sentence in response.text
    assert session.scalar(select(func.count()).select_from(Suppression)) == 0


def test_an_officer_does_not_lift_objections(officer: PageClient) -> None:
    for page in (LIST, f"{LIST}/nouvelle", "/administration/textes-accord",
                 "/administration/abonnements"):  # fmt: skip
        assert officer.get(page).status_code == 403


def test_the_list_is_sent_without_addresses(campaign_manager: PageClient, session: Session) -> None:
    campaign_manager.submit(f"{LIST}/nouvelle", NOTED)
    text = campaign_manager.get(f"{LIST}/export.csv").text
    assert session.scalars(select(Suppression.address_hash)).one() in text
    assert "marie" not in text.lower()


def test_a_new_text_leaves_the_old_one(campaign_manager: PageClient, session: Session) -> None:
    url = "/administration/textes-accord/newsletter"
    before = session.scalars(
        select(ConsentWording.text).where(ConsentWording.purpose == "newsletter")
    ).one()
    for _twice in range(2):
        campaign_manager.submit(url, {"text": "Je veux la lettre."})
    versions = session.execute(
        select(ConsentWording.number, ConsentWording.text)
        .where(ConsentWording.purpose == "newsletter")
        .order_by(ConsentWording.number)
    ).tuples()
    assert list(versions) == [(1, before), (2, "Je veux la lettre.")]
    assert "Je veux la lettre." in campaign_manager.get("/abonnement").text
    assert "Version 2" in campaign_manager.get("/administration/textes-accord").text
    assert campaign_manager.submit(url, {"text": ""}).status_code == 422
    assert campaign_manager.get("/administration/textes-accord/account").status_code == 404


def test_a_complaint_ends_everything_at_that_address(session: Session, delivery: Delivery) -> None:
    contact = person("marie@reseau.example")
    for _twice in range(2):
        publish(session, _report(delivery, ReportKind.COMPLAINED))
    assert session.scalar(select(func.count()).select_from(Consent)) == 4
    refusal = may_still_write(
        session, contact_id=contact.id, recipient="marie@reseau.example", purpose="newsletter",
        day=clock.today(),
    )  # fmt: skip
    assert refusal == "plainte"


@pytest.mark.parametrize(("is_permanent", "count"), [(True, 1), (False, 0)])
def test_a_lasting_bounce_suppresses_and_a_passing_one_does_not(
    session: Session, delivery: Delivery, *, is_permanent: bool, count: int
) -> None:
    hear(session, _report(delivery, ReportKind.BOUNCED, is_permanent=is_permanent))
    found = session.scalars(select(Suppression)).all()
    assert [each.origin for each in found] == [Origin.BOUNCE] * count


@pytest.mark.parametrize("kind", [ReportKind.DELIVERED, ReportKind.CLICKED, ReportKind.DEFERRED])
def test_other_news_changes_nothing(session: Session, delivery: Delivery, kind: ReportKind) -> None:
    person("marie@reseau.example")
    hear(session, _report(delivery, kind))
    assert session.scalar(select(func.count()).select_from(Suppression)) == 0


def test_an_unsubscription_ends_that_purpose_unless_asked_since(
    session: Session, delivery: Delivery
) -> None:
    contact = person("marie@reseau.example")
    hear(session, _report(delivery, ReportKind.UNSUBSCRIBED))
    consent = session.scalars(select(Consent)).one()
    assert (consent.contact_id, consent.purpose) == (contact.id, "calls")
    consent.state, consent.basis = State.ACCEPTED, Basis.CONSENT
    consent.decided_at = clock.now()
    session.flush()
    late = clock.now() - timedelta(days=2)
    hear(session, _report(delivery, ReportKind.UNSUBSCRIBED, happened_at=late))
    assert consent.state == State.ACCEPTED


def _objection(session: Session, delivery: Delivery) -> Reason | None:
    (origins,) = origins_over(session, [(delivery.recipient, delivery.purpose)])
    return object_to_withdrawn(session, delivery, origins)


def test_a_writer_who_asks_nobody_is_held_back_too(session: Session, delivery: Delivery) -> None:
    assert _objection(session, delivery) is None
    suppress(
        session, recipient=delivery.recipient, purpose=Purpose.CALLS, reason="x",
        now=clock.now(), origin=Origin.WITHDRAWAL,
    )  # fmt: skip
    assert _objection(session, delivery) is Reason.NO_CONSENT
    contact = build(session, Situation())
    session.add(
        Consent(contact_id=contact.id, purpose=Purpose.CALLS, state=State.ACCEPTED,
                basis=Basis.CONSENT, decided_at=clock.now())
    )  # fmt: skip
    contact.email = contact.email_key = delivery.recipient
    session.flush()
    assert _objection(session, delivery) is None
    session.execute(update(Consent).values(decided_at=clock.now() - timedelta(days=1)))
    assert _objection(session, delivery) is Reason.NO_CONSENT
