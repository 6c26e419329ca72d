"""Reads of the lists that a network edits."""

from collections.abc import Sequence

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from crm.reference.models import ReferenceItem

# Built once, columns only, read through the connection: these are read on nearly every page.
_LABELS = (
    select(ReferenceItem.id, ReferenceItem.code, ReferenceItem.label)
    .where(ReferenceItem.list_code == bindparam("list_code"))
    .order_by(ReferenceItem.position, ReferenceItem.id)
)


def items_of(
    session: Session, list_code: str, *, with_retired: bool = False
) -> Sequence[ReferenceItem]:
    """Return the entries of a list in their order; the retired ones only when asked."""
    statement = select(ReferenceItem).where(ReferenceItem.list_code == list_code)
    if not with_retired:
        statement = statement.where(ReferenceItem.is_active)
    return session.scalars(statement.order_by(ReferenceItem.position, ReferenceItem.id)).all()


def labels_by_id(session: Session, list_code: str) -> list[tuple[str, str]]:
    """Return (id, label) of a list's entries, for a filter; a retired one can still be asked."""
    rows = session.connection().execute(_LABELS, {"list_code": list_code})
    return [(str(item_id), label) for item_id, _code, label in rows]


def labels_by_code(session: Session, list_code: str) -> list[tuple[str, str]]:
    """Return (code, label) of a list's entries in their order."""
    rows = session.connection().execute(_LABELS, {"list_code": list_code})
    return [(code, label) for _item_id, code, label in rows]
