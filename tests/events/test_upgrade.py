"""The tables of events come and go with messages already written, which all stay."""

from pathlib import Path

from sqlalchemy import inspect, text

from crm import schema
from tests.support.databases import drop_database, migrated_engine, new_database_url

_DELIVERY = """
INSERT INTO delivery (id, kind, purpose, priority, token, recipient, address_hash, state, attempt,
                      last_attempt, created_at, resent)
VALUES (7, 'outbox', 'account', 5, 't7', 'a@ville.example', 'h7', 'queued', 0, 5,
        '2026-03-02 09:00:00', 0)
"""
_MESSAGE = """
INSERT INTO outbox_message (unique_key, recipient, subject, text_body, html_body, headers,
                            created_at, delivery_id)
VALUES ('k7', 'a@ville.example', 'Avant', 'Texte', '', '{}', '2026-03-02 09:00:00', 7)
"""


def test_messages_of_before_stay(backend: str, tmp_path: Path) -> None:
    url = new_database_url(backend, tmp_path, "passerelle_events")
    engine = migrated_engine(url)
    try:
        schema.downgrade(engine, "0019")
        assert not inspect(engine).has_table("registration")
        with engine.begin() as connection:
            connection.execute(text(_DELIVERY))
            connection.execute(text(_MESSAGE))
        for _twice in range(2):
            schema.upgrade(engine)
            with engine.connect() as connection:
                row = connection.execute(text("SELECT * FROM outbox_message")).mappings().one()
                assert (row["subject"], row["calendar"]) == ("Avant", None)
                assert connection.scalar(text("SELECT count(*) FROM registration")) == 0
            schema.downgrade(engine, "0019")
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT subject FROM outbox_message")) == "Avant"
    finally:
        engine.dispose()
        drop_database(url)
