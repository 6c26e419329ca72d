"""A seed decides everything but the salt of the passwords."""

import hashlib
import json
from datetime import UTC, datetime

import time_machine
from flask import Flask
from sqlalchemy import Connection, Engine, inspect, select, text
from sqlalchemy.orm import Session

from crm.config import Settings
from crm.contacts.models import Contact
from crm.database import WRITING
from crm.demo.load import load_demo

_DRAWN_AT_RANDOM = {"password_hash", "token"}
_NAMES = select(Contact.first_name, Contact.last_name).order_by(Contact.id).limit(20)
_NOW = datetime(2026, 11, 27, 10, tzinfo=UTC)


def test_the_same_seed_gives_the_same_network_and_another_one_another(
    prepared_engine: Engine, shared_app: Flask, demo_settings: Settings, demo: Session
) -> None:
    with time_machine.travel(_NOW, tick=False):
        first, again = (_made(prepared_engine, shared_app, demo_settings) for _twice in range(2))
    assert first == again
    assert set(first[1]).isdisjoint(_people(demo))


def _made(engine: Engine, app: Flask, settings: Settings) -> tuple[str, list[str]]:
    """Return the hash of a network of the seed 7, and who is in it."""
    with engine.connect() as connection:
        outer = connection.begin()
        _count_ids_from_the_first_free(connection)
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            session.info[WRITING] = True
            with app.app_context():
                load_demo(session, settings, seed=7)
            total = hashlib.sha256()
            for table in sorted(inspect(connection).get_table_names()):
                total.update(json.dumps([table, _contents(session, table)]).encode())
            people = _people(session)
        outer.rollback()
    return total.hexdigest(), people


def _people(session: Session) -> list[str]:
    return [f"{first} {last}" for first, last in session.execute(_NAMES).tuples()]


def _count_ids_from_the_first_free(connection: Connection) -> None:
    """PostgreSQL would go on from the last id that was given, even by what was rolled back."""
    if connection.dialect.name != "postgresql":
        return
    for sequence in inspect(connection).get_sequence_names():
        table = sequence.removesuffix("_id_seq")
        first = connection.scalar(text(f'SELECT coalesce(max(id), 0) + 1 FROM "{table}"'))
        connection.execute(text(f'ALTER SEQUENCE "{sequence}" RESTART WITH {first}'))


def _contents(session: Session, table: str) -> list[str]:
    """Return the rows without salts and tokens."""
    rows = session.execute(text(f'SELECT * FROM "{table}"')).mappings()
    return sorted(
        json.dumps(
            {name: str(value) for name, value in row.items() if name not in _DRAWN_AT_RANDOM},
            sort_keys=True,
        )
        for row in rows
    )
