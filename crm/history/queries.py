"""What a record's page tells of its changes."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, bindparam, select
from sqlalchemy.orm import Session

from crm.history.models import Change, ChangeSet, ChangeSubject


@dataclass(frozen=True, slots=True)
class PastChange:
    """One change: who, when, what record, and each field before and after, as stored."""

    at: datetime
    actor_name: str
    source: str
    action: str
    entity: str
    record_id: int
    fields: dict[str, list[Any]]
    change_set_id: int = 0
    change_id: int = 0


_CHANGES = (
    select(
        ChangeSet.at,
        ChangeSet.actor_name,
        ChangeSet.source,
        Change.action,
        Change.entity,
        Change.record_id,
        Change.fields,
        Change.change_set_id,
        Change.id,
    )
    .join(Change, Change.change_set_id == ChangeSet.id)
    .join(ChangeSubject, ChangeSubject.change_id == Change.id)
    .where(
        ChangeSubject.entity == bindparam("entity"),
        ChangeSubject.record_id == bindparam("record_id"),
    )
    .order_by(ChangeSubject.change_id.desc())
    .limit(bindparam("limit", type_=Integer))
)


def history_of(
    session: Session, *, entity: str, record_id: int, limit: int = 50
) -> list[PastChange]:
    """Return the latest changes told on this record's page, newest first."""
    values = {"entity": entity, "record_id": record_id, "limit": limit}
    return [PastChange(*row) for row in session.connection().execute(_CHANGES, values)]
