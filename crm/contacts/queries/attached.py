"""Reads of what hangs on a structure or a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, func, or_, select
from sqlalchemy.orm import Session

from crm.contacts.models import (
    Contact,
    ContactPoint,
    NetworkMembership,
    Partnership,
    Structure,
    StructureAddress,
)
from crm.core.errors import NotFoundError
from crm.territories.models import Commune

Rows = Sequence[Row[Any]]


@dataclass(frozen=True, slots=True)
class AttachedRecords:
    """All that hangs on a structure, for its page."""

    points: Rows
    addresses: Rows
    memberships: Rows
    partners: Rows
    children: Rows


def name_of_structure(session: Session, structure_id: int) -> str:
    """Return what a structure is called; raise NotFoundError when it is not there."""
    structure = session.get(Structure, structure_id)
    if structure is None or structure.deleted_at is not None:
        raise NotFoundError
    return structure.name


def name_of_contact(session: Session, contact_id: int) -> str:
    """Return what a person is called; raise NotFoundError when they are not there."""
    contact = session.get(Contact, contact_id)
    if contact is None or contact.deleted_at is not None:
        raise NotFoundError
    return contact.full_name


def attached_to_structure(session: Session, structure_id: int) -> AttachedRecords:
    """Return all that hangs on a structure: five queries."""
    return AttachedRecords(
        points=points_of(session, structure_id=structure_id),
        addresses=_addresses_of(session, structure_id),
        memberships=_memberships_of(session, structure_id),
        partners=_partners_of(session, structure_id),
        children=_children_of(session, structure_id),
    )


def points_of(
    session: Session, *, structure_id: int | None = None, contact_id: int | None = None
) -> Rows:
    """Return the further contact points of a structure or a person, with how many share each."""
    others = (
        select(func.count(ContactPoint.structure_id.distinct()))
        .where(
            ContactPoint.value_key == _Point.c.value_key,
            ContactPoint.structure_id != _Point.c.structure_id,
        )
        .correlate(_Point)
        .scalar_subquery()
    )
    return session.execute(
        select(
            _Point.c.id,
            _Point.c.medium,
            _Point.c.nature,
            _Point.c.value,
            _Point.c.label,
            others.label("others"),
        )
        .where(
            _Point.c.structure_id == structure_id
            if structure_id is not None
            else _Point.c.contact_id == contact_id
        )
        .order_by(_Point.c.medium, _Point.c.id)
    ).all()


_Point = ContactPoint.__table__.alias("point")


def _addresses_of(session: Session, structure_id: int) -> Rows:
    return session.execute(
        select(
            StructureAddress.id,
            StructureAddress.label,
            StructureAddress.address,
            StructureAddress.postcode,
            Commune.name.label("commune"),
        )
        .outerjoin(Commune, Commune.insee_code == StructureAddress.commune_code)
        .where(StructureAddress.structure_id == structure_id)
        .order_by(StructureAddress.id)
    ).all()


def _memberships_of(session: Session, structure_id: int) -> Rows:
    return session.execute(
        select(
            NetworkMembership.id,
            NetworkMembership.year,
            NetworkMembership.fee_cents,
            NetworkMembership.is_paid,
            NetworkMembership.paid_on,
            Contact.id.label("voter_id"),
            Contact.first_name,
            Contact.last_name,
        )
        .outerjoin(Contact, Contact.id == NetworkMembership.voting_contact_id)
        .where(NetworkMembership.structure_id == structure_id)
        .order_by(NetworkMembership.year.desc())
    ).all()


def _partners_of(session: Session, structure_id: int) -> Rows:
    other = Structure
    return session.execute(
        select(
            Partnership.id,
            Partnership.structure_id,
            Partnership.about,
            Partnership.start_on,
            Partnership.end_on,
            other.id.label("partner_id"),
            other.name.label("partner"),
        )
        .join(
            other,
            or_(
                (Partnership.structure_id == structure_id) & (other.id == Partnership.partner_id),
                (Partnership.partner_id == structure_id) & (other.id == Partnership.structure_id),
            ),
        )
        .where(other.deleted_at.is_(None))
        .order_by(other.sort_name, Partnership.id)
    ).all()


def _children_of(session: Session, structure_id: int) -> Rows:
    return session.execute(
        select(Structure.id, Structure.name)
        .where(Structure.parent_id == structure_id, Structure.deleted_at.is_(None))
        .order_by(Structure.sort_name, Structure.id)
        .limit(_MOST_CHILDREN)
    ).all()


_MOST_CHILDREN = 50
