"""Reads of attachments."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session, joinedload

from crm.attachments.models import Attachment
from crm.core.errors import NotFoundError
from crm.history.kinds import Kind, find_kind


def attachments_of(session: Session, *, entity: str, record_id: int) -> Sequence[Attachment]:
    """Return the files of a record, the oldest first, with who joined them."""
    return session.scalars(
        select(Attachment)
        .where(
            Attachment.entity == entity,
            Attachment.record_id == record_id,
            Attachment.deleted_at.is_(None),
        )
        .options(joinedload(Attachment.author))
        .order_by(Attachment.id)
    ).all()


def attachment_for(session: Session, attachment_id: int, person: Any) -> Attachment:
    """Return a file whose record this person may read; raise NotFoundError otherwise."""
    found = session.get(Attachment, attachment_id)
    if found is None or not may_read_attachment(session, attachment_id, person):
        raise NotFoundError
    return found


def may_read_attachment(session: Session, attachment_id: int, person: Any) -> bool:
    """Tell whether this person may read the record that the file is about."""
    found = session.get(Attachment, attachment_id)
    if found is None:
        return False
    kind = find_kind(found.entity)
    return kind is not None and kind.may_read(session, found.record_id, person)


def record_of(session: Session, entity: str, record_id: int) -> tuple[Kind, Any]:
    """Return the kind and the record that files are about; raise NotFoundError."""
    kind = find_kind(entity)
    record = session.get(kind.model, record_id) if kind is not None else None
    if kind is None or record is None or getattr(record, "deleted_at", None) is not None:
        raise NotFoundError
    return kind, record


def kept_keys(session: Session, keys: Collection[str]) -> set[str]:
    """Return those of the keys that attachments, in the trash or not, still have."""
    return set(session.scalars(select(Attachment.key).where(Attachment.key.in_(keys))))


def attachment_count(entity: str, record_id: Any) -> ScalarSelect[int]:
    """Return the expression of how many files a record of a list has, by the column of its id."""
    return (
        select(func.count(Attachment.id))
        .where(
            Attachment.entity == entity,
            Attachment.record_id == record_id,
            Attachment.deleted_at.is_(None),
        )
        .correlate(record_id.class_)
        .scalar_subquery()
    )
