"""What points at a structure or a person, from the tables themselves, and what a merge does to it.

Every foreign key must be named here: a test compares, so that a new one is thought of.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from crm.contacts.queries.identities import MODELS
from crm.core.days import meet
from crm.database import Base


class Policy(StrEnum):
    """What becomes of a row that points at the record merged."""

    MOVE = "move"
    UNION = "union"
    LINK = "link"
    STAY = "stay"


@dataclass(frozen=True, slots=True)
class Reference:
    """A column that points at a structure or a person; `twin` tells rows that cannot both be.

    Where the database itself refuses twins, `is_unique` says so: a row goes back to a record that
    has its twin only by hand.
    """

    table: str
    column: str
    policy: Policy
    twin: Callable[[Any, Any], bool] | None = None
    is_unique: bool = False

    @property
    def model(self) -> type[Any]:
        """Return the mapped class of the table."""
        return _models()[self.table]


@dataclass(slots=True)
class Moved:
    """What a merge moved, made and left where it was, each [table, column, id]."""

    rows: list[list[Any]] = field(default_factory=list)
    kept: list[list[Any]] = field(default_factory=list)


def _same(*names: str) -> Callable[[Any, Any], bool]:
    def is_twin(one: Any, other: Any) -> bool:
        return all(getattr(one, name) == getattr(other, name) for name in names)

    return is_twin


def _same_while(*names: str) -> Callable[[Any, Any], bool]:
    same = _same(*names)

    def is_twin(one: Any, other: Any) -> bool:
        return same(one, other) and meet(one.start_on, one.end_on, other.start_on, other.end_on)

    return is_twin


def _both_current(one: Any, other: Any) -> bool:
    """Tell whether two paths are both neither closed nor in the trash."""
    return all(each.closed_on is None and each.deleted_at is None for each in (one, other))


def _both_targeted(one: Any, other: Any) -> bool:
    """Tell whether two targets are of one campaign, and out of the trash."""
    is_there = one.deleted_at is None and other.deleted_at is None
    return is_there and one.campaign_id == other.campaign_id


REFERENCES: Mapping[str, Sequence[Reference]] = {
    "structure": (
        Reference("affiliation", "structure_id", Policy.MOVE, _same_while("contact_id", "role")),
        Reference("contact_point", "structure_id", Policy.MOVE, _same("value_key")),
        Reference("structure_address", "structure_id", Policy.MOVE),
        Reference("network_membership", "structure_id", Policy.MOVE, _same("year")),
        Reference("partnership", "structure_id", Policy.MOVE, _same_while("partner_id", "about")),
        Reference("partnership", "partner_id", Policy.MOVE, _same_while("structure_id", "about")),
        Reference("seat", "structure_id", Policy.MOVE),
        Reference("membership", "structure_id", Policy.MOVE, _same_while("group_id")),
        Reference("structure", "parent_id", Policy.MOVE),
        Reference("structure", "merged_into_id", Policy.MOVE),
        Reference("follow_up", "structure_id", Policy.MOVE),
        Reference("project", "lead_structure_id", Policy.MOVE),
        Reference("project_partner", "structure_id", Policy.MOVE, _same("project_id", "role")),
        Reference("funding_application", "funder_id", Policy.MOVE),
        Reference(
            "application_partner",
            "structure_id",
            Policy.MOVE,
            _same("application_id", "role"),
            is_unique=True,
        ),
        Reference("co_funding", "funder_id", Policy.MOVE, _same("application_id"), is_unique=True),
        Reference("accompaniment", "structure_id", Policy.MOVE, _both_current, is_unique=True),
        Reference(
            "introduction_side",
            "structure_id",
            Policy.MOVE,
            _same("introduction_id"),
            is_unique=True,
        ),
        Reference("event", "organiser_id", Policy.MOVE),
        Reference("registration", "structure_id", Policy.MOVE),
        Reference("target", "structure_id", Policy.MOVE, _both_targeted, is_unique=True),
        Reference("structure_theme", "structure_id", Policy.UNION),
        Reference("structure_expertise", "structure_id", Policy.UNION),
        Reference("structure_country", "structure_id", Policy.UNION),
        Reference("structure_tag", "structure_id", Policy.UNION),
        Reference("funding_scheme_funder", "structure_id", Policy.UNION),
        Reference("agreement_funder", "structure_id", Policy.UNION),
        # A session and an application keep what they were: docs/adr/0007.
        Reference("session_structure", "structure_id", Policy.STAY),
        Reference("funding_application", "beneficiary_id", Policy.STAY),
        Reference("mailing_recipient", "structure_id", Policy.STAY),
        # So does who was there, and a file that says so.
        Reference("attendance", "structure_id", Policy.STAY),
        Reference("attendance_row", "structure_id", Policy.STAY),
    ),
    "contact": (
        Reference("affiliation", "contact_id", Policy.MOVE, _same_while("structure_id", "role")),
        Reference("contact_point", "contact_id", Policy.MOVE, _same("value_key")),
        Reference("network_membership", "voting_contact_id", Policy.MOVE),
        Reference("follow_up", "contact_id", Policy.MOVE),
        Reference("group_representative", "contact_id", Policy.MOVE, _same_while("membership_id")),
        Reference("contact", "merged_into_id", Policy.MOVE),
        Reference(
            "introduction_person", "contact_id", Policy.MOVE, _same("side_id"), is_unique=True
        ),
        Reference("consent", "contact_id", Policy.MOVE, _same("purpose"), is_unique=True),
        Reference("consent_proof", "contact_id", Policy.MOVE),
        Reference("retention_choice", "contact_id", Policy.MOVE),
        Reference("subscription_request", "contact_id", Policy.MOVE),
        Reference("registration", "contact_id", Policy.MOVE),
        Reference("attendance", "contact_id", Policy.MOVE, _same("event_id"), is_unique=True),
        Reference("attendance_row", "contact_id", Policy.STAY),
        Reference("target", "contact_id", Policy.MOVE),
        Reference("contact_tag", "contact_id", Policy.UNION),
        Reference("session_contact", "contact_id", Policy.LINK),
        # Who a message was written to that day; readings follow `merged_into_id`.
        Reference("mailing_recipient", "contact_id", Policy.STAY),
    ),
}
# The lists of a record's own that are joined: its relationships.
UNIONS: Mapping[str, Sequence[str]] = {
    "structure": ("themes", "expertises", "countries", "tags", "funded_schemes"),
    "contact": ("tags",),
}
# Tables that name a record without a foreign key, and whether their rows move.
POLYMORPHIC: Mapping[str, bool] = {
    "note": True,
    "change": False,
    "change_subject": False,
    "trash_entry": False,
    "search_word": False,
    "form_submission": False,
    "segment_member": False,  # a list is read with those merged counted as what they are now
    "attachment": False,  # of sessions, projects and calls, which are never merged
}


def movable(kind: str) -> list[Reference]:
    """Return the references whose rows move."""
    return [each for each in REFERENCES[kind] if each.policy is Policy.MOVE]


def rows_at(session: Session, reference: Reference, record_id: int) -> Sequence[Any]:
    """Return the rows that point at a record by this column, in order."""
    column = getattr(reference.model, reference.column)
    statement = select(reference.model).where(column == record_id)
    return session.scalars(statement.order_by(reference.model.id)).all()


def move_rows(
    session: Session, reference: Reference, from_id: int, to_id: int, moved: Moved
) -> None:
    """Make the rows of one record those of another; what it has already stays where it is."""
    there = list(rows_at(session, reference, to_id)) if reference.twin else []
    for row in rows_at(session, reference, from_id):
        line = [reference.table, reference.column, row.id]
        if _would_point_at_itself(reference, row, to_id) or any(
            reference.twin and reference.twin(row, one) for one in there
        ):
            moved.kept.append(line)
            continue
        setattr(row, reference.column, to_id)
        there.append(row)
        moved.rows.append(line)


def has_twin(session: Session, reference: Reference, row: Any, record_id: int) -> bool:
    """Tell whether a record has a row already that the database does not allow beside this one."""
    if not reference.is_unique or reference.twin is None:
        return False
    return any(
        reference.twin(row, one) for one in rows_at(session, reference, record_id) if one is not row
    )


def _would_point_at_itself(reference: Reference, row: Any, to_id: int) -> bool:
    if reference.table == "partnership":
        return to_id in (row.structure_id, row.partner_id)
    return reference.table in MODELS and row.id == to_id


def _models() -> dict[str, type[Any]]:
    return {
        mapper.local_table.name: mapper.class_
        for mapper in Base.registry.mappers
        if isinstance(mapper.local_table, Table)
    }
