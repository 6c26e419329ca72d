"""SQLite as this house speaks it: each transaction says at its beginning whether it will write."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.engine.interfaces import PoolProxiedConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

BEGIN_MODE = "sqlite_begin_mode"


class SqliteDialect(SQLiteDialect_pysqlite):
    """Says BEGIN itself, in the mode that the option of the connection names.

    An event could say it too, but a connection with one event looks for four at each statement.
    """

    supports_statement_cache = True

    def set_connection_execution_options(
        self, connection: Connection, opts: Mapping[str, Any]
    ) -> None:
        """Keep the mode beside the driver's connection, for the transaction that begins next."""
        if BEGIN_MODE in opts:
            connection.connection.info[BEGIN_MODE] = opts[BEGIN_MODE]
        super().set_connection_execution_options(connection, opts)

    def do_begin(self, dbapi_connection: PoolProxiedConnection) -> None:
        """Begin; deferred unless told otherwise."""
        mode = dbapi_connection.info.pop(BEGIN_MODE, "DEFERRED")
        dbapi_connection.execute(f"BEGIN {mode}")


class aside(FunctionElement[Any]):  # noqa: N801 - it is called as a function is
    """What a column holds, so that SQLite neither looks rows up by it nor reads in its order.

    Until it is measured, « not in the trash » seems to leave ten rows, and is taken before the ids
    of a subquery. PostgreSQL knows how many there are, and sees the column itself.
    """

    name = "aside"
    inherit_cache = True

    def __init__(self, column: Any) -> None:
        super().__init__(column)
        self.type = column.type


@compiles(aside)
def _as_it_is(element: aside, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


@compiles(aside, "sqlite")
def _with_a_plus(element: aside, compiler: SQLCompiler, **options: Any) -> str:
    return "+" + compiler.process(element.clauses, **options)


def speak_so() -> None:
    """Let every engine of an address that begins with `sqlite:` speak so."""
    registry.register("sqlite", __name__, SqliteDialect.__name__)
