"""Whom a mailing would be frozen for, and whom it leaves out and why: one statement, two branches.

A person or a structure is in it once. What holds someone back comes in this order: a segment to
leave aside, no address, what consents say, an address that is in the audience already.
"""

from datetime import date
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
    union_all,
)
from sqlalchemy import String as SqlString
from sqlalchemy.orm import Session

from crm.consents.queries import person_refusal
from crm.contacts.models import Affiliation, Contact, Structure
from crm.contacts.queries.people import is_current_on
from crm.mail.types import Purpose
from crm.mailings.models import Mailing
from crm.mailings.queries.offices import office_rows, ranks_of
from crm.mailings.queries.reactions import silent_recipients
from crm.mailings.queries.sides import Sides, is_among, people_of, roles_held, sides_of
from crm.mailings.types import Reach, Why
from crm.territories.models import Commune

# What a row of an audience holds, in the order of its table.
COLUMNS = (
    "contact_id", "structure_id", "segment_id", "is_in", "reason", "address", "address_key",
    "first_name", "last_name", "role", "structure_name", "family_code", "commune_name",
    "departement_code",
)  # fmt: skip
# Of those who are thought of themselves, whatever they do.
_NO_ROLE = cast(null(), Integer).label("affiliation_id")


def audience_rows(session: Session, mailing: Mailing, day: date) -> Select[Any]:
    """Select the audience as it would be frozen now: COLUMNS, one row for each who is thought of.

    The segments of the mailing must be loaded. Raises SegmentError.
    """
    out = sides_of(session, [each.segment for each in mailing.segments if each.is_excluded], day)
    if mailing.follows_id is not None:
        picked = select(silent_recipients(mailing.follows_id)).cte()  # read three times
        people = _reached(
            select(picked.c.contact_id.label("id"), picked.c.segment_id, _NO_ROLE).where(
                picked.c.contact_id.is_not(None)
            ),
            roles_held(picked, day),
        )
        offices = select(picked.c.structure_id.label("id"), picked.c.segment_id).where(
            picked.c.contact_id.is_(None)
        )
        return _ranked(
            _person_rows(people, mailing, out, day, literal(Why.FOLLOW_UP.value)),
            office_rows(_once(offices), mailing, out, day, ranks=None),
        )
    kept = sides_of(
        session, [each.segment for each in mailing.segments if not each.is_excluded], day
    )
    if mailing.reach == Reach.STRUCTURES:
        ranks = ranks_of(session, mailing.functions) if mailing.functions else None
        found = _once(*kept.structures)
        return _ranked(office_rows(found, mailing, out, day, ranks=ranks))
    return _ranked(_people_kept(kept, mailing, out, day))


def _people_kept(kept: Sides, mailing: Mailing, out: Sides, day: date) -> Select[Any]:
    """Select the people whom segments keep, themselves or by what they do in a structure."""
    themselves = _once(*kept.people)
    picked = _reached(
        select(themselves.c.id, themselves.c.segment_id, _NO_ROLE),
        *([people_of(select(_once(*kept.structures)), day)] if kept.structures else []),
    )
    is_in_office = picked.c.affiliation_id.is_not(None)
    why = case((is_in_office, Why.IN_OFFICE.value), else_=Why.SEGMENT.value)
    return _person_rows(picked, mailing, out, day, why)


def _once(*kept: Select[Any]) -> CTE:
    """Return each id once, with the first segment that keeps it."""
    if not kept:
        none = select(literal(0).label("id"), literal(0).label("segment_id")).where(false())
        kept = (none,)
    every = union_all(*kept).cte()
    return (
        select(every.c.id, func.min(every.c.segment_id).label("segment_id"))
        .group_by(every.c.id)
        .cte()
    )


def _reached(themselves: Select[Any], *in_office: Select[Any]) -> CTE:
    """Return each person once, with the function by which a structure of the audience has them.

    That is the first of those they hold there, whatever they do elsewhere; the segment is then the
    one that keeps this structure. Whoever is only there themselves has none.
    """
    if not in_office:
        return themselves.cte()
    every = union_all(*in_office, themselves).cte()
    of = every.c
    place = func.row_number().over(
        partition_by=of.id,
        order_by=(
            case((of.affiliation_id.is_(None), 1), else_=0),
            of.affiliation_id,
            of.segment_id,
        ),
    )
    placed = select(every, place.label("place")).cte()
    return (
        select(placed.c.id, placed.c.segment_id, placed.c.affiliation_id)
        .where(placed.c.place == 1)
        .cte()
    )


def _person_rows(
    picked: CTE, mailing: Mailing, out: Sides, day: date, why: ColumnElement[str]
) -> Select[Any]:
    """Select the people picked, each with what holds them back, if anything.

    Their function is the one they are reached by, or else the one that lists show.
    """
    refusal = case(
        (_is_aside(out, day), Why.EXCLUDED.value),
        else_=person_refusal(Purpose(mailing.purpose), day=day),
    )
    role = func.coalesce(picked.c.affiliation_id, _first_role(day))
    return (
        select(
            Contact.id.label("contact_id"),
            Structure.id.label("structure_id"),
            picked.c.segment_id,
            refusal.label("refusal"),
            why.label("why"),
            Contact.email.label("address"),
            Contact.email_key.label("address_key"),
            Contact.first_name,
            Contact.last_name,
            Affiliation.role,
            Structure.name.label("structure_name"),
            Structure.family_code,
            Commune.name.label("commune_name"),
            Structure.departement_code,
        )
        .select_from(picked)
        .join(Contact, Contact.id == picked.c.id)
        .outerjoin(Affiliation, Affiliation.id == role)
        .outerjoin(Structure, Structure.id == Affiliation.structure_id)
        .outerjoin(Commune, Commune.insee_code == Structure.commune_code)
        .where(Contact.deleted_at.is_(None), Contact.merged_into_id.is_(None))
    )


def _is_aside(out: Sides, day: date) -> ColumnElement[bool]:
    """Return the condition of the people that a segment leaves aside, themselves or their place."""
    places = [people_of(each, day) for each in out.structures]
    return or_(is_among(Contact.id, out.people), is_among(Contact.id, places))


def _first_role(day: date) -> ColumnElement[Any]:
    """Return the role that lists show of a person: the first that is current."""
    return (
        select(func.min(Affiliation.id))
        .join(Structure, Structure.id == Affiliation.structure_id)
        .where(
            Affiliation.contact_id == Contact.id,
            is_current_on(day),
            Structure.deleted_at.is_(None),
        )
        .correlate(Contact)
        .scalar_subquery()
    )


def _ranked(*branches: Select[Any]) -> Select[Any]:
    """Select COLUMNS: whoever shares an address with someone before them is left out."""
    judged = union_all(*branches).cte() if len(branches) > 1 else branches[0].cte()
    of = judged.c
    # Only those who may be written to take an address from others.
    place = func.row_number().over(
        partition_by=(of.address_key, case((of.refusal.is_(None), 0), else_=1)),
        order_by=(case((of.contact_id.is_(None), 1), else_=0), of.contact_id, of.structure_id),
    )
    ranked = select(judged, place.label("place")).cte()
    of = ranked.c
    is_in = and_(of.refusal.is_(None), of.place == 1)
    reason = case(
        (of.refusal.is_not(None), of.refusal),
        (of.place > 1, Why.SAME_ADDRESS.value),
        else_=of.why,
    )
    # A person who stands for two structures is named once: the row left out is the structure's.
    person = case(
        (is_in, of.contact_id), (of.why == Why.FUNCTION.value, null()), else_=of.contact_id
    )
    values: dict[str, Any] = {
        "contact_id": person,
        "is_in": is_in,
        "reason": type_coerce(reason, SqlString),
    }
    return select(*((values[name] if name in values else of[name]).label(name) for name in COLUMNS))
