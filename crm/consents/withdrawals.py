"""Whether an address was withdrawn after someone there had accepted: what they accepted yields."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, and_, case, literal, null, select
from sqlalchemy.orm import Session

from crm.consents.models import Consent, ConsentProof
from crm.consents.types import OWN_CHANNELS, SAID_NO, THE_PERSON, Refusal, SaidNo
from crm.contacts.models import Contact
from crm.mail.address_keys import hash_of
from crm.mail.models import Suppression, SuppressionEntry
from crm.mail.suppression import Origin, purposes_over
from crm.mail.types import Purpose


def has_left_since(purpose: Purpose, email_key: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition of the people whose address was withdrawn after they had accepted.

    It is correlated to `Contact`. What the team noted of one person is theirs alone, and is told
    by their own choice; once they are erased, nobody knows whose it was and the address speaks.
    """
    accepted_at = (
        select(Consent.decided_at)
        .where(Consent.contact_id == Contact.id, Consent.purpose == purpose.value)
        .correlate(Contact)
        .scalar_subquery()
    )
    is_of_one = (
        select(ConsentProof.id)
        .where(
            ConsentProof.recorded_at == SuppressionEntry.at,
            ConsentProof.purpose == purpose.value,
            ConsentProof.state.in_(SAID_NO),
            ConsentProof.channel.not_in(OWN_CHANNELS),
        )
        .correlate(SuppressionEntry)
        .exists()
    )
    return (
        select(SuppressionEntry.id)
        .where(
            SuppressionEntry.address_hash == hash_of(email_key),
            SuppressionEntry.purpose.in_(purposes_over(purpose)),
            SuppressionEntry.origin == Origin.WITHDRAWAL,
            SuppressionEntry.is_lifting.is_(False),
            SuppressionEntry.at >= accepted_at,
            ~is_of_one,
        )
        .correlate(Contact)
        .exists()
    )


def refusal_since(purpose: Purpose, email_key: ColumnElement[Any]) -> ColumnElement[str | None]:
    """Return that a withdrawal followed what a person accepted, or NULL where none did."""
    left = literal(Refusal.WITHDRAWN.value)
    return case((has_left_since(purpose, email_key), left), else_=null())


def noes_of_people(
    session: Session, contact_ids: Iterable[int], purpose: Purpose
) -> Mapping[int, SaidNo]:
    """Return, of the people who say no to a purpose, when they said it."""
    rows = session.execute(
        select(Consent.contact_id, Consent.decided_at, ConsentProof.channel)
        .outerjoin(ConsentProof, ConsentProof.id == Consent.proof_id)
        .where(
            Consent.contact_id.in_(sorted(contact_ids)),
            Consent.purpose == purpose.value,
            Consent.state.in_(SAID_NO),
        )
    ).tuples()
    return {person: SaidNo(at, channel in OWN_CHANNELS) for person, at, channel in rows}


def noes_of_addresses(
    session: Session, hashes: Iterable[str], purpose: Purpose
) -> Mapping[str, list[SaidNo]]:
    """Return each withdrawal from these addresses while they are held back by one."""
    wider = purposes_over(purpose)
    rows = session.execute(
        select(SuppressionEntry.address_hash, SuppressionEntry.at, SuppressionEntry.by)
        .join(
            Suppression,
            and_(
                Suppression.address_hash == SuppressionEntry.address_hash,
                Suppression.purpose == SuppressionEntry.purpose,
            ),
        )
        .where(
            Suppression.address_hash.in_(sorted(hashes)),
            Suppression.purpose.in_(wider),
            Suppression.origin == Origin.WITHDRAWAL,
            SuppressionEntry.origin == Origin.WITHDRAWAL,
            SuppressionEntry.is_lifting.is_(False),
        )
    ).tuples()
    found: dict[str, list[SaidNo]] = {}
    for address_hash, at, by in rows:
        found.setdefault(address_hash, []).append(SaidNo(at, by == THE_PERSON))
    return found
