"""Many rows written at once, by the fastest way of each database; history is the caller's."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from sqlalchemy import FromClause, Table, func, select, text
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import Session

Values = tuple[Any, ...]


def insert_many(
    session: Session, table: FromClause, names: Sequence[str], rows: Sequence[Values]
) -> None:
    """Insert rows whose values are in the order of the names; columns left out stay empty."""
    if not rows:
        return
    if not isinstance(table, Table):
        raise TypeError("rows are written into tables")
    connection = session.connection()
    bound = _bound(table, names, rows, connection.dialect)
    quoted = ", ".join(f'"{name}"' for name in names)
    if connection.dialect.name == "sqlite":
        marks = ", ".join("?" * len(names))
        statement = f'INSERT INTO "{table.name}" ({quoted}) VALUES ({marks})'  # noqa: S608
        connection.exec_driver_sql(statement, list(bound))
        return
    driver: Any = connection.connection.driver_connection
    with (
        driver.cursor() as cursor,
        cursor.copy(f'COPY "{table.name}" ({quoted}) FROM STDIN') as copied,
    ):
        for values in bound:
            copied.write_row(values)


def reserve_ids(session: Session, table: FromClause, count: int) -> Sequence[int]:
    """Return so many ids, growing, that no record has or had; the caller uses them all."""
    if not isinstance(table, Table):
        raise TypeError("ids are those of a table")
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        # This transaction is the one writer: nobody else numbers rows meanwhile.
        last = connection.execute(select(func.coalesce(func.max(table.c.id), 0))).scalar_one()
        sequence = text("SELECT seq FROM sqlite_sequence WHERE name = :name")
        used = connection.execute(sequence, {"name": table.name}).scalar()
        first = max(last, used or 0) + 1
        return range(first, first + count)
    # In a query of its own: it is looked up once, not for each id.
    sequence_name = select(func.pg_get_serial_sequence(table.name, "id")).scalar_subquery()
    drawn = select(func.nextval(sequence_name)).select_from(func.generate_series(1, count))
    return sorted(connection.execute(drawn).scalars())


def _bound(
    table: Table, names: Sequence[str], rows: Sequence[Values], dialect: Dialect
) -> Iterable[Values]:
    """Return the rows as the driver takes them."""
    processors: list[tuple[int, Callable[[Any], Any]]] = []
    for place, name in enumerate(names):
        processor = table.c[name].type.dialect_impl(dialect).bind_processor(dialect)
        if processor is not None:
            processors.append((place, processor))
    if not processors:
        return rows
    return (_processed(row, processors) for row in rows)


def _processed(row: Values, processors: Iterable[tuple[int, Callable[[Any], Any]]]) -> Values:
    values = list(row)
    for place, processor in processors:
        values[place] = processor(values[place])
    return tuple(values)
