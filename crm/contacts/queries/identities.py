"""A record and those merged into it: the ids under which its past is kept."""

from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from crm.contacts.models import Contact, Structure

MODELS: dict[str, type[Any]] = {"structure": Structure, "contact": Contact}
_PRESENT = {
    kind: select(model).where(model.id == bindparam("id"), model.deleted_at.is_(None))
    for kind, model in MODELS.items()
}


def ids_of(kind: str, record_id: ColumnElement[int] | Any) -> Select[tuple[int]]:
    """Select the id of a record and those of the records merged into it."""
    each = aliased(MODELS[kind])
    return select(each.id).where(or_(each.id == record_id, each.merged_into_id == record_id))


def ids_of_any(kind: str, ids: Any) -> Select[tuple[int]]:
    """Select the ids of several records and of those merged into them."""
    each = aliased(MODELS[kind])
    return select(each.id).where(or_(each.id.in_(ids), each.merged_into_id.in_(ids)))


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
