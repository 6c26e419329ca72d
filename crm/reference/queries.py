"""Reads of the lists that a network edits."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.reference.models import ReferenceItem


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
    rows = session.execute(
        select(ReferenceItem.id, ReferenceItem.label)
        .where(ReferenceItem.list_code == list_code)
        .order_by(ReferenceItem.position, ReferenceItem.id)
    )
    return [(str(item_id), label) for item_id, label in rows.tuples()]


def labels_by_code(session: Session, list_code: str) -> list[tuple[str, str]]:
    """Return (code, label) of a list's entries in their order."""
    rows = session.execute(
        select(ReferenceItem.code, ReferenceItem.label)
        .where(ReferenceItem.list_code == list_code)
        .order_by(ReferenceItem.position, ReferenceItem.id)
    )
    return [(code, label) for code, label in rows.tuples()]
