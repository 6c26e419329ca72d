"""Writing many rows at once, and telling history of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert
from sqlalchemy.orm import Session

from crm.core import clock
from crm.database import Base
from crm.history.models import Change, ChangeSet, ChangeSubject

Row = dict[str, Any]
_UNTOLD = frozenset(
    {
        "id",
        "version",
        "sort_name",
        "sort_title",
        "places_key",
        "email_key",
        "created_at",
        "created_by_id",
        "names",
        "submission_key",
    }
)
_BEGINNING = datetime(2016, 1, 4, 9, tzinfo=clock.PARIS)


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


@dataclass(frozen=True, slots=True)
class Told:
    """A change to tell of: `fields` maps a name to [before, after]; `others` are told of it too."""

    action: str
    entity: str
    record_id: int
    fields: Row
    at: datetime
    actor_id: int | None = None
    actor_name: str = "Démonstration"
    others: Sequence[tuple[str, int]] = ()


def created(entity: str, rows: Sequence[Row], ids: Sequence[int]) -> list[Told]:
    """Return what tells that these records were created, each when its row says."""
    return [
        Told("created", entity, record_id, created_fields(row), row.get("created_at", _BEGINNING))
        for record_id, row in zip(ids, rows, strict=True)
    ]


def created_fields(row: Row) -> Row:
    """Return a row as the fields of a creation."""
    return {
        name: [None, _plain(value)]
        for name, value in row.items()
        if name not in _UNTOLD and value not in (None, [])
    }


def tell(session: Session, changes: Sequence[Told]) -> None:
    """Write the history of these changes, one change set each."""
    change_sets = add_rows(
        session,
        ChangeSet,
        [
            {
                "at": each.at,
                "actor_id": each.actor_id,
                "actor_name": each.actor_name,
                "source": "demo",
            }
            for each in changes
        ],
    )
    ids = add_rows(
        session,
        Change,
        [
            {
                "change_set_id": change_set_id,
                "action": each.action,
                "entity": each.entity,
                "record_id": each.record_id,
                "fields": each.fields,
            }
            for change_set_id, each in zip(change_sets, changes, strict=True)
        ],
    )
    add_links(
        session,
        ChangeSubject,
        (
            {"change_id": change_id, "entity": entity, "record_id": record_id}
            for change_id, each in zip(ids, changes, strict=True)
            for entity, record_id in ((each.entity, each.record_id), *each.others)
        ),
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else value
