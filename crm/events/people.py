"""Whom a registration is of, as far as that is sure: one person at the address, with that name.

Who is known is told to nobody: what is not sure waits for the team.
"""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.consents.subscriptions import people_at
from crm.contacts.models import Affiliation, Contact, Structure
from crm.contacts.queries.identities import find_present
from crm.contacts.queries.people import is_current_on
from crm.core import clock
from crm.core.text import sort_key
from crm.mailings.models import MailingRecipient


@dataclass(frozen=True, slots=True)
class Recognised:
    """A person, and the structure they come from; each empty where it is not sure."""

    contact_id: int | None = None
    structure_id: int | None = None


def recognise(
    session: Session,
    *,
    email: str,
    last_name: str,
    first_name: str | None,
    structure_name: str | None,
) -> Recognised:
    """Return whom these words are of: one person at that address, by that name, and no other."""
    people = people_at(session, email)
    if len(people) != 1 or not is_named(people[0], last_name, first_name):
        return Recognised()
    return Recognised(people[0].id, structure_of(session, people[0].id, structure_name))


def is_named(contact: Contact, last_name: str, first_name: str | None) -> bool:
    """Tell whether a person has this name, in whichever order it was typed."""
    first = first_name or ""
    return contact.sort_name in (
        sort_key(f"{last_name} {first}"),
        sort_key(f"{first} {last_name}"),
    )


def structure_of(session: Session, contact_id: int, name: str | None) -> int | None:
    """Return the structure of a person today: the one named, or the only one; None when unsure."""
    current = session.execute(
        select(Structure.id, Structure.name, Structure.acronym)
        .join(Affiliation, Affiliation.structure_id == Structure.id)
        .where(
            Affiliation.contact_id == contact_id,
            Structure.deleted_at.is_(None),
            is_current_on(clock.today()),
        )
        .distinct()
        .order_by(Structure.id)
    ).all()
    if name:
        typed = sort_key(name)
        current = [
            each for each in current if typed in (sort_key(each.name), sort_key(each.acronym or ""))
        ]
    return int(current[0].id) if len(current) == 1 else None


def structure_invited(session: Session, recipient_id: int | None, name: str | None) -> int | None:
    """Return the structure that an invitation was written to, when whoever registers says it is so.

    An invitation is passed on: another name than the one it was written to is another structure.
    """
    if recipient_id is None or not name:
        return None
    recipient = session.get(MailingRecipient, recipient_id)
    if recipient is None or recipient.structure_id is None or not recipient.structure_name:
        return None
    if sort_key(recipient.structure_name) != sort_key(name):
        return None
    found = find_present(session, "structure", recipient.structure_id)
    return None if found is None else int(found.id)
