"""Reads of mandates and seats: who holds what on a day, and which seats stand vacant."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session, aliased, join

from crm.contacts.models import Affiliation, Contact, Seat, Structure
from crm.contacts.queries.people import is_current_on

_Holder = aliased(Contact)


def mandate_rows(day: date) -> Select[Any]:
    """Select who holds an elected mandate on a day."""
    return (
        select(
            Affiliation.id,
            Affiliation.role,
            Affiliation.start_on,
            Contact.id.label("contact_id"),
            Contact.first_name,
            Contact.last_name,
            Structure.id.label("structure_id"),
            Structure.name.label("structure"),
            Structure.departement_code,
        )
        .join(Contact, Contact.id == Affiliation.contact_id)
        .join(Structure, Structure.id == Affiliation.structure_id)
        .where(
            Affiliation.is_elected,
            is_current_on(day),
            Contact.deleted_at.is_(None),
            Structure.deleted_at.is_(None),
        )
    )


def is_vacant_on(day: date) -> ColumnElement[bool]:
    """Return the condition of seats that exist on a day and that nobody holds then."""
    return and_(
        or_(Seat.opened_on.is_(None), Seat.opened_on <= day),
        or_(Seat.closed_on.is_(None), Seat.closed_on >= day),
        ~exists().where(
            Affiliation.seat_id == Seat.id,
            is_current_on(day),
            _Holder.id == Affiliation.contact_id,
            _Holder.deleted_at.is_(None),
        ),
    )


def vacancy_rows(day: date) -> Select[Any]:
    """Select the seats that stand vacant on a day, each with its last holder."""
    held = aliased(Affiliation)
    last = (
        select(func.max(held.id))
        .where(
            held.seat_id == Seat.id,
            held.end_on
            == select(func.max(Affiliation.end_on))
            .where(Affiliation.seat_id == Seat.id, Affiliation.end_on < day)
            .correlate(Seat)
            .scalar_subquery(),
        )
        .correlate(Seat)
        .scalar_subquery()
    )
    former = aliased(Affiliation)
    return (
        select(
            Seat.id,
            Seat.role,
            Seat.is_elected,
            Structure.id.label("structure_id"),
            Structure.name.label("structure"),
            Structure.departement_code,
            former.end_on.label("vacant_since"),
            Contact.id.label("contact_id"),
            Contact.first_name,
            Contact.last_name,
        )
        .select_from(
            join(Seat, Structure, Structure.id == Seat.structure_id)
            .outerjoin(former, former.id == last)
            .outerjoin(Contact, and_(Contact.id == former.contact_id, Contact.deleted_at.is_(None)))
        )
        .where(is_vacant_on(day), Structure.deleted_at.is_(None))
    )


def vacancies_of(session: Session, structure_id: int, day: date) -> Sequence[Row[Any]]:
    """Return the seats of a structure that stand vacant on a day, by role."""
    return session.execute(
        vacancy_rows(day).where(Seat.structure_id == structure_id).order_by(Seat.role, Seat.id)
    ).all()
