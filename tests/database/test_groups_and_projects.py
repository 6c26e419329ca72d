"""The groups and projects of the first tables live on in the new ones, on both databases."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, MetaData, create_engine, insert, select

from crm import schema
from crm.core import clock
from crm.database import engine_options
from tests.support.databases import drop_database, new_database_url

FIRST, OURS = "0001", "0003"


@pytest.fixture
def engine(backend: str, tmp_path: Path) -> Iterator[Engine]:
    """Return a database at the first revision, with a group and three projects."""
    url = new_database_url(backend, tmp_path, "passerelle_0003")
    made = create_engine(url, **engine_options(url))
    schema.upgrade(made, FIRST)
    _fill(made)
    yield made
    made.dispose()
    drop_database(url)


def _tables(engine: Engine) -> dict[str, Any]:
    found = MetaData()
    found.reflect(engine)
    return dict(found.tables)


def _fill(engine: Engine) -> None:
    tables, now = _tables(engine), clock.now().replace(tzinfo=None)
    structure = {"family_code": "association", "created_at": now, "version": 1}
    project = {"lead_structure_id": 1, "created_at": now, "version": 3}
    rows = {
        "country": [{"code": "ML", "name": "Mali", "name_en": "Mali", "sort_name": "mali"}],
        "structure": [
            {**structure, "id": number, "name": name, "sort_name": name.lower()}
            for number, name in ((1, "Lead"), (2, "Second"))
        ],
        "group": [
            {"id": 1, "name": "Mali", "sort_name": "mali", "kind": "pays", "country_code": "ML",
             "launched_on": date(2018, 1, 1), "version": 4},
        ],
        "membership": [
            {"group_id": 1, "structure_id": 2, "start_on": date(2018, 1, 1), "version": 1},
        ],
        "project": [
            {**project, "id": 1, "name": "Past", "sort_name": "past", "end_on": date(2018, 1, 1)},
            {**project, "id": 2, "name": "To come", "sort_name": "to come",
             "end_on": date(2090, 1, 1)},
            {**project, "id": 3, "name": "Open", "sort_name": "open", "end_on": None},
        ],
        "project_partner": [
            {"project_id": 1, "structure_id": 2, "role": "partenaire"},
            {"project_id": 2, "structure_id": 2, "role": "accueil"},
            {"project_id": 3, "structure_id": 2, "role": "Ami du projet"},
        ],
        "project_country": [{"project_id": 1, "country_code": "ML"}],
    }  # fmt: skip
    with engine.begin() as connection:
        for name, values in rows.items():
            connection.execute(insert(tables[name]), values)


def _read(engine: Engine, table: str, *columns: str) -> list[tuple[Any, ...]]:
    found = _tables(engine)[table]
    with engine.connect() as connection:
        statement = select(*(found.c[name] for name in columns)).order_by(found.c[columns[0]])
        return [tuple(row) for row in connection.execute(statement)]


def test_what_was_there_is_there_still(engine: Engine) -> None:
    schema.upgrade(engine, OURS)
    assert _read(engine, "group", "name", "country_code", "launched_on", "version") == [
        ("Mali", "ML", date(2018, 1, 1), 4)
    ]
    assert _read(engine, "group", "merged_into_id", "deleted_at") == [(None, None)]
    assert _read(engine, "membership", "group_id", "structure_id") == [(1, 2)]
    assert _read(engine, "project", "id", "status", "is_pooled", "is_publishable", "version") == [
        (1, "termine", False, False, 3),
        (2, "en_cours", False, False, 3),
        (3, "en_cours", False, False, 3),
    ]
    assert _read(engine, "project_partner", "project_id", "structure_id", "role") == [
        (1, 2, "partenaire"),
        (2, 2, "accueil"),
        (3, 2, "partenaire"),
    ]
    assert _read(engine, "project_country", "project_id", "country_code") == [(1, "ML")]


def test_going_back_keeps_what_the_first_tables_had(engine: Engine) -> None:
    before = {name: _read(engine, name, "name", "version") for name in ("group", "project")}
    schema.upgrade(engine, OURS)
    with engine.begin() as connection:
        connection.execute(
            insert(_tables(engine)["project_partner"]),
            [{"project_id": 1, "structure_id": 2, "role": "envoi"}],
        )
    schema.downgrade(engine, FIRST)
    assert {name: _read(engine, name, "name", "version") for name in before} == before
    assert _read(engine, "project_partner", "project_id", "role") == [
        (1, "envoi"),
        (2, "accueil"),
        (3, "partenaire"),
    ]
    schema.upgrade(engine, OURS)
    assert len(_read(engine, "project_partner", "id", "project_id")) == 3
