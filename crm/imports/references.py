"""What points at records: any foreign key of any table, but for lists of the record's own."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, null, select
from sqlalchemy.orm import Session

from crm.database import Base
from crm.history.kinds import Kind, owned_of, references_to

Doomed = Mapping[str, AbstractSet[int]]
_WRITTEN_WITH = frozenset({"application_step", "consent_proof"})  # with what they are of, by itself
_SAID_BY_OTHERS = frozenset({"session_application"})  # a session says that it helped


def used_ids(session: Session, kind: Kind, ids: Sequence[int], doomed: Doomed) -> set[int]:
    """Return those of the ids that something points at which does not go away with them.

    What is in the trash does not count. `doomed` holds the ids that go away, by kind of record.
    """
    found: set[int] = set()
    for table, column in _references(kind):
        users = _rows_that_point if "id" in table.c else _members_that_point
        found.update(users(session, table, column, ids, doomed))
    return found


def _references(kind: Kind) -> Iterator[tuple[Table, Column[Any]]]:
    """Yield the foreign keys to a kind of record, but those of its own plain lists."""
    for table, column in references_to(kind.model.__table__):
        is_row_of_its_own = "id" in table.c and table.name not in _WRITTEN_WITH
        is_use = is_row_of_its_own or table.name in _SAID_BY_OTHERS
        if table.name not in owned_of(kind) or is_use:
            yield table, column


def _rows_that_point(
    session: Session, table: Table, column: Column[Any], ids: Sequence[int], doomed: Doomed
) -> Iterator[int]:
    """Yield what records that stay point at.

    Said in SQL, that they are not in the trash would have SQLite read all of them.
    """
    going = doomed.get(_entity_of(table), ())
    deleted_at = table.c.get("deleted_at", null())
    rows = session.execute(select(column, table.c.id, deleted_at).where(column.in_(ids)))
    for pointed_at, row_id, gone_at in rows.tuples():
        if gone_at is None and row_id not in going:
            yield pointed_at


def _members_that_point(
    session: Session, table: Table, column: Column[Any], ids: Sequence[int], doomed: Doomed
) -> Iterator[int]:
    """Yield what the lists of records that stay hold."""
    conditions: list[ColumnElement[bool]] = [column.in_(ids)]
    if "deleted_at" in table.c:
        conditions.append(table.c.deleted_at.is_(None))
    for key in table.foreign_keys:
        owner = key.column.table
        if key.parent is column or "deleted_at" not in owner.c:
            continue
        alive = select(owner.c.id).where(owner.c.id == key.parent, owner.c.deleted_at.is_(None))
        if going := doomed.get(_entity_of(owner)):
            alive = alive.where(owner.c.id.not_in(sorted(going)))
        conditions.append(alive.exists())
    yield from session.scalars(select(column).where(*conditions).distinct())


def _entity_of(table: Table) -> str:
    for mapper in Base.registry.mappers:
        if mapper.local_table is table:
            return str(getattr(mapper.class_, "__history__", table.name))
    return table.name
