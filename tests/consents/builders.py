"""People in every situation that the matrix tells apart."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy.orm import Session

from crm.consents.models import Consent
from crm.consents.types import Basis, State
from crm.contacts.models import Contact, NetworkMembership
from crm.core import clock
from crm.core.addresses import email_key
from crm.mail.suppression import Origin, suppress
from crm.mail.types import Purpose
from tests.factories.contacts import AffiliationFactory, ContactFactory, StructureFactory

DAY = date(2026, 3, 2)


@dataclass(frozen=True, slots=True)
class Situation:
    """What is true of a person: each field changes what may be written to them."""

    has_email: bool = True
    suppression: Origin | None = None
    suppressed_for: Purpose = Purpose.NEWSLETTER
    state: State | None = None
    basis: Basis | None = None
    has_left_since: bool = False
    function: str = "none"
    is_member: bool = False
    is_alive: bool = True


def person(email: str | None = "camille@reseau.example", **values: object) -> Contact:
    """Return a person with an address."""
    made: Contact = ContactFactory(
        email=email, email_key=email_key(email) if email else None, **values
    )
    return made


def build(session: Session, situation: Situation, number: int = 0) -> Contact:
    """Return a person in this situation."""
    address = f"personne{number}@reseau.example"
    contact = person(
        address if situation.has_email else None,
        deleted_at=None if situation.is_alive else clock.now(),
    )
    if not situation.has_left_since:
        _suppress(session, situation, address)
    if situation.state is not None:
        basis = situation.basis if situation.state is State.ACCEPTED else None
        session.add(
            Consent(
                contact_id=contact.id,
                purpose=Purpose.NEWSLETTER,
                state=situation.state,
                basis=(basis or Basis.CONSENT) if situation.state is State.ACCEPTED else None,
                decided_at=clock.now(),
            )
        )
    if situation.has_left_since:
        _suppress(session, situation, address)
    _give_function(session, contact, situation)
    session.flush()
    return contact


def _suppress(session: Session, situation: Situation, address: str) -> None:
    if situation.suppression is not None:
        suppress(
            session,
            recipient=address,
            purpose=situation.suppressed_for,
            reason="par téléphone",
            now=clock.now(),
            origin=situation.suppression,
        )


def _give_function(session: Session, contact: Contact, situation: Situation) -> None:
    if situation.function == "none":
        return
    structure = StructureFactory(
        family_code="collectivite" if situation.function == "public" else "association"
    )
    AffiliationFactory(
        contact=contact,
        structure=structure,
        is_elected=situation.function == "elected",
        end_on=DAY - timedelta(days=1) if situation.function == "past" else None,
    )
    if situation.is_member:
        session.add(NetworkMembership(structure_id=structure.id, year=DAY.year - 1))
