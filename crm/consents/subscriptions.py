"""Subscribing from outside: asked on a page, confirmed from the address, given to one person.

Nothing is done before the link sent to the address comes back: whoever typed it may be someone
else. Who is known is told to nobody.
"""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from crm.consents.messages import send_confirmation
from crm.consents.models import SubscriptionRequest
from crm.consents.objections import lift_for_fresh_consent
from crm.consents.operations import act_as_the_person, give_consent
from crm.consents.types import Basis, Channel, Proof
from crm.consents.wordings import current_wordings
from crm.contacts.models import Contact
from crm.contacts.operations.people import create_contact
from crm.contacts.types import ContactData
from crm.core import clock
from crm.core.addresses import email_key, parse_email
from crm.core.errors import N_, NotFoundError, RuleError
from crm.core.text import sort_key
from crm.history.recording import actor_of
from crm.mail.types import Purpose
from crm.web.locale import translate

KEPT_FOR = timedelta(days=7)
_TOKEN_BYTES = 24


class Outcome(StrEnum):
    """What became of a link that confirms."""

    SUBSCRIBED = "abonne"
    REVIEW = "a_verifier"
    ALREADY = "deja"


@dataclass(frozen=True, slots=True)
class SubscriptionData:
    """What someone typed on the public page."""

    email: str
    last_name: str
    purposes: Sequence[Purpose]
    first_name: str | None = None
    structure: str | None = None


def ask_subscription(session: Session, *, data: SubscriptionData) -> str:
    """Keep what was asked and write to the address; return the token of the link.

    Raises RuleError beside the field that does not fit.
    """
    now = clock.now()
    session.execute(
        delete(SubscriptionRequest).where(
            SubscriptionRequest.expires_at < now, SubscriptionRequest.confirmed_at.is_(None)
        )
    )
    email = parse_email(data.email)
    wordings = current_wordings(session)
    asked = {each: wordings[each].id for each in data.purposes if each in wordings}
    if not asked:
        raise RuleError("purposes", N_("Choisissez au moins ce que vous voulez recevoir."))
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    request = SubscriptionRequest(
        token_hash=_hash(token),
        email=email,
        first_name=data.first_name,
        last_name=data.last_name,
        structure=data.structure,
        wordings={each.value: number for each, number in asked.items()},
        created_at=now,
        expires_at=now + KEPT_FOR,
    )
    session.add(request)
    session.flush()
    send_confirmation(
        session, request=request, token=token, texts=[wordings[e].text for e in asked]
    )
    return token


def find_request(session: Session, token: str) -> SubscriptionRequest:
    """Return what a link confirms, or has confirmed; raise NotFoundError for any other token."""
    request = session.scalars(
        select(SubscriptionRequest).where(SubscriptionRequest.token_hash == _hash(token))
    ).one_or_none()
    if request is None or (request.confirmed_at is None and request.expires_at <= clock.now()):
        raise NotFoundError
    return request


def confirm(session: Session, *, token: str) -> Outcome:
    """Give what was asked to the one person it is for; raise NotFoundError for an old link.

    An address that several people share, or whose person has another name, waits for the team.
    """
    request = find_request(session, token)
    claimed = session.execute(
        update(SubscriptionRequest)
        .where(SubscriptionRequest.id == request.id, SubscriptionRequest.confirmed_at.is_(None))
        .values(confirmed_at=clock.now())
        .returning(SubscriptionRequest.id)
    )
    if claimed.first() is None:
        return Outcome.ALREADY
    session.refresh(request)
    act_as_the_person(session)
    people = people_at(session, request.email)
    if people and (len(people) > 1 or not _has_name(people[0], request)):
        return Outcome.REVIEW
    contact = people[0] if people else _make_person(session, request)
    _subscribe(session, request, contact)
    return Outcome.SUBSCRIBED


def settle(session: Session, *, request_id: int, contact_id: int | None) -> int:
    """Give what waits to a person, or to a new one; return their id.

    Raises NotFoundError where it is settled already, or the person is not there.
    """
    request = _waiting(session, request_id)
    if contact_id is None:
        contact = _make_person(session, request)
    else:
        found = session.get(Contact, contact_id)
        if found is None or found.deleted_at is not None:
            raise NotFoundError
        contact = found
    _subscribe(session, request, contact)
    return contact.id


def dismiss(session: Session, *, request_id: int) -> None:
    """Settle what waits without giving it to anyone."""
    request = _waiting(session, request_id)
    request.settled_at, request.settled_by = clock.now(), actor_of(session).name
    session.flush()


def waiting_requests(session: Session) -> list[SubscriptionRequest]:
    """Return what is confirmed and waits for the team, the oldest first."""
    return list(
        session.scalars(
            select(SubscriptionRequest)
            .where(
                SubscriptionRequest.confirmed_at.is_not(None),
                SubscriptionRequest.settled_at.is_(None),
            )
            .order_by(SubscriptionRequest.confirmed_at, SubscriptionRequest.id)
        )
    )


def people_at(session: Session, email: str) -> list[Contact]:
    """Return the people known at an address, in order."""
    return list(
        session.scalars(
            select(Contact)
            .where(Contact.email_key == email_key(email), Contact.deleted_at.is_(None))
            .order_by(Contact.sort_name, Contact.id)
        )
    )


def people_at_each(session: Session, emails: Sequence[str]) -> Mapping[str, list[Contact]]:
    """Return the people known at each of these addresses, by its key, in one query."""
    keys = sorted({email_key(each) for each in emails})
    found = session.scalars(
        select(Contact)
        .where(Contact.email_key.in_(keys), Contact.deleted_at.is_(None))
        .order_by(Contact.sort_name, Contact.id)
    )
    by_key: dict[str, list[Contact]] = {key: [] for key in keys}
    for contact in found:
        by_key[str(contact.email_key)].append(contact)
    return by_key


def _waiting(session: Session, request_id: int) -> SubscriptionRequest:
    request = session.get(SubscriptionRequest, request_id)
    if request is None or request.confirmed_at is None or request.settled_at is not None:
        raise NotFoundError
    return request


def _has_name(contact: Contact, request: SubscriptionRequest) -> bool:
    return contact.sort_name == sort_key(f"{request.last_name} {request.first_name or ''}")


def _make_person(session: Session, request: SubscriptionRequest) -> Contact:
    notes = None
    if request.structure:
        said = N_("Structure indiquée à l’inscription : %(name)s")
        notes = translate(said, name=request.structure)
    return create_contact(
        session,
        data=ContactData(
            last_name=request.last_name,
            first_name=request.first_name,
            email=request.email,
            notes=notes,
        ),
    )


def _subscribe(session: Session, request: SubscriptionRequest, contact: Contact) -> None:
    if request.confirmed_at is None:
        raise NotFoundError
    purposes = [Purpose(each) for each in request.wordings]
    lift_for_fresh_consent(
        session, address=request.email, purposes=purposes, before=request.confirmed_at
    )
    given_on = clock.in_paris(request.confirmed_at).date()
    for purpose in purposes:
        proof = Proof(
            Channel.PUBLIC_FORM,
            given_on,
            wording_id=request.wordings[purpose],
            given_at=request.confirmed_at,
        )
        give_consent(
            session, contact_id=contact.id, purpose=purpose, basis=Basis.CONSENT, proof=proof
        )
    request.contact_id, request.settled_at = contact.id, clock.now()
    request.settled_by = actor_of(session).name
    session.flush()


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
