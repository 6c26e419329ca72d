"""What is noted of many people at once: an agreement with its proof, keeping them, the trash."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.consents.forms import ConsentForm
from crm.consents.models import Consent, ConsentProof, RetentionChoice
from crm.consents.operations import proof_of
from crm.consents.rules import LONGEST_NOTE, check_basis, check_proof, has_followed
from crm.consents.types import Basis, Proof, State
from crm.consents.withdrawals import noes_of_addresses, noes_of_people
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.batches import in_batches
from crm.core.errors import N_, RuleError
from crm.database import Turn, take_turn
from crm.history.bulk import BulkAction, check_all_found, check_selection
from crm.history.recording import describe_save
from crm.history.trash import move_all_to_trash
from crm.mail.suppression import hashed
from crm.mail.types import Purpose


@dataclass(frozen=True, slots=True)
class Noted:
    """How many choices were noted, and how many were left for someone said no since."""

    count: int
    left: int


def give_many(
    session: Session,
    *,
    ids: Sequence[int],
    purposes: Sequence[Purpose],
    basis: Basis,
    proof: Proof,
) -> Noted:
    """Note one agreement of many people, as `give_consent` does of one, in few statements.

    Whoever said no after it is left as they are. Raises RuleError when one is not there.
    """
    wanted = check_selection(ids)
    proof = check_proof(proof, clock.today())
    for purpose in purposes:
        check_basis(purpose, basis)
    take_turn(session, Turn.CHOOSE)
    describe_save(session, label=N_("Accord noté pour une sélection"))
    count = left = 0
    for batch in in_batches(wanted):
        people = session.execute(
            select(Contact.id, Contact.email).where(
                Contact.id.in_(batch), Contact.deleted_at.is_(None)
            )
        ).tuples()
        emails = dict(people.all())
        check_all_found(batch, len(emails))
        for purpose in purposes:
            done = _give_batch(session, emails, purpose, basis, proof)
            count, left = count + done, left + len(emails) - done
    return Noted(count, left)


def _give_batch(
    session: Session,
    emails: dict[int, str | None],
    purpose: Purpose,
    basis: Basis,
    proof: Proof,
) -> int:
    found = session.scalars(
        select(Consent).where(Consent.purpose == purpose, Consent.contact_id.in_(sorted(emails)))
    )
    known = {each.contact_id: each for each in found}
    people = noes_of_people(session, emails, purpose)
    hashes = {key: hashed(email) for key, email in emails.items() if email}
    addresses = noes_of_addresses(session, hashes.values(), purpose)
    proofs: dict[int, ConsentProof] = {}
    for contact_id in emails:
        noes = list(addresses.get(hashes.get(contact_id, ""), ()))
        if contact_id in people:
            noes.append(people[contact_id])
        if not any(has_followed(each, proof) for each in noes):
            proofs[contact_id] = proof_of(
                session, (contact_id, purpose), State.ACCEPTED, basis, proof
            )
    session.add_all(proofs.values())
    session.flush()
    for contact_id, kept in proofs.items():
        consent = known.get(contact_id) or Consent(contact_id=contact_id, purpose=purpose)
        consent.state, consent.basis = State.ACCEPTED, basis
        consent.decided_at, consent.proof_id = kept.recorded_at, kept.id
        session.add(consent)
    session.flush()
    return len(proofs)


def keep_people(session: Session, *, ids: Sequence[int], reason: str) -> int:
    """Note that the team keeps these people although nothing was heard of them, and why."""
    reason = " ".join(reason.split())
    if not reason:
        raise RuleError("value", N_("Dites pourquoi : c’est ce qui restera."))
    wanted = check_selection(ids)
    found = 0
    for batch in in_batches(wanted):
        statement = select(Contact.id).where(Contact.id.in_(batch), Contact.deleted_at.is_(None))
        found += len(session.scalars(statement).all())
    check_all_found(wanted, found)
    describe_save(session, label=N_("Conservation d’une sélection de contacts"))
    session.add_all(
        RetentionChoice(contact_id=each, kept_on=clock.today(), reason=reason[:LONGEST_NOTE])
        for each in wanted
    )
    session.flush()
    return len(wanted)


def trash_people(session: Session, *, ids: Sequence[int], reason: str) -> int:
    """Put people in the trash, where they stay thirty days; return how many."""
    wanted = check_selection(ids)
    people: list[Contact] = []
    for batch in in_batches(wanted):
        people += session.scalars(
            select(Contact)
            .where(Contact.id.in_(batch), Contact.deleted_at.is_(None))
            .order_by(Contact.id)
        )
    check_all_found(wanted, len(people))
    describe_save(session, label=N_("Corbeille pour une sélection de contacts"))
    move_all_to_trash(session, entity="contact", records=people, reason=reason)
    return len(people)


def consent_page(ids: Sequence[int], back: str) -> ResponseReturnValue:
    """Show the form of an agreement for the people selected."""
    form = ConsentForm(formdata=None)
    form.offer()
    form.given_on.data = clock.today()
    return render_template("consents/bulk.html", form=form, ids=ids, back=back)


CONTACT_ACTIONS = (
    BulkAction("accord", N_("Noter un accord, avec sa preuve"), page=consent_page),
    BulkAction(
        "conserver",
        N_("Conserver, parce que"),
        lambda session, ids, value: keep_people(session, ids=ids, reason=value),
    ),
    BulkAction(
        "corbeille",
        N_("Mettre à la corbeille, parce que"),
        lambda session, ids, value: trash_people(session, ids=ids, reason=value),
    ),
)
