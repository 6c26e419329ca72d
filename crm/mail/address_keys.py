"""The one form of an address, and its hash, made by the database for thousands at once.

What is stored was read by `parse_email`: its domain is in Unicode and ends with no dot. The
database then makes the same form as `email_key` does, without what IDNA would need.
"""

import sqlite3
from typing import Any

from sqlalchemy import Engine, String, event
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.sql.functions import GenericFunction

from crm.core.addresses import email_key
from crm.mail.rules import address_hash


class key_of(GenericFunction[str]):  # noqa: N801 - it stands in statements as a function does
    """The form under which an address is compared, made by the database."""

    type = String()
    inherit_cache = True
    name = "passerelle_address_key"


class hash_of(GenericFunction[str]):  # noqa: N801 - it stands in statements as a function does
    """The hash that the suppression list keeps of an address, made by the database."""

    type = String()
    inherit_cache = True
    name = "passerelle_address_hash"


def _key_on_postgresql(address: str) -> str:
    return f"rtrim(lower(trim(normalize({address}, NFKC))), '.')"


@compiles(key_of, "postgresql")
def _write_key(element: key_of, compiler: Any, **options: Any) -> str:
    return _key_on_postgresql(compiler.process(element.clauses, **options))


@compiles(hash_of, "postgresql")
def _write_hash(element: hash_of, compiler: Any, **options: Any) -> str:
    key = _key_on_postgresql(compiler.process(element.clauses, **options))
    return f"encode(sha256(convert_to({key}, 'UTF8')), 'hex')"


@event.listens_for(Engine, "connect")
def _teach_sqlite(connection: Any, _entry: ConnectionPoolEntry) -> None:
    if isinstance(connection, sqlite3.Connection):
        for function, work in ((key_of, email_key), (hash_of, address_hash)):
            connection.create_function(function.name, 1, _unless_null(work), deterministic=True)


def _unless_null(work: Any) -> Any:
    return lambda address: None if address is None else work(address)
