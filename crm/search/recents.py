"""What a person worked on last, read from the history: opening a record writes nothing."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.history.models import Change, ChangeSet

_CHANGE_SETS_READ = 40


def latest_records_of(
    session: Session, *, user_id: int, entities: Sequence[str], limit: int
) -> list[tuple[str, int]]:
    """Return (entity, id) of the records that someone made or changed last, each once."""
    latest = (
        select(ChangeSet.id)
        .where(ChangeSet.actor_id == user_id)
        .order_by(ChangeSet.id.desc())
        .limit(_CHANGE_SETS_READ)
        .subquery()
    )
    rows = session.execute(
        select(Change.entity, Change.record_id)
        .join(latest, latest.c.id == Change.change_set_id)
        .where(Change.entity.in_(entities))
        .order_by(Change.change_set_id.desc(), Change.id)
    )
    return list(dict.fromkeys(rows.tuples()))[:limit]
