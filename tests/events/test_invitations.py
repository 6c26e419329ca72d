"""What a mailing counts of those who registered by the link of their invitation."""

from collections.abc import Sequence

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.contacts.models import Contact
from crm.core import clock
from crm.criteria.types import Subject
from crm.events.models import Event
from crm.events.operations.registrations import cancel
from crm.events.types import RegistrationSource
from crm.mail.models import Delivery
from crm.mail.types import DeliveryState
from crm.mailings.criteria import CRITERIA
from crm.mailings.models import Mailing, MailingRecipient
from crm.mailings.operations.mailings import follow_up
from crm.mailings.queries.results import count_figures, split_figures
from tests.events.builders import come
from tests.factories.events import EventFactory
from tests.mailings.builders import draft, listed, reader, recipients, send
from tests.support.client import PageClient

NAMES = ("Aubry", "Bodin", "Carel", "Delmas")


@pytest.fixture
def invitation(app: Flask, session: Session) -> Mailing:
    """Return a mailing that reached four people."""
    people = [
        reader(session, f"p{n}@ville.example", last_name=each) for n, each in enumerate(NAMES)
    ]
    with app.test_request_context():
        mailing = send(session, draft(session, listed(session, people)), 4)
    session.execute(
        update(Delivery)
        .values(state=DeliveryState.ACCEPTED, settled_at=clock.now())
        .execution_options(synchronize_session=False)
    )
    return mailing


def _register(app: Flask, session: Session, invitation: Mailing, numbers: Sequence[int]) -> Event:
    """Let these recipients register by their links: the last of them gives up."""
    event: Event = EventFactory()
    theirs = recipients(session, invitation)
    with app.test_request_context():
        for number in numbers:
            made = come(session, event.id, f"p{number}")
            made.recipient_id, made.source = theirs[number].id, RegistrationSource.INVITATION
        session.flush()
        cancel(session, registration_id=made.id)
    return event


def test_whoever_registers_by_their_link_is_counted_and_listed(
    app: Flask, officer: PageClient, session: Session, invitation: Mailing
) -> None:
    event = _register(app, session, invitation, (0, 1, 2))
    counts = count_figures(session, invitation.id)
    assert (counts["inscrits"], counts["sans-reaction"]) == (2, 1)
    splits = split_figures(session, invitation.id, MailingRecipient.departement_code)
    assert sum(each.counts["inscrits"] for each in splits) == 2
    url = f"/envois/{invitation.id}/destinataires?resultat=inscrits"
    assert f'href="{url}">2<' in officer.get(f"/envois/{invitation.id}").text
    page = officer.get(url).text
    assert [name in page for name in NAMES] == [True, True, False, False]
    event.deleted_at = clock.now()
    session.flush()
    assert count_figures(session, invitation.id)["inscrits"] == 0


def test_a_follow_up_leaves_alone_whoever_registered(
    app: Flask, session: Session, invitation: Mailing
) -> None:
    _register(app, session, invitation, (0, 1, 2))
    second = follow_up(session, mailing_id=invitation.id, name="Relance")
    with app.test_request_context():
        send(session, second, 1)
    # Whoever gave their seat up has answered too.
    assert [each.last_name for each in recipients(session, second) if each.is_in] == ["Delmas"]


def test_a_segment_asks_who_registered(app: Flask, session: Session, invitation: Mailing) -> None:
    _register(app, session, invitation, (0, 1, 2))
    found = {
        code: set(
            session.scalars(
                select(MailingRecipient.last_name).where(
                    MailingRecipient.contact_id.in_(_people(session, code, invitation))
                )
            )
        )
        for code in ("envoi-inscription", "envoi-silence")
    }
    assert found == {"envoi-inscription": {"Aubry", "Bodin"}, "envoi-silence": {"Delmas"}}


def _people(session: Session, code: str, mailing: Mailing) -> Sequence[int]:
    (criterion,) = (
        each for each in CRITERIA if each.code == code and each.subject is Subject.CONTACT
    )
    condition = criterion.condition({"envoi": [mailing.id]}, clock.today())
    return session.scalars(select(Contact.id).where(condition)).all()
