"""Noting what people choose: each choice leaves a proof, and what they refuse holds at once."""

from collections.abc import Iterable
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.consents.models import Consent, ConsentProof
from crm.consents.rules import check_basis, check_is_later, check_proof
from crm.consents.types import (
    OWN_CHANNELS,
    PURPOSES,
    SAID_NO,
    THE_PERSON,
    Basis,
    Channel,
    Proof,
    SaidNo,
    State,
)
from crm.consents.withdrawals import noes_of_addresses, noes_of_people
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.addresses import email_key
from crm.core.errors import N_, NotFoundError
from crm.database import Turn, take_turn
from crm.history.recording import Actor, act_as, actor_of
from crm.mail.address_keys import hash_of
from crm.mail.suppression import (
    Origin,
    hashed,
    suppress_hash,
    withdraw_again,
)
from crm.mail.types import Purpose


def act_as_the_person(session: Session) -> None:
    """Let history say that what this transaction does is the person's own doing."""
    act_as(session, Actor(user_id=None, name=THE_PERSON, source="public"))


def give_consent(
    session: Session, *, contact_id: int, purpose: Purpose, basis: Basis, proof: Proof
) -> Consent:
    """Note that a person may be written to for a purpose, on which basis, and how that is known.

    Raises NotFoundError, or RuleError for a basis that never allows it, a proof that shows nothing,
    or an agreement that a withdrawal has followed.
    """
    take_turn(session, Turn.CHOOSE)
    contact = _living(session, contact_id)
    check_basis(purpose, basis)
    proof = check_proof(proof, clock.today())
    check_is_later(proof, _noes(session, contact, purpose))
    return _decide(session, (contact_id, purpose), State.ACCEPTED, basis, proof)


def withdraw(
    session: Session,
    *,
    contact_id: int,
    purpose: Purpose,
    proof: Proof,
    state: State = State.WITHDRAWN,
) -> bool:
    """Note that a person no longer wants what is written for a purpose; tell whether that is new.

    Their address is suppressed for it too, so that it holds when they are erased and come back.
    """
    # The same click sent twice at once must find what the first has written.
    take_turn(session, Turn.CHOOSE)
    contact = _living(session, contact_id)
    proof = check_proof(proof, clock.today())
    known = _consent_of(session, contact_id, purpose)
    is_new = known is None or known.state not in SAID_NO
    now = clock.now()
    if is_new:
        # Of the same instant as the suppression: an undo takes back both.
        now = _decide(session, (contact_id, purpose), state, None, proof).decided_at
    if contact.email:
        _suppress_withdrawn(session, hashed(contact.email), purpose, proof, now, is_new=is_new)
    return is_new


def unsubscribe(
    session: Session,
    *,
    purposes: Iterable[Purpose],
    proof: Proof,
    contact_id: int | None,
    address: str | None,
    address_hash: str,
) -> int:
    """Do what whoever reads an address asks: nothing more for these purposes; return what is new.

    Each person known at that address withdraws, for one mailbox has one voice; `contact_id` does
    too, whatever their address has become. Where nobody is left, the hash alone holds.
    """
    count = 0
    for each_id in _people_at(session, address, address_hash, contact_id):
        for purpose in purposes:
            count += withdraw(session, contact_id=each_id, purpose=purpose, proof=proof)
    for purpose in purposes:
        count += _suppress_withdrawn(session, address_hash, purpose, proof, clock.now())
    return count


def unsubscribe_all(
    session: Session,
    *,
    proof: Proof,
    contact_id: int | None,
    address: str | None,
    address_hash: str,
) -> int:
    """Unsubscribe from everything that people subscribe to; return how much of it is new."""
    return unsubscribe(
        session,
        purposes=PURPOSES,
        proof=proof,
        contact_id=contact_id,
        address=address,
        address_hash=address_hash,
    )


def _living(session: Session, contact_id: int) -> Contact:
    contact = session.get(Contact, contact_id)
    if contact is None or contact.deleted_at is not None:
        raise NotFoundError
    return contact


def _people_at(
    session: Session, address: str | None, address_hash: str, contact_id: int | None
) -> list[int]:
    # By the hash alone each address is hashed: seldom, where no message tells the address.
    is_there = (
        hash_of(Contact.email_key) == address_hash
        if address is None
        else Contact.email_key == email_key(address)
    )
    found = set(session.scalars(select(Contact.id).where(is_there, Contact.deleted_at.is_(None))))
    contact = session.get(Contact, contact_id) if contact_id is not None else None
    while contact is not None and contact.merged_into_id is not None:
        contact = session.get(Contact, contact.merged_into_id)
    if contact is not None and contact.deleted_at is None:
        found.add(contact.id)
    return sorted(found)


def _consent_of(session: Session, contact_id: int, purpose: Purpose) -> Consent | None:
    return session.scalars(
        select(Consent).where(Consent.contact_id == contact_id, Consent.purpose == purpose)
    ).one_or_none()


def _noes(session: Session, contact: Contact, purpose: Purpose) -> list[SaidNo]:
    """Return when this person, or this address, said no to a purpose."""
    own = noes_of_people(session, [contact.id], purpose)
    hashes = [hashed(contact.email)] if contact.email else []
    theirs = noes_of_addresses(session, hashes, purpose)
    return [*own.values(), *(no for noes in theirs.values() for no in noes)]


def proof_of(
    session: Session,
    about: tuple[int, Purpose],
    state: State,
    basis: Basis | None,
    proof: Proof,
) -> ConsentProof:
    """Return the row of a proof that whoever acts records now: who it is about, and for what."""
    contact_id, purpose = about
    actor = actor_of(session)
    return ConsentProof(
        contact_id=contact_id,
        purpose=purpose,
        state=state,
        basis=basis,
        channel=proof.channel,
        given_on=proof.given_on,
        recorded_at=clock.now(),
        recorded_by_id=actor.user_id,
        recorded_by=actor.name,
        wording_id=proof.wording_id,
        delivery_id=proof.delivery_id,
        note=proof.note,
    )


def _decide(
    session: Session,
    about: tuple[int, Purpose],
    state: State,
    basis: Basis | None,
    proof: Proof,
) -> Consent:
    contact_id, purpose = about
    kept = proof_of(session, about, state, basis, proof)
    session.add(kept)
    session.flush()
    consent = _consent_of(session, contact_id, purpose)
    if consent is None:
        consent = Consent(contact_id=contact_id, purpose=purpose)
        session.add(consent)
    consent.state, consent.basis, consent.decided_at = state, basis, kept.recorded_at
    consent.proof_id = kept.id
    session.flush()
    return consent


def _suppress_withdrawn(
    session: Session,
    address_hash: str,
    purpose: Purpose,
    proof: Proof,
    now: datetime,
    *,
    is_new: bool = False,
) -> bool:
    reason, by = proof.note or N_("Désabonnement"), actor_of(session).name
    if suppress_hash(
        session,
        address_hash=address_hash,
        purpose=purpose,
        reason=reason,
        now=now,
        origin=Origin.WITHDRAWAL,
        by=by,
    ):
        return True
    is_of_all = proof.channel in OWN_CHANNELS
    if is_new or is_of_all:
        withdraw_again(
            session,
            address_hash=address_hash,
            purpose=purpose,
            reason=reason,
            now=now,
            by=by,
            # The same click heard again is no news, but a day later it may be.
            unless_since=now if is_new else clock.paris_instant(clock.today(), time()),
            moves_date=is_of_all,
        )
    return False


def settle_merged(session: Session, *, kept_id: int, merged_id: int) -> None:
    """Let someone found to be another keep saying no, where they said it last.

    What only one of the two had chosen has moved already; an agreement never beats a refusal.
    """
    left = session.scalars(
        select(Consent).where(Consent.contact_id == merged_id, Consent.state.in_(SAID_NO))
    ).all()
    for refusal in left:
        purpose = Purpose(refusal.purpose)
        kept = _consent_of(session, kept_id, purpose)
        if kept is None or kept.state in SAID_NO or kept.decided_at > refusal.decided_at:
            continue
        last = session.get_one(ConsentProof, refusal.proof_id) if refusal.proof_id else None
        proof = Proof(
            # The channel stays: what a person did alone, nobody of the team undoes.
            Channel(last.channel) if last else Channel.EMAIL,
            last.given_on if last else clock.today(),
            N_("Choix de la fiche fusionnée"),
        )
        _decide(session, (kept_id, purpose), State(refusal.state), None, proof)
