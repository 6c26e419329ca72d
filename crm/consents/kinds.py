"""How a choice comes back by an undo, and what nobody of the team may undo: what a person did."""

from typing import Any

from sqlalchemy import Connection, Select, delete, event, insert, select
from sqlalchemy.orm import Session, object_session

from crm.consents.models import Consent, ConsentProof, RetentionChoice
from crm.consents.types import OWN_CHANNELS, PURPOSE_LABELS, SAID_NO, Channel
from crm.contacts.models import Contact
from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.history.kinds import Kind
from crm.history.recording import actor_of
from crm.mail.models import Suppression
from crm.mail.suppression import Origin, hashed, suppress
from crm.mail.types import Purpose
from crm.web.access import Permission
from crm.web.locale import translate

THEIR_OWN = N_(
    "C’est la personne elle-même qui l’a choisi : notez un nouveau choix, avec sa preuve."
)
OWNED_BY_CONTACT = ("consent", "consent_proof", "retention_choice", "subscription_request")


def _last_proof(contact_id: int, purpose: str) -> Select[Any]:
    return (
        select(ConsentProof.channel, ConsentProof.recorded_at)
        .where(ConsentProof.contact_id == contact_id, ConsentProof.purpose == purpose)
        .order_by(ConsentProof.id.desc())
        .limit(1)
    )


def mend_consent(session: Session, consent: Consent) -> None:
    """Tell by a proof that a choice was put back; raise RuleError for one the person made.

    The address goes with it: suppressed for what is refused again, free of what is taken back.
    """
    last = session.execute(_last_proof(consent.contact_id, consent.purpose)).one_or_none()
    if last is not None and last.channel in OWN_CHANNELS:
        raise RuleError("form", THEIR_OWN)
    now, actor = clock.now(), actor_of(session)
    proof = ConsentProof(
        contact_id=consent.contact_id,
        purpose=consent.purpose,
        state=consent.state,
        basis=consent.basis,
        channel=Channel.UNDO,
        given_on=clock.today(),
        recorded_at=now,
        recorded_by_id=actor.user_id,
        recorded_by=actor.name,
    )
    session.add(proof)
    session.flush([proof])
    consent.proof_id = proof.id
    address = session.scalar(select(Contact.email).where(Contact.id == consent.contact_id))
    if address and consent.state in SAID_NO:
        suppress(
            session,
            recipient=address,
            purpose=Purpose(consent.purpose),
            reason=N_("Choix rétabli"),
            now=now,
            origin=Origin.WITHDRAWAL,
            by=actor.name,
        )
    elif address and last is not None:
        session.execute(_made_by_withdrawal(address, consent.purpose, last.recorded_at))
    session.flush()


def _made_by_withdrawal(address: str, purpose: str, at: Any) -> Any:
    return delete(Suppression).where(
        Suppression.address_hash == hashed(address),
        Suppression.purpose == purpose,
        Suppression.origin == Origin.WITHDRAWAL,
        Suppression.created_at == at,
    )


def _before_taken_away(_mapper: Any, connection: Connection, consent: Consent) -> None:
    """Keep a proof that a first choice was undone; refuse it for one the person made."""
    last = connection.execute(_last_proof(consent.contact_id, consent.purpose)).one_or_none()
    if last is not None and last.channel in OWN_CHANNELS:
        raise RuleError("form", THEIR_OWN)
    session = object_session(consent)
    actor = actor_of(session) if session is not None else None
    connection.execute(
        insert(ConsentProof).values(
            contact_id=consent.contact_id,
            purpose=consent.purpose,
            channel=Channel.UNDO,
            given_on=clock.today(),
            recorded_at=clock.now(),
            recorded_by_id=actor.user_id if actor else None,
            recorded_by=actor.name if actor else "Passerelle",
        )
    )
    address = connection.scalar(select(Contact.email).where(Contact.id == consent.contact_id))
    if address:
        connection.execute(_made_by_withdrawal(address, consent.purpose, consent.decided_at))


event.listen(Consent, "before_delete", _before_taken_away)

KINDS = (
    Kind(
        "consent",
        Consent,
        lambda consent: translate(PURPOSE_LABELS[consent.purpose]),
        permission=Permission.EDIT_NETWORK,
        mend=mend_consent,
    ),
    Kind("retention_choice", RetentionChoice, lambda choice: choice.reason),
)
POINTERS = ()
