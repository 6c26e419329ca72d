"""Making and changing people and what ties them to structures."""

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from crm.contacts.indexing import index_contact
from crm.contacts.models import Affiliation, Contact, Seat, Structure
from crm.contacts.operations.tags import find_or_create_tags
from crm.contacts.queries.identities import find_present
from crm.contacts.queries.people import affiliation_for_page
from crm.contacts.rules import clean_affiliation, clean_contact, split_name
from crm.contacts.types import AffiliationData, ContactData
from crm.core import clock
from crm.core.addresses import email_key
from crm.core.days import meet
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.core.numbers import parse_id
from crm.core.text import sort_key

DEFAULT_ROLE = "Contact"


def create_contact(session: Session, *, data: ContactData) -> Contact:
    """Make a person and return them; raise RuleError with the field that does not fit."""
    contact = Contact(created_at=clock.now(), tags=[])
    _fill(session, contact, clean_contact(data))
    session.add(contact)
    session.flush()
    index_contact(session, contact)
    return contact


def update_contact(
    session: Session, *, contact_id: int, version: int, data: ContactData
) -> Contact:
    """Change a person as they were at that version; raise StaleRecordError if they moved on."""
    contact = get_contact(session, contact_id)
    if contact.version != version:
        raise StaleRecordError(contact)
    _fill(session, contact, clean_contact(data))
    session.flush()
    index_contact(session, contact)
    return contact


def get_contact(session: Session, contact_id: int) -> Contact:
    """Return a person who is not in the trash; raise NotFoundError."""
    contact = session.scalar(
        select(Contact)
        .where(Contact.id == contact_id, Contact.deleted_at.is_(None))
        .options(selectinload(Contact.tags))
    )
    if contact is None:
        raise NotFoundError
    return contact


def resolve_contact(session: Session, *, value: str, structure_id: int | None) -> Contact:
    """Return the person that a picker's value names: an id, or `new:First Last`, made here.

    A new person is affiliated to the structure from today.
    """
    if value.startswith("new:") and value[4:].strip():
        first_name, last_name = split_name(value[4:].strip())
        contact = create_contact(
            session, data=ContactData(first_name=first_name, last_name=last_name)
        )
        if structure_id is not None:
            create_affiliation(
                session,
                contact_id=contact.id,
                structure_id=structure_id,
                data=AffiliationData(role=DEFAULT_ROLE, start_on=clock.today()),
            )
        return contact
    record_id = parse_id(value)
    if record_id is not None:
        found: Contact | None = find_present(session, "contact", record_id)
        if found is not None:
            return found
    raise RuleError("contacts", N_("Cette personne n’existe pas ou plus."))


def create_affiliation(
    session: Session, *, contact_id: int, structure_id: int, data: AffiliationData
) -> Affiliation:
    """Tie a person to a structure; raise RuleError for the same role at the same time."""
    data = clean_affiliation(data)
    contact = get_contact(session, contact_id)
    _check_structure(session, structure_id)
    _check_no_twin(session, contact_id, structure_id, data)
    affiliation = Affiliation(contact_id=contact_id, structure_id=structure_id)
    _fill_affiliation(affiliation, data)
    affiliation.seat_id = _seat_of(session, data.seat_id, structure_id)
    session.add(affiliation)
    session.flush()
    index_contact(session, contact)
    return affiliation


def update_affiliation(
    session: Session, *, affiliation_id: int, version: int, data: AffiliationData
) -> Affiliation:
    """Change a role or its dates; raise StaleRecordError if it has moved on."""
    affiliation = affiliation_for_page(session, affiliation_id)
    if affiliation.version != version:
        raise StaleRecordError(affiliation)
    data = clean_affiliation(data)
    _check_no_twin(
        session, affiliation.contact_id, affiliation.structure_id, data, but_id=affiliation_id
    )
    _fill_affiliation(affiliation, data)
    session.flush()
    return affiliation


def check_affiliation(session: Session, affiliation: Affiliation) -> None:
    """Raise RuleError when the person has this role twice at the same time."""
    data = AffiliationData(
        role=affiliation.role, start_on=affiliation.start_on, end_on=affiliation.end_on
    )
    _check_no_twin(
        session,
        affiliation.contact_id,
        affiliation.structure_id,
        clean_affiliation(data),
        but_id=affiliation.id,
    )


def _fill(session: Session, contact: Contact, data: ContactData) -> None:
    contact.first_name = data.first_name
    contact.last_name = data.last_name
    contact.sort_name = sort_key(f"{data.last_name} {data.first_name or ''}")
    contact.email = data.email
    contact.email_key = email_key(data.email) if data.email else None
    contact.phone = data.phone
    contact.mobile = data.mobile
    contact.language = data.language
    contact.notes = data.notes
    contact.tags = find_or_create_tags(session, data.tag_labels)


def _fill_affiliation(affiliation: Affiliation, data: AffiliationData) -> None:
    affiliation.role = data.role
    affiliation.is_elected = data.is_elected
    affiliation.start_on = data.start_on
    affiliation.end_on = data.end_on
    affiliation.end_reason = data.end_reason


def _seat_of(session: Session, seat_id: int | None, structure_id: int) -> int | None:
    """Return the seat, when it is one of the structure's; a forged one is none."""
    seat = session.get(Seat, seat_id) if seat_id is not None else None
    return seat.id if seat is not None and seat.structure_id == structure_id else None


def _check_structure(session: Session, structure_id: int) -> None:
    structure = session.get(Structure, structure_id)
    if structure is None or structure.deleted_at is not None:
        raise RuleError("structure", N_("Cette structure n’existe pas ou plus."))


def _check_no_twin(
    session: Session,
    contact_id: int,
    structure_id: int,
    data: AffiliationData,
    but_id: int | None = None,
) -> None:
    same = session.execute(
        select(Affiliation.start_on, Affiliation.end_on).where(
            Affiliation.contact_id == contact_id,
            Affiliation.structure_id == structure_id,
            Affiliation.role == data.role,
            Affiliation.id != (but_id or 0),
        )
    )
    for start_on, end_on in same.tuples():
        if meet(data.start_on, data.end_on, start_on, end_on):
            raise RuleError("role", N_("Cette personne a déjà cette fonction ici à ces dates."))
