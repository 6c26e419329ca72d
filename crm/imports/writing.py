"""Rows written by hundreds, and kept in history as if they had been typed one by one."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table, bindparam, insert, inspect, select, update
from sqlalchemy.orm import Session

from crm.among import is_among
from crm.core import clock
from crm.history.recording import RecordedChange, plain
from crm.row_writing import insert_many, reserve_ids

Row = dict[str, Any]
_NEVER_TOLD = frozenset({"id", "version"})


def insert_rows(session: Session, model: type[Any], rows: Sequence[Row]) -> Sequence[int]:
    """Insert rows and return their ids, in the order of the rows."""
    if not rows:
        return []
    table: Table = model.__table__
    if "created_at" in table.c:
        now = clock.now()
        rows = [{"created_at": now, **row} for row in rows]
    usual = _usual_values(table)
    names = sorted(set(usual).union(*rows))
    columns = [(name, usual.get(name)) for name in names]
    ids = reserve_ids(session, table, len(rows))
    insert_many(
        session,
        table,
        ("id", *names),
        [
            (number, *[row.get(name, default) for name, default in columns])
            for number, row in zip(ids, rows, strict=True)
        ],
    )
    return ids


@cache
def _usual_values(table: Table) -> dict[str, Any]:
    """Return what columns hold when nothing is said of them."""
    defaults: dict[str, Any] = {column.name: column.default for column in table.c}
    return {
        name: plain(default.arg)
        for name, default in defaults.items()
        if default is not None and default.is_scalar
    }


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
    for name, value in _usual_values(model.__table__).items():
        if name not in row and name not in excluded:
            fields[name] = [None, value]
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
    if not ids:
        return found
    rows = session.execute(
        select(table.c[owner], table.c[member])
        .where(is_among(table.c[owner], ids))
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
