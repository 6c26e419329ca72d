"""What the segments of a mailing keep: people, structures, and who works in those.

Each is found at the head of the statement (WITH), never inside it: see `crm.criteria.conditions`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, false, literal, or_, select
from sqlalchemy.orm import Session

from crm.contacts.models import Affiliation
from crm.contacts.queries.people import is_current_on
from crm.criteria.types import Subject
from crm.segments.models import Segment
from crm.segments.queries import members


@dataclass(frozen=True, slots=True)
class Sides:
    """The ids of people and of structures that segments keep, each with its segment."""

    people: list[Select[Any]]
    structures: list[Select[Any]]


def sides_of(session: Session, segments: Sequence[Segment], day: date) -> Sides:
    """Return what each segment keeps; raise SegmentError for one that cannot be read any more."""
    sides = Sides([], [])
    for segment in segments:
        found = members(session, segment, day=day).cte()
        keeps = select(found.c[0].label("id"), literal(segment.id).label("segment_id"))
        side = sides.people if segment.subject == Subject.CONTACT else sides.structures
        side.append(keeps)
    return sides


def people_of(structures: Select[Any], day: date) -> Select[Any]:
    """Return the people with a current role in one of the structures, once for each role."""
    kept = structures.cte()
    return select(
        Affiliation.contact_id.label("id"),
        kept.c.segment_id,
        Affiliation.id.label("affiliation_id"),
    ).where(Affiliation.structure_id == kept.c.id, is_current_on(day))


def roles_held(seats: FromClause, day: date) -> Select[Any]:
    """Return the current roles of people in the very structures beside which they are named."""
    return select(
        Affiliation.contact_id.label("id"),
        seats.c.segment_id,
        Affiliation.id.label("affiliation_id"),
    ).where(
        Affiliation.contact_id == seats.c.contact_id,
        Affiliation.structure_id == seats.c.structure_id,
        is_current_on(day),
    )


def is_among(identity: Any, kept: Sequence[Select[Any]]) -> ColumnElement[bool]:
    """Return the condition of the records that one of these statements selects."""
    chosen = [each.cte() for each in kept]
    return or_(false(), *(identity.in_(select(each.c.id)) for each in chosen))
