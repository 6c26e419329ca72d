"""Reads of people: a list, one, several by a picker's values, suggestions while typing."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, join, joinedload, selectinload

from crm.contacts.models import Affiliation, Contact, Structure
from crm.contacts.queries.structures import Suggestion, is_new_name
from crm.core import clock
from crm.core.errors import NotFoundError
from crm.core.numbers import parse_ids
from crm.search.letters import holds_letters
from crm.search.queries import RELEVANCE, corrected, joined_on_words, typed_words

_SUGGESTIONS = 8
_Place = aliased(Structure)


def is_current_on(day: date) -> ColumnElement[bool]:
    """Return the condition of affiliations that hold on a day (see `rules.is_current`)."""
    return and_(
        or_(Affiliation.start_on.is_(None), Affiliation.start_on <= day),
        or_(Affiliation.end_on.is_(None), Affiliation.end_on >= day),
    )


def holds_role_words(values: Sequence[str], role: Any = Affiliation.role) -> ColumnElement[bool]:
    """Return the condition of the roles that hold one of the texts.

    SQLite compares « É » and « é » as two letters: both ways of writing are asked for, once each.
    """
    spellings = {
        "".join(each.lower() if each.isascii() else each for each in spelling)
        for text in values
        for spelling in (text, text.lower(), text.capitalize(), text.upper())
    }
    return or_(*(holds_letters(role, each) for each in sorted(spellings)))


def contact_rows(day: date) -> Select[Any]:
    """Select what a list shows of each person, with one current role on that day."""
    first_current = (
        select(func.min(Affiliation.id))
        .select_from(join(Affiliation, _Place, _Place.id == Affiliation.structure_id))
        .where(
            Affiliation.contact_id == Contact.id, is_current_on(day), _Place.deleted_at.is_(None)
        )
        .correlate(Contact)
        .scalar_subquery()
    )
    return (
        select(
            Contact.id,
            Contact.first_name,
            Contact.last_name,
            Contact.email,
            Contact.phone,
            Contact.mobile,
            Affiliation.role,
            Structure.id.label("structure_id"),
            Structure.name.label("structure"),
            Structure.departement_code,
        )
        .select_from(Contact)
        .outerjoin(Affiliation, Affiliation.id == first_current)
        .outerjoin(Structure, Structure.id == Affiliation.structure_id)
        .where(Contact.deleted_at.is_(None))
    )


_OF_PAGE = (
    select(Contact)
    .where(Contact.id == bindparam("contact_id"), Contact.deleted_at.is_(None))
    .options(selectinload(Contact.tags))
)
_AFFILIATIONS = (
    select(Affiliation)
    .join(Affiliation.structure)
    .where(Affiliation.contact_id == bindparam("contact_id"), Structure.deleted_at.is_(None))
    .options(contains_eager(Affiliation.structure))
    .order_by(Affiliation.end_on.is_not(None), Affiliation.end_on.desc(), Affiliation.id)
)


def contact_for_page(session: Session, contact_id: int) -> Contact:
    """Return a person with their tags; raise NotFoundError."""
    contact = session.scalar(_OF_PAGE, {"contact_id": contact_id})
    if contact is None:
        raise NotFoundError
    return contact


def affiliations_of(session: Session, contact_id: int) -> Sequence[Affiliation]:
    """Return what a person does and did, the present first."""
    return session.scalars(_AFFILIATIONS, {"contact_id": contact_id}).all()


def affiliation_for_page(session: Session, affiliation_id: int) -> Affiliation:
    """Return an affiliation with both its ends, out of the trash; raise NotFoundError."""
    affiliation = session.scalar(
        select(Affiliation)
        .where(Affiliation.id == affiliation_id)
        .options(joinedload(Affiliation.structure), joinedload(Affiliation.contact))
    )
    if affiliation is None or affiliation.structure.deleted_at or affiliation.contact.deleted_at:
        raise NotFoundError
    return affiliation


def find_contacts(session: Session, text: str, limit: int = _SUGGESTIONS) -> list[Suggestion]:
    """Return the people who fit the words typed, best first, one typing error forgiven."""
    prefixes = typed_words(text)
    if not prefixes:
        return []
    found = _suggested(session, prefixes, limit)
    if not found and (better := corrected(session, "contact", prefixes)):
        found = _suggested(session, better, limit)
    return found


def contacts_by_values(session: Session, values: Sequence[str]) -> list[tuple[str, str]]:
    """Return (value, label) of what a picker holds, so that a page can show it again."""
    ids = parse_ids(list(values))
    found = (
        session.scalars(select(Contact).where(Contact.id.in_(ids), Contact.deleted_at.is_(None)))
        if ids
        else ()
    )
    known = {str(contact.id): contact.full_name for contact in found}
    known |= {value: value[4:] for value in values if is_new_name(value)}
    return [(value, known[value]) for value in values if value in known]


def _suggested(session: Session, prefixes: list[str], limit: int) -> list[Suggestion]:
    statement = joined_on_words(contact_rows(clock.today()), Contact.id, "contact", prefixes)
    rows = session.execute(statement.order_by(*RELEVANCE).limit(limit))
    return [
        Suggestion(
            str(row.id),
            " ".join(filter(None, (row.first_name, row.last_name))),
            " · ".join(filter(None, (row.role, row.structure))),
        )
        for row in rows
    ]
