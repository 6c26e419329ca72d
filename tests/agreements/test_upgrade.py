"""The axes of before, and what counts for them, stay; an agreement is made for those in use."""

from pathlib import Path

from sqlalchemy import inspect, text

from crm import schema
from tests.support.databases import drop_database, migrated_engine, new_database_url

_ITEMS = """
INSERT INTO reference_item (id, list_code, code, label, position, is_active, version, is_formal)
VALUES (901, 'axis', 'axe_1', 'Axe 1', 1, :yes, 1, NULL),
       (902, 'axis', 'axe_2', 'Axe 2', 2, :yes, 1, NULL),
       (903, 'session_kind', 'rdv', 'Rendez-vous', 1, :yes, 1, :yes)
"""
_SESSION = """
INSERT INTO accompaniment_session (id, submission_key, kind_id, status, held_on, created_at,
                                   version)
VALUES (7, 'k7', 903, 'realisee', '2018-05-02', '2018-05-02 09:00:00', 1),
       (8, 'k8', 903, 'realisee', '2019-06-03', '2019-06-03 09:00:00', 1)
"""


def test_axes_in_use_go_to_an_agreement_and_nothing_is_lost(backend: str, tmp_path: Path) -> None:
    url = new_database_url(backend, tmp_path, "passerelle_agreements")
    engine = migrated_engine(url)
    try:
        schema.downgrade(engine, "0021")
        assert not inspect(engine).has_table("agreement")
        with engine.begin() as connection:
            connection.execute(text(_ITEMS), {"yes": True})
            connection.execute(text(_SESSION))
            connection.execute(
                text("INSERT INTO session_axis (session_id, axis_id) VALUES (7, 901), (8, 902)")
            )
        for _twice in range(2):
            schema.upgrade(engine)
            with engine.connect() as connection:
                agreement = connection.execute(text("SELECT * FROM agreement")).mappings().one()
                assert agreement["name"] == "Convention à compléter"
                assert str(agreement["starts_on"]) == "2018-01-01"
                assert str(agreement["ends_on"]) == "2019-12-31"
                axes = connection.execute(text("SELECT item_id FROM axis ORDER BY position"))
                assert axes.scalars().all() == [901, 902]
                counted = connection.execute(text("SELECT * FROM session_axis ORDER BY session_id"))
                assert [tuple(row) for row in counted] == [(7, 901), (8, 902)]
            schema.downgrade(engine, "0021")
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM session_axis")) == 2
            labels = text("SELECT label FROM reference_item WHERE list_code = 'axis' ORDER BY id")
            assert connection.execute(labels).scalars().all() == ["Axe 1", "Axe 2"]
    finally:
        engine.dispose()
        drop_database(url)


def test_axes_that_nothing_uses_stay_free(backend: str, tmp_path: Path) -> None:
    url = new_database_url(backend, tmp_path, "passerelle_free_axes")
    engine = migrated_engine(url)
    try:
        schema.downgrade(engine, "0021")
        with engine.begin() as connection:
            connection.execute(text(_ITEMS), {"yes": True})
        schema.upgrade(engine)
        with engine.connect() as connection:
            assert connection.scalar(text("SELECT count(*) FROM agreement")) == 0
            assert connection.scalar(text("SELECT count(*) FROM axis")) == 0
    finally:
        engine.dispose()
        drop_database(url)
