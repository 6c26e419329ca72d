"""A record and those merged into it: the ids under which its past is kept."""

from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, bindparam, select, union_all
from sqlalchemy.orm import Session, aliased

from crm.contacts.models import Contact, Structure

MODELS: dict[str, type[Any]] = {"structure": Structure, "contact": Contact}
_PRESENT = {
    kind: select(model).where(model.id == bindparam("id"), model.deleted_at.is_(None))
    for kind, model in MODELS.items()
}


# In two halves, each by an index of its own.
def ids_of(kind: str, record_id: ColumnElement[int] | Any) -> CompoundSelect[tuple[int]]:
    """Select the id of a record and those of the records merged into it.

    `record_id` may be a column of a statement around it, however far out.
    """
    itself, merged = aliased(MODELS[kind]), aliased(MODELS[kind])
    return union_all(
        select(itself.id).where(itself.id == record_id).correlate_except(itself),
        select(merged.id).where(merged.merged_into_id == record_id).correlate_except(merged),
    )


def ids_of_any(kind: str, ids: Any) -> CompoundSelect[tuple[int]]:
    """Select the ids of several records and of those merged into them."""
    themselves, merged = aliased(MODELS[kind]), aliased(MODELS[kind])
    return union_all(
        select(themselves.id).where(themselves.id.in_(ids)),
        select(merged.id).where(merged.merged_into_id.in_(ids)),
    )


def merged_into(session: Session, kind: str, record_id: int) -> int | None:
    """Return the record that this one was merged into, if it was."""
    model = MODELS[kind]
    found: int | None = session.scalar(select(model.merged_into_id).where(model.id == record_id))
    return found


def find_present(session: Session, kind: str, record_id: int) -> Any:
    """Return a record out of the trash, or the one that it was merged into; None for neither.

    A form opened before a merge may still name the record that went into another.
    """
    found = session.scalar(_PRESENT[kind], {"id": record_id})
    if found is None and (kept_id := merged_into(session, kind, record_id)) is not None:
        found = session.scalar(_PRESENT[kind], {"id": kept_id})
    return found
