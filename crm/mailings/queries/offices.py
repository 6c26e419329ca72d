"""One address a structure: who holds the function looked for, or else its generic address."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    false,
    func,
    literal,
    select,
)
from sqlalchemy import String as SqlString
from sqlalchemy.orm import Session

from crm.consents.queries import generic_refusal, person_refusal
from crm.contacts.models import Affiliation, Contact, ContactPoint, Structure
from crm.contacts.queries.people import is_current_on
from crm.contacts.types import AddressNature, Medium
from crm.mail.address_keys import key_of
from crm.mail.types import Purpose
from crm.mailings.functions import functions_of, roles_by_rank
from crm.mailings.models import Mailing
from crm.mailings.queries.sides import Sides, is_among
from crm.mailings.types import Why
from crm.territories.models import Commune

Ranks = Sequence[Sequence[str]]


def office_rows(
    picked: CTE, mailing: Mailing, out: Sides, day: date, *, ranks: Ranks | None
) -> Select[Any]:
    """Select the structures picked, each with one address, or with what holds it back."""
    purpose = Purpose(mailing.purpose)
    holder = _holders(picked, purpose, out.people, day, ranks or [])
    generic = _generic_address(is_taken=mailing.takes_generic or ranks is None)
    is_person = holder.c.contact_id.is_not(None)
    refusal = case(
        (is_among(Structure.id, out.structures), Why.EXCLUDED.value),
        (is_person, None),
        else_=generic_refusal(purpose, day=day, address=key_of(generic)),
    )
    return (
        select(
            holder.c.contact_id,
            Structure.id.label("structure_id"),
            picked.c.segment_id,
            refusal.label("refusal"),
            case((is_person, Why.FUNCTION.value), else_=Why.GENERIC.value).label("why"),
            case((is_person, holder.c.email), else_=generic).label("address"),
            case((is_person, holder.c.email_key), else_=key_of(generic)).label("address_key"),
            holder.c.first_name,
            holder.c.last_name,
            holder.c.role,
            Structure.name.label("structure_name"),
            Structure.family_code,
            Commune.name.label("commune_name"),
            Structure.departement_code,
        )
        .select_from(picked)
        .join(Structure, Structure.id == picked.c.id)
        .outerjoin(holder, holder.c.structure_id == Structure.id)
        .outerjoin(Commune, Commune.insee_code == Structure.commune_code)
        .where(Structure.deleted_at.is_(None), Structure.merged_into_id.is_(None))
    )


def _holders(
    picked: CTE,
    purpose: Purpose,
    people_out: Sequence[Select[Any]],
    day: date,
    ranks: Ranks,
) -> Subquery:
    """Return for each structure the person to write to: the first function that someone holds.

    Someone without an address, left aside or who must not be written to leaves it to the next.
    """
    held = (
        select(
            Affiliation.structure_id,
            Affiliation.contact_id,
            Affiliation.role,
            Contact.email,
            Contact.email_key,
            Contact.first_name,
            Contact.last_name,
            _place(ranks).label("place"),
        )
        .join(Contact, Contact.id == Affiliation.contact_id)
        .where(
            Affiliation.structure_id.in_(select(picked.c.id)),
            is_current_on(day),
            Affiliation.role.in_([role for roles in ranks for role in roles]),
            Contact.merged_into_id.is_(None),
            ~is_among(Contact.id, people_out),
            person_refusal(purpose, day=day).is_(None),
        )
        .subquery()
    )
    return select(held).where(held.c.place == 1).subquery()


def _place(ranks: Ranks) -> ColumnElement[int]:
    """Return the place of a role among those of its structure: the function named first first."""
    rank = case(
        *((Affiliation.role.in_(roles), number) for number, roles in enumerate(ranks)),
        (false(), len(ranks)),
        else_=len(ranks),
    )
    return func.row_number().over(
        partition_by=Affiliation.structure_id,
        order_by=(rank, Affiliation.is_elected.desc(), Affiliation.id),
    )


def ranks_of(session: Session, functions: str | None) -> Ranks:
    """Return the roles that are written to, the one looked for first first."""
    wanted = functions_of(functions)
    if not wanted:
        return []
    return roles_by_rank(wanted, session.scalars(select(Affiliation.role).distinct()))


def _generic_address(*, is_taken: bool) -> ColumnElement[Any]:
    """Return the address that a structure gives of itself, or its first generic one; or none."""
    if not is_taken:
        return literal(None, SqlString)
    further = (
        select(ContactPoint.value)
        .where(
            ContactPoint.structure_id == Structure.id,
            and_(
                ContactPoint.medium == Medium.EMAIL.value,
                ContactPoint.nature == AddressNature.GENERIC.value,
            ),
        )
        .order_by(ContactPoint.id)
        .limit(1)
        .correlate(Structure)
        .scalar_subquery()
    )
    return func.coalesce(Structure.email, further)
