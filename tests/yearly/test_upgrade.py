"""Reports come to a database that holds agreements and files, and leave it as it was."""

from pathlib import Path

from sqlalchemy import inspect, text

from crm import schema
from tests.support.databases import drop_database, migrated_engine, new_database_url

_AGREEMENT = """
INSERT INTO agreement (id, name, sort_name, starts_on, ends_on, created_at, version)
VALUES (5, 'CPO', 'cpo', '2018-01-01', '2020-12-31', '2018-01-01 09:00:00', 1)
"""
_DEFINITION = """
INSERT INTO report_definition
    (id, name, sort_name, agreement_id, level, period, support, created_at, version)
VALUES (1, 'Rapport', 'rapport', 5, 'structure', 'convention', 'tout', '2020-01-01 09:00:00', 1)
"""
_CLOSURE = """
INSERT INTO report_closure
    (definition_id, year, closed_at, digest, content, open_sessions, reopened_at, reopen_reason)
VALUES (1, 2019, '2020-03-01 09:00:00', 'd', :content, 0, :reopened_at, :reason)
"""


def test_reports_come_and_go_and_the_agreement_stays(backend: str, tmp_path: Path) -> None:
    url = new_database_url(backend, tmp_path, "passerelle_reports")
    engine = migrated_engine(url)
    try:
        schema.downgrade(engine, "0023")
        assert not inspect(engine).has_table("report_definition")
        with engine.begin() as connection:
            connection.execute(text(_AGREEMENT))
        for _twice in range(2):
            schema.upgrade(engine)
            again = {"content": b"x", "reopened_at": "2020-04-01 09:00:00", "reason": "Oubli"}
            with engine.begin() as connection:
                connection.execute(text(_DEFINITION))
                connection.execute(text(_CLOSURE), again)
                connection.execute(text(_CLOSURE), {**again, "reopened_at": None, "reason": None})
            with engine.connect() as connection:
                assert connection.scalar(text("SELECT count(*) FROM report_closure")) == 2
            schema.downgrade(engine, "0023")
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT name FROM agreement")) == "CPO"
    finally:
        engine.dispose()
        drop_database(url)


_TEMPLATE = """
INSERT INTO report_template (id, definition_id, name, content, created_at, deleted_at, version)
VALUES (:id, 1, 'm.docx', :content, :created_at, :deleted_at, 1)
"""


def test_years_closed_before_are_given_the_template_of_their_day(
    backend: str, tmp_path: Path
) -> None:
    url = new_database_url(backend, tmp_path, "passerelle_templates")
    engine = migrated_engine(url)
    try:
        schema.downgrade(engine, "0024")
        spans = [("2019-01-01", "2020-02-01"), ("2020-02-01", "2021-01-01"), ("2021-01-01", None)]
        with engine.begin() as connection:
            connection.execute(text(_AGREEMENT))
            connection.execute(text(_DEFINITION))
            for number, (created_at, deleted_at) in enumerate(spans, start=1):
                given = {"created_at": created_at, "deleted_at": deleted_at, "content": b"x"}
                connection.execute(text(_TEMPLATE), {"id": number, **given})
            closed = {"content": b"x", "reopened_at": None, "reason": None}
            connection.execute(text(_CLOSURE), closed)
        schema.upgrade(engine)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT template_id FROM report_closure")) == 2
        schema.downgrade(engine, "0024")
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT year FROM report_closure")) == 2019
    finally:
        engine.dispose()
        drop_database(url)
