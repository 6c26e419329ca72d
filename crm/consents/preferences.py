"""What a reader chooses by a link of a message: for the person it names, or for the address."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.consents.links import Followed
from crm.consents.objections import lift_for_fresh_consent
from crm.consents.operations import (
    act_as_the_person,
    give_consent,
    unsubscribe,
)
from crm.consents.queries import decisions_of
from crm.consents.types import PURPOSES, Basis, Channel, Proof
from crm.consents.wordings import current_wordings
from crm.contacts.models import Contact, ContactPoint
from crm.core import clock
from crm.mail.models import Delivery, Suppression
from crm.mail.reports import report
from crm.mail.suppression import Origin, hashed, lift, purposes_over
from crm.mail.types import Purpose, Report, ReportKind

OUR_LINKS = "liens"


@dataclass(frozen=True, slots=True)
class Reader:
    """Whoever follows a link: a person still known at that address, or the address alone."""

    contact: Contact | None
    address: str | None
    followed: Followed


def reader_of(session: Session, followed: Followed) -> Reader:
    """Return who follows a link; someone whose address has changed is not known by the old one."""
    contact = _person(session, followed.contact_id)
    if contact is None:
        return Reader(None, followed.address, followed)
    others = session.scalars(
        select(ContactPoint.value).where(ContactPoint.contact_id == contact.id)
    )
    for address in (contact.email, *others):
        if address and hashed(address) == followed.address_hash:
            return Reader(contact, address, followed)
    return Reader(None, followed.address, followed)


def received(session: Session, reader: Reader) -> set[Purpose]:
    """Return what may be written to a reader today."""
    today = clock.today()
    if reader.contact is not None:
        decisions = decisions_of(session, reader.contact.id, today)
        return {each for each, decision in decisions.items() if decision.refusal is None}
    held = set(
        session.scalars(
            select(Suppression.purpose).where(
                Suppression.address_hash == reader.followed.address_hash
            )
        )
    )
    return {each for each in PURPOSES if not held.intersection(purposes_over(each))}


def choose(session: Session, *, reader: Reader, wanted: Collection[Purpose]) -> bool:
    """Let a reader receive this and nothing else; tell whether anything has changed."""
    act_as_the_person(session)
    held = received(session, reader)
    added = [each for each in PURPOSES if each in wanted and each not in held]
    if added:
        _ask(session, reader, added)
        # What may be written by now, and was left unticked, is not wanted either.
        held = received(session, reader)
    gone = [each for each in PURPOSES if each in held and each not in wanted]
    if gone:
        leave(session, reader=reader, purposes=gone, channel=Channel.PREFERENCES)
    return bool(gone or added)


def leave(
    session: Session, *, reader: Reader, purposes: Collection[Purpose], channel: Channel
) -> int:
    """Let a reader receive this no more, whoever else reads that address; return what is new."""
    act_as_the_person(session)
    followed = reader.followed
    if followed.delivery_id is not None:
        _tell_message(session, followed.delivery_id, purposes)
    return unsubscribe(
        session,
        purposes=purposes,
        proof=Proof(channel, clock.today(), delivery_id=followed.delivery_id),
        contact_id=followed.contact_id,
        address=reader.address,
        address_hash=followed.address_hash,
    )


def _tell_message(session: Session, delivery_id: int, purposes: Collection[Purpose]) -> None:
    """Note with the message that its reader left by it, what it is written for: results say so."""
    token = session.scalar(
        select(Delivery.token).where(Delivery.id == delivery_id, Delivery.purpose.in_(purposes))
    )
    if token is None:
        return
    now = clock.now()
    left = Report(
        provider=OUR_LINKS,
        event_id=f"{delivery_id}:desabonnement",
        token=token,
        kind=ReportKind.UNSUBSCRIBED,
        happened_at=now,
    )
    report(session, [left], now=now)


def _ask(session: Session, reader: Reader, purposes: Collection[Purpose]) -> None:
    """Note that a reader wants this: they hold a link that was sent to that address."""
    now = clock.now()
    if reader.contact is None:
        _free_address(session, reader, purposes)
        return
    lift_for_fresh_consent(session, address=str(reader.address), purposes=purposes, before=now)
    wordings = current_wordings(session)
    for purpose in purposes:
        give_consent(
            session,
            contact_id=reader.contact.id,
            purpose=purpose,
            basis=Basis.CONSENT,
            proof=Proof(
                Channel.PREFERENCES,
                clock.today(),
                wording_id=wordings[purpose].id if purpose in wordings else None,
                delivery_id=reader.followed.delivery_id,
                given_at=now,
            ),
        )


def _free_address(session: Session, reader: Reader, purposes: Collection[Purpose]) -> None:
    """Lift the withdrawals from an address that is nobody's in particular."""
    withdrawn = session.scalars(
        select(Suppression).where(
            Suppression.address_hash == reader.followed.address_hash,
            Suppression.purpose.in_(purposes),
            Suppression.origin == Origin.WITHDRAWAL,
        )
    ).all()
    for suppression in withdrawn:
        lift(
            session, suppression=suppression, reason="Page de préférences", now=clock.now(), by=None
        )


def _person(session: Session, contact_id: int | None) -> Contact | None:
    contact = session.get(Contact, contact_id) if contact_id is not None else None
    while contact is not None and contact.merged_into_id is not None:
        contact = session.get(Contact, contact.merged_into_id)
    return contact if contact is not None and contact.deleted_at is None else None


def masked(address: str | None) -> str | None:
    """Return an address that its reader recognises and nobody else learns.

    >>> masked("camille.martin@reseau.fr")
    'ca…@reseau.fr'
    """
    if address is None:
        return None
    name, _, domain = address.rpartition("@")
    return f"{name[:2] if len(name) > 3 else name[:1]}…@{domain}"  # noqa: PLR2004 - two of four
