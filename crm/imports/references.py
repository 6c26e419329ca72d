"""What points at records: any foreign key of any table, but for lists of the record's own."""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, select, true
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
        statement = select(column).where(column.in_(ids), _counts(table, column, doomed))
        found.update(session.scalars(statement.distinct()))
    return found


def _references(kind: Kind) -> Iterator[tuple[Table, Column[Any]]]:
    """Yield the foreign keys to a kind of record, but those of its own plain lists."""
    for table, column in references_to(kind.model.__table__):
        is_row_of_its_own = "id" in table.c and table.name not in _WRITTEN_WITH
        is_use = is_row_of_its_own or table.name in _SAID_BY_OTHERS
        if table.name not in owned_of(kind) or is_use:
            yield table, column


def _counts(table: Table, column: Column[Any], doomed: Doomed) -> ColumnElement[bool]:
    """Return the condition of rows that do not go away."""
    conditions: list[ColumnElement[bool]] = []
    if "deleted_at" in table.c:
        conditions.append(table.c.deleted_at.is_(None))
    if "id" in table.c:
        if going := doomed.get(_entity_of(table)):
            conditions.append(table.c.id.not_in(sorted(going)))
        return and_(true(), *conditions)
    for key in table.foreign_keys:
        owner = key.column.table
        if key.parent is column or "deleted_at" not in owner.c:
            continue
        alive = select(owner.c.id).where(owner.c.id == key.parent, owner.c.deleted_at.is_(None))
        if going := doomed.get(_entity_of(owner)):
            alive = alive.where(owner.c.id.not_in(sorted(going)))
        conditions.append(alive.exists())
    return and_(true(), *conditions)


def _entity_of(table: Table) -> str:
    for mapper in Base.registry.mappers:
        if mapper.local_table is table:
            return str(getattr(mapper.class_, "__history__", table.name))
    return table.name
