"""Messages come and go with their tables; what the ledger says of a test stays."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, func, inspect, select
from sqlalchemy.orm import Session

from crm import schema
from crm.composing.models import Message, MessageTest
from crm.composing.operations import create_template, save_identity, send_test
from crm.database import WRITING, engine_options
from crm.mail.models import Delivery
from tests.composing.messages import FOOTER, write
from tests.support.databases import drop_database, new_database_url

BEFORE = "0017"


@pytest.fixture
def engine(backend: str, tmp_path: Path) -> Iterator[Engine]:
    """Return a database of today with a message, its test, a template and the mentions."""
    url = new_database_url(backend, tmp_path, "passerelle_messages")
    made = create_engine(url, **engine_options(url))
    schema.upgrade(made)
    with Session(made) as session:
        session.info[WRITING] = True
        message = write(session)
        create_template(session, name="La lettre", message_id=message.id)
        save_identity(session, version=0, footer=FOOTER)
        send_test(session, message_id=message.id, recipient_id=None, address="a@b.example")
        session.commit()
    yield made
    made.dispose()
    drop_database(url)


def test_messages_go_and_the_ledger_stays(engine: Engine) -> None:
    schema.downgrade(engine, BEFORE)
    tables = set(inspect(engine).get_table_names())
    assert not tables & {"message", "message_image", "message_template", "message_test"}
    with engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(Delivery.__table__)) == 1
    schema.upgrade(engine)
    with Session(engine) as session:
        for model, count in ((Message, 0), (MessageTest, 0), (Delivery, 1)):
            assert session.scalar(select(func.count()).select_from(model)) == count
