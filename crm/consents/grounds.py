"""On what other ground than their own agreement people may be written to, in SQL."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, union_all

from crm.consents.rules import PUBLIC_FAMILIES
from crm.consents.types import Basis
from crm.contacts.models import (
    Affiliation,
    Contact,
    GroupRepresentative,
    NetworkMembership,
    Structure,
)
from crm.contacts.queries.people import is_current_on


def ground(basis: Basis, day: date, *, is_of_one: bool = False) -> ColumnElement[bool]:
    """Return the condition of the people for whom a basis other than consent holds on a day.

    The people are read as a set, once for a whole audience; with `is_of_one`, each is asked by
    the indexes instead, which is how one person is looked at.
    """
    if basis is Basis.CONSENT:
        raise ValueError("consent is given by the person, not found")
    found = _found(basis, day, is_of_one=is_of_one)
    if not is_of_one:
        return Contact.id.in_(union_all(*found) if len(found) > 1 else found[0])
    return or_(*(_asked_of_one(each) for each in found))


def _asked_of_one(people: Select[tuple[int]]) -> ColumnElement[bool]:
    column = next(iter(people.selected_columns))
    return people.where(column == Contact.id).correlate(Contact).exists()


def _found(basis: Basis, day: date, *, is_of_one: bool) -> list[Any]:
    """Return what selects the people of a basis: those that one statement or another finds."""
    held = (
        select(Affiliation.contact_id)
        .join(Structure, Structure.id == Affiliation.structure_id)
        .where(is_current_on(day), Structure.deleted_at.is_(None))
    )
    if basis is Basis.LEGITIMATE_INTEREST:
        return [held]
    if basis is Basis.PUBLIC_MISSION:
        is_public = Structure.family_code.in_(PUBLIC_FAMILIES)
        return [held.where(or_(Affiliation.is_elected, is_public))]
    # A fee of last year still makes a member: this year's is called for later. Added to nothing,
    # the year is no way in: one person is found by their own index.
    year = NetworkMembership.year + 0 if is_of_one else NetworkMembership.year
    is_recent = year.between(day.year - 1, day.year)
    return [
        held.join(
            NetworkMembership, NetworkMembership.structure_id == Affiliation.structure_id
        ).where(is_recent),
        select(NetworkMembership.voting_contact_id).where(
            NetworkMembership.voting_contact_id.is_not(None), is_recent
        ),
        select(GroupRepresentative.contact_id).where(
            GroupRepresentative.start_on <= day,
            or_(GroupRepresentative.end_on.is_(None), GroupRepresentative.end_on >= day),
        ),
    ]
