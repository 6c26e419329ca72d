"""What was suppressed before consents came is an objection afterwards, and back."""

from pathlib import Path

from sqlalchemy import text

from crm import schema
from tests.support.databases import drop_database, migrated_engine, new_database_url


def test_suppressions_of_before_become_objections(backend: str, tmp_path: Path) -> None:
    url = new_database_url(backend, tmp_path, "passerelle_consents")
    engine = migrated_engine(url)
    try:
        schema.downgrade(engine, "0016")
        with engine.begin() as connection:
            connection.execute(
                text(
                    "INSERT INTO suppression (address_hash, purpose, reason, created_at)"
                    " VALUES ('a1', 'digest', 'par téléphone', '2026-03-02 09:00:00')"
                )
            )
        for _twice in range(2):
            schema.upgrade(engine)
            with engine.connect() as connection:
                row = connection.execute(text("SELECT * FROM suppression")).mappings().one()
                assert (row["address_hash"], row["origin"]) == ("a1", "opposition")
                assert connection.scalar(text("SELECT count(*) FROM consent_wording")) == 4
            schema.downgrade(engine, "0016")
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT reason FROM suppression")) == "par téléphone"
    finally:
        engine.dispose()
        drop_database(url)
