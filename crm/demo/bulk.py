"""Writing many rows at once, and telling history of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from crm.core import clock
from crm.database import Base
from crm.history.models import Change, ChangeSet, ChangeSubject

Row = dict[str, Any]
_UNTOLD = frozenset({"id", "version", "sort_name", "email_key", "created_at"})


def add_rows(session: Session, table: type[Base] | Table, rows: Sequence[Row]) -> list[int]:
    """Insert rows that have the same keys; return their ids, in the order of the rows."""
    if not rows:
        return []
    target: Any = table if isinstance(table, Table) else table.__table__
    statement = insert(target).returning(target.c.id, sort_by_parameter_order=True)
    return list(session.connection().execute(statement, list(rows)).scalars())


def add_links(session: Session, table: type[Base] | Table, rows: Iterable[Row]) -> None:
    """Insert rows that have no id of their own."""
    target: Any = table if isinstance(table, Table) else table.__table__
    if listed := list(rows):
        session.connection().execute(insert(target), listed)


def tell_created(session: Session, entity: str, rows: Sequence[Row], ids: Sequence[int]) -> None:
    """Write one change set that says that these records were created."""
    fields = [
        {
            name: [None, _plain(value)]
            for name, value in row.items()
            if name not in _UNTOLD and value is not None
        }
        for row in rows
    ]
    tell(session, "created", entity, list(zip(ids, fields, strict=True)))


def tell(session: Session, action: str, entity: str, changes: list[tuple[int, Row]]) -> None:
    """Write one change set with a change for each (record id, fields before and after)."""
    [change_set_id] = add_rows(
        session,
        ChangeSet,
        [{"at": clock.now(), "actor_id": None, "actor_name": "Démonstration", "source": "demo"}],
    )
    ids = add_rows(
        session,
        Change,
        [
            {
                "change_set_id": change_set_id,
                "action": action,
                "entity": entity,
                "record_id": record_id,
                "fields": fields,
            }
            for record_id, fields in changes
        ],
    )
    add_links(
        session,
        ChangeSubject,
        (
            {"change_id": change_id, "entity": entity, "record_id": record_id}
            for change_id, (record_id, _) in zip(ids, changes, strict=True)
        ),
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
