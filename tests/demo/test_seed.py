"""A seed decides everything but the salt of the passwords."""

import hashlib
import json

from sqlalchemy import Engine, inspect, text
from sqlalchemy.orm import Session

from crm.config import Settings
from crm.database import WRITING
from crm.demo.load import load_demo


def test_the_same_seed_gives_the_same_network(
    prepared_engine: Engine, demo_settings: Settings
) -> None:
    first, again, other = (_digest(prepared_engine, demo_settings, seed) for seed in (7, 7, 8))
    assert first == again
    assert first != other


def _digest(engine: Engine, settings: Settings, seed: int) -> str:
    with engine.connect() as connection:
        outer = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            session.info[WRITING] = True
            load_demo(session, settings, seed=seed)
            total = hashlib.sha256()
            for table in sorted(inspect(connection).get_table_names()):
                total.update(json.dumps([table, _contents(session, table)]).encode())
        outer.rollback()
    return total.hexdigest()


def _contents(session: Session, table: str) -> list[str]:
    """Return the rows without salts, nor ids, which follow whatever was there before."""
    rows = session.execute(text(f'SELECT * FROM "{table}"')).mappings()
    return sorted(
        json.dumps(
            {
                name: str(value)
                for name, value in row.items()
                if name not in {"id", "password_hash", "fields"} and not name.endswith("_id")
            },
            sort_keys=True,
        )
        for row in rows
    )
