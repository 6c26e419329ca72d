"""Rows written by hundreds, and kept in history as if they had been typed one by one."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, func, insert, inspect, select, text, update
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.batches import in_batches
from crm.history.recording import RecordedChange, plain

Row = dict[str, Any]
_NEVER_TOLD = frozenset({"id", "version"})


def insert_rows(session: Session, model: type[Any], rows: Sequence[Row]) -> list[int]:
    """Insert rows and return their ids, in the order of the rows: one statement or two."""
    if not rows:
        return []
    table: Table = model.__table__
    if "created_at" in table.c:
        now = clock.now()
        rows = [{"created_at": now, **row} for row in rows]
    names = sorted({name for row in rows for name in row})
    usual = {name: _usual(table, name) for name in names}
    complete = [{name: row.get(name, usual[name]) for name in names} for row in rows]
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        # The one writer may number its rows itself; the driver would return them one by one.
        first = _next_id(session, table)
        ids = list(range(first, first + len(rows)))
        connection.execute(
            insert(table), [{"id": each, **row} for each, row in zip(ids, complete, strict=True)]
        )
        return ids
    statement = insert(table).returning(table.c.id, sort_by_parameter_order=True)
    return list(connection.execute(statement, complete).scalars())


def _usual(table: Table, name: str) -> Any:
    default: Any = table.c[name].default
    return default.arg if default is not None and default.is_scalar else None


def _next_id(session: Session, table: Table) -> int:
    """Return the first id that no record has or had."""
    last = session.connection().execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
    sequence = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
    used = session.connection().execute(sequence, {"name": table.name}).scalar()
    return int(max(last, used or 0)) + 1


def update_rows(
    session: Session, model: type[Any], columns: Sequence[str], rows: Sequence[Row]
) -> None:
    """Set the columns of rows, each with its id, and let their versions grow: one statement."""
    if not rows:
        return
    table: Table = model.__table__
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
    if "version" in table.c:
        values["version"] = table.c.version + 1
    statement = update(table).where(table.c.id == bindparam("changed_id")).values(values)
    session.connection().execute(
        statement,
        [{"changed_id": row["id"], **{f"new_{n}": row[n] for n in columns}} for row in rows],
    )


def insert_links(session: Session, table: Table, rows: Sequence[Row]) -> None:
    """Insert rows that have no id of their own."""
    if rows:
        session.connection().execute(insert(table), list(rows))


def created_fields(
    model: type[Any], row: Mapping[str, Any], lists: Mapping[str, Sequence[Any]]
) -> dict[str, list[Any]]:
    """Return the fields of a creation, as a form's save would keep them."""
    excluded = _NEVER_TOLD | getattr(model, "__history_exclude__", frozenset())
    fields = {
        name: [None, plain(value)]
        for name, value in row.items()
        if value is not None and name not in excluded
    }
    for name, column in model.__table__.c.items():
        if name not in fields and name not in excluded and name not in row:
            default: Any = column.default
            if default is not None and default.is_scalar:
                fields[name] = [None, plain(default.arg)]
    fields.update({name: [[], sorted(members)] for name, members in lists.items() if members})
    return fields


def link_table(model: type[Any], relation: str) -> tuple[Table, str, str]:
    """Return the table that holds a list, its column for the owner and the one for the member."""
    secondary = inspect(model).relationships[relation].secondary
    if not isinstance(secondary, Table):
        raise TypeError(f"{model.__name__}.{relation} is no plain list")
    owner = next(
        each.parent.name for each in secondary.foreign_keys if each.column.table is model.__table__
    )
    member = next(column.name for column in secondary.c if column.name != owner)
    return secondary, owner, member


def members_of(
    session: Session, model: type[Any], relation: str, ids: Sequence[int]
) -> dict[int, list[Any]]:
    """Return the members of a list of some records."""
    table, owner, member = link_table(model, relation)
    found: dict[int, list[Any]] = {}
    for batch in in_batches(ids):
        rows = session.execute(
            select(table.c[owner], table.c[member])
            .where(table.c[owner].in_(batch))
            .order_by(table.c[owner], table.c[member])
        )
        for owner_id, member_id in rows.tuples():
            found.setdefault(owner_id, []).append(member_id)
    return found


def add_members(
    session: Session, model: type[Any], relation: str, pairs: Iterable[tuple[int, Any]]
) -> None:
    """Add members to lists: (owner, member)."""
    table, owner, member = link_table(model, relation)
    insert_links(session, table, [{owner: one, member: other} for one, other in pairs])


def recorded(
    action: str,
    entity: str,
    record_id: int,
    fields: dict[str, list[Any]],
    subjects: Sequence[tuple[str, int]],
) -> RecordedChange:
    """Return a change to keep."""
    return RecordedChange(action, entity, record_id, fields, subjects)
