"""Reads of what hangs on a structure or a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from crm.contacts.models import (
    Contact,
    ContactPoint,
    NetworkMembership,
    Partnership,
    Seat,
    Structure,
    StructureAddress,
)
from crm.contacts.queries.mandates import vacancies_of
from crm.core.errors import NotFoundError
from crm.territories.models import Commune

Rows = Sequence[Row[Any]]
_MOST_CHILDREN = 50


@dataclass(frozen=True, slots=True)
class AttachedRecords:
    """All that hangs on a structure, for its page."""

    points: Rows
    addresses: Rows
    memberships: Rows
    partners: Rows
    children: Rows
    vacancies: Rows


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


def attached_to_structure(session: Session, structure_id: int, day: date) -> AttachedRecords:
    """Return all that hangs on a structure, and the seats vacant on a day.

    One statement says what there is, one more reads each list that is not empty.
    """
    values = {"structure_id": structure_id}
    connection = session.connection()
    there = connection.execute(_THERE, values).one()
    return AttachedRecords(
        **{
            name: connection.execute(statement, values).all() if getattr(there, name) else ()
            for name, statement in _OF_STRUCTURE.items()
        },
        vacancies=vacancies_of(session, structure_id, day) if there.seats else (),
    )


def points_of_contact(session: Session, contact_id: int) -> Rows:
    """Return the further contact points of a person."""
    return session.connection().execute(_POINTS, {"contact_id": contact_id}).all()


def _points(of_owner: ColumnElement[bool]) -> Select[Any]:
    """Select contact points, each with how many other structures have the same."""
    twin = aliased(ContactPoint)
    others = (
        select(func.count(twin.structure_id.distinct()))
        .where(
            twin.value_key == ContactPoint.value_key,
            twin.structure_id != ContactPoint.structure_id,
        )
        .correlate(ContactPoint)
        .scalar_subquery()
    )
    return (
        select(
            ContactPoint.id,
            ContactPoint.medium,
            ContactPoint.nature,
            ContactPoint.value,
            ContactPoint.label,
            others.label("others"),
        )
        .where(of_owner)
        .order_by(ContactPoint.medium, ContactPoint.id)
    )


_POINTS = _points(ContactPoint.contact_id == bindparam("contact_id"))
_STRUCTURE_ID: BindParameter[int] = bindparam("structure_id", type_=Integer)
_IS_PARTNER = or_(
    and_(Partnership.structure_id == _STRUCTURE_ID, Structure.id == Partnership.partner_id),
    and_(Partnership.partner_id == _STRUCTURE_ID, Structure.id == Partnership.structure_id),
)
_THERE = select(
    exists().where(ContactPoint.structure_id == _STRUCTURE_ID).label("points"),
    exists().where(StructureAddress.structure_id == _STRUCTURE_ID).label("addresses"),
    exists().where(NetworkMembership.structure_id == _STRUCTURE_ID).label("memberships"),
    or_(
        exists().where(Partnership.structure_id == _STRUCTURE_ID),
        exists().where(Partnership.partner_id == _STRUCTURE_ID),
    ).label("partners"),
    exists().where(Structure.parent_id == _STRUCTURE_ID).label("children"),
    exists().where(Seat.structure_id == _STRUCTURE_ID).label("seats"),
)
_OF_STRUCTURE: dict[str, Select[Any]] = {
    "points": _points(ContactPoint.structure_id == _STRUCTURE_ID),
    "addresses": select(
        StructureAddress.id,
        StructureAddress.label,
        StructureAddress.address,
        StructureAddress.postcode,
        Commune.name.label("commune"),
    )
    .outerjoin(Commune, Commune.insee_code == StructureAddress.commune_code)
    .where(StructureAddress.structure_id == _STRUCTURE_ID)
    .order_by(StructureAddress.id),
    "memberships": select(
        NetworkMembership.id,
        NetworkMembership.year,
        NetworkMembership.fee_cents,
        NetworkMembership.is_paid,
        NetworkMembership.paid_on,
        Contact.id.label("voter_id"),
        Contact.first_name,
        Contact.last_name,
    )
    .outerjoin(
        Contact,
        and_(Contact.id == NetworkMembership.voting_contact_id, Contact.deleted_at.is_(None)),
    )
    .where(NetworkMembership.structure_id == _STRUCTURE_ID)
    .order_by(NetworkMembership.year.desc()),
    "partners": select(
        Partnership.id,
        Partnership.structure_id,
        Partnership.about,
        Partnership.start_on,
        Partnership.end_on,
        Structure.id.label("partner_id"),
        Structure.name.label("partner"),
    )
    .join(Structure, _IS_PARTNER)
    .where(Structure.deleted_at.is_(None))
    .order_by(Structure.sort_name, Partnership.id),
    "children": select(Structure.id, Structure.name)
    .where(Structure.parent_id == _STRUCTURE_ID, Structure.deleted_at.is_(None))
    .order_by(Structure.sort_name, Structure.id)
    .limit(_MOST_CHILDREN),
}
