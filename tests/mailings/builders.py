"""What tests of mailings start from: people, a list that keeps them, a message ready to leave."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.composing.models import ComposingIdentity, Message
from crm.composing.types import ButtonBlock, TextBlock, stored
from crm.consents.models import Consent
from crm.consents.operations import withdraw
from crm.consents.types import Basis, Channel, Proof, State
from crm.contacts.models import Contact, Structure
from crm.core import clock
from crm.core.addresses import email_key
from crm.criteria.rules import tree_to_text
from crm.criteria.types import Subject, Tree
from crm.mail.models import Delivery
from crm.mail.types import Purpose
from crm.mailings.models import Mailing, MailingRecipient, MailingSegment
from crm.mailings.operations.departures import depart
from crm.mailings.operations.mailings import create_mailing, get_mailing
from crm.mailings.presentation import foresee
from crm.mailings.types import DepartureData, MailingData, Reach
from crm.segments.models import Segment, SegmentMember
from tests.factories.accounts import UserFactory
from tests.factories.contacts import ContactFactory

LINK = "https://reseau.example/programme"


def reader(session: Session, address: str | None, **values: Any) -> Contact:
    """Return a person who accepts the letter, at this address."""
    contact: Contact = ContactFactory(
        email=address, email_key=email_key(address) if address else None, **values
    )
    session.flush()
    accept(session, contact)
    return contact


def accept(session: Session, contact: Contact, purpose: Purpose = Purpose.NEWSLETTER) -> None:
    """Note that someone accepts messages of this purpose."""
    session.add(
        Consent(
            contact_id=contact.id,
            purpose=purpose,
            state=State.ACCEPTED,
            basis=Basis.CONSENT,
            decided_at=clock.now(),
        )
    )
    session.flush()


def decline(session: Session, contact: Contact, purpose: Purpose = Purpose.NEWSLETTER) -> None:
    """Note that someone no longer wants messages of this purpose, as they said by phone."""
    withdraw(
        session,
        contact_id=contact.id,
        purpose=purpose,
        proof=Proof(channel=Channel.PHONE, given_on=clock.today(), note="appel du jour"),
    )


def listed(session: Session, records: Sequence[Contact] | Sequence[Structure]) -> Segment:
    """Return a frozen list of these people, or of these structures."""
    subject = Subject.STRUCTURE if isinstance(records[0], Structure) else Subject.CONTACT
    segment = Segment(
        name="Liste",
        sort_name="liste",
        subject=subject,
        rules=tree_to_text(Tree(subject)),
        owner_id=UserFactory().id,
        is_shared=True,
        frozen_at=clock.now(),
        member_count=len(records),
        created_at=clock.now(),
    )
    session.add(segment)
    session.flush()
    session.add_all(
        SegmentMember(segment_id=segment.id, record_id=each.id, added_at=segment.frozen_at)
        for each in records
    )
    session.flush()
    return segment


def draft(
    session: Session,
    *segments: Segment,
    excluded: Sequence[Segment] = (),
    purpose: Purpose = Purpose.NEWSLETTER,
    reach: Reach = Reach.PEOPLE,
    **values: Any,
) -> Mailing:
    """Return a draft for these segments, whose message is ready to leave."""
    sign(session)
    mailing = create_mailing(session, data=MailingData("Lettre de mars", purpose))
    message = session.get_one(Message, mailing.message_id)
    message.subject = "Des nouvelles {de structure | du réseau}"
    message.blocks = [
        stored(TextBlock("a" * 12, "Bonjour {prénom | à vous},\n\nle programme est prêt.")),
        stored(ButtonBlock("b" * 12, "Le programme", LINK)),
    ]
    mailing.reach = reach
    for name, value in values.items():
        setattr(mailing, name, value)
    mailing.segments = [
        *(MailingSegment(segment_id=each.id, is_excluded=False) for each in segments),
        *(MailingSegment(segment_id=each.id, is_excluded=True) for each in excluded),
    ]
    session.flush()
    return mailing


def sign(session: Session) -> None:
    """Let the network say who signs its messages."""
    if session.get(ComposingIdentity, 1) is None:
        session.add(
            ComposingIdentity(
                id=1,
                sender_name="Réseau d’essai",
                postal_address="1 place du Test, 59000 Lille",
                reason="Vous recevez ce message car vous l’avez accepté.",
                rights_contact="donnees@reseau.example",
            )
        )
        session.flush()


def send(session: Session, mailing: Mailing, seen: int, **departure: Any) -> Mailing:
    """Let a draft go, as someone who saw that many recipients."""
    foreseen = foresee(session, get_mailing(session, mailing.id))
    mark = foreseen.mark if foreseen.count == seen else "autre chose"
    return depart(session, mailing_id=mailing.id, seen=mark, data=DepartureData(**departure))


def recipients(session: Session, mailing: Mailing) -> list[MailingRecipient]:
    """Return everybody a mailing thought of, in the order in which they were written down."""
    return list(
        session.scalars(
            select(MailingRecipient)
            .where(MailingRecipient.mailing_id == mailing.id)
            .order_by(MailingRecipient.id)
            .execution_options(populate_existing=True)
        )
    )


def deliveries(session: Session, mailing: Mailing) -> list[Delivery]:
    """Return the deliveries of a mailing."""
    return list(
        session.scalars(
            select(Delivery)
            .where(Delivery.batch_id == mailing.id)
            .order_by(Delivery.id)
            .execution_options(populate_existing=True)
        )
    )
