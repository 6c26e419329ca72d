"""The migrations lead to the models, with data in the tables, on both databases."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, MetaData, create_engine, func, inspect, select
from sqlalchemy.orm import Session

from crm import schema
from crm.contacts.models import Affiliation, Contact, Structure
from crm.core import clock
from crm.database import WRITING
from crm.revisions import current_revision, latest_revision, migrations_folder
from tests.support.databases import drop_database, migrated_engine, new_database_url


@pytest.fixture
def engine(backend: str, tmp_path: Path) -> Iterator[Engine]:
    """Return a new database at the latest revision."""
    url = new_database_url(backend, tmp_path, "passerelle_migrations")
    made = migrated_engine(url)
    yield made
    made.dispose()
    drop_database(url)


def _add_people(engine: Engine) -> None:
    with Session(engine) as session:
        session.info[WRITING] = True
        structure = Structure(
            name="Parent", sort_name="parent", family_code="association", created_at=clock.now()
        )
        contact = Contact(last_name="Exemple", sort_name="exemple", created_at=clock.now())
        session.add_all([structure, contact])
        session.flush()
        session.add(Affiliation(contact_id=contact.id, structure_id=structure.id, role="Maire"))
        session.commit()


def _rows(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        return {
            table.name: connection.scalar(select(func.count()).select_from(table)) or 0
            for table in schema.metadata.sorted_tables
        }


def test_the_migrated_schema_is_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, schema.metadata)
    assert differences == []


def test_every_constraint_has_a_name(engine: Engine) -> None:
    inspector = inspect(engine)
    unnamed = [
        table
        for table in inspector.get_table_names()
        for constraint in inspector.get_foreign_keys(table)
        + inspector.get_unique_constraints(table)
        if not constraint["name"]
    ]
    assert unnamed == []


def test_upgrading_again_keeps_every_row(engine: Engine) -> None:
    _add_people(engine)
    before = _rows(engine)
    assert before["affiliation"] == 1
    schema.upgrade(engine)
    assert _rows(engine) == before


def test_the_first_revision_can_be_undone(engine: Engine) -> None:
    schema.downgrade(engine, "base")
    assert set(inspect(engine).get_table_names()) <= {"alembic_version"}
    schema.upgrade(engine)
    with engine.connect() as connection:
        assert current_revision(connection) == latest_revision()


def test_revisions_are_told_as_alembic_tells_them(engine: Engine) -> None:
    head = ScriptDirectory(str(migrations_folder())).get_current_head()
    with engine.connect() as connection:
        assert MigrationContext.configure(connection).get_current_revision() == head
        assert current_revision(connection) == latest_revision() == head
    schema.downgrade(engine, "base")
    with engine.connect() as connection:
        assert current_revision(connection) is None


def test_a_worker_does_without_alembic() -> None:
    ask = (
        "import sys, crm.wiring; print(sorted({'alembic', 'mako', 'pygments'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", ask]
    told = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    assert told.stdout.strip() == "[]"


def test_an_id_is_never_given_twice(engine: Engine) -> None:
    _add_people(engine)
    with Session(engine) as session:
        session.info[WRITING] = True
        first = session.scalars(select(Affiliation)).one()
        values = {"contact_id": first.contact_id, "structure_id": first.structure_id}
        erased = first.id
        session.delete(first)
        session.flush()
        session.add(again := Affiliation(**values, role="Maire"))
        session.flush()
        assert again.id > erased


def test_every_table_of_sqlite_counts_on() -> None:
    made = create_engine("sqlite://", connect_args={"isolation_level": None})
    schema.upgrade(made)
    with made.connect() as connection:
        tables = connection.exec_driver_sql("SELECT name, sql FROM sqlite_master").all()
    wanted = {
        table.name
        for table in schema.metadata.sorted_tables
        if [column.name for column in table.primary_key] == ["id"]
    }
    assert "structure" in wanted
    counting = {name for name, definition in tables if "AUTOINCREMENT" in (definition or "")}
    assert wanted - counting == set()
    made.dispose()


def test_counting_goes_on_after_what_history_tells(tmp_path: Path) -> None:
    made = create_engine(
        f"sqlite:///{tmp_path}/told.sqlite3", connect_args={"isolation_level": None}
    )
    schema.upgrade(made, "0004")
    with made.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO change_set (id, at, actor_name, source)"
            " VALUES (1, '2026-01-01', 'Passerelle', 'command')"
        )
        connection.exec_driver_sql(
            "INSERT INTO change (change_set_id, action, entity, record_id, fields)"
            " VALUES (1, 'deleted', 'note', 41, '{}')"
        )
    schema.upgrade(made)
    with made.connect() as connection:
        last = connection.exec_driver_sql("SELECT seq FROM sqlite_sequence WHERE name = 'note'")
        assert last.scalar() == 41
    made.dispose()


def test_rebuilding_a_parent_table_keeps_its_children(engine: Engine) -> None:
    _add_people(engine)

    def rebuild(_config: object) -> None:
        config = _config
        connection = config.attributes["connection"]  # type: ignore[attr-defined]
        operations = Operations(MigrationContext.configure(connection))
        reflected = MetaData()
        reflected.reflect(connection, only=["contact"])
        with operations.batch_alter_table("contact", recreate="always") as batch:
            batch.alter_column("notes", comment="rebuilt")

    if engine.dialect.name == "sqlite":
        schema._run(engine, rebuild)
    assert _rows(engine)["affiliation"] == 1
    assert _rows(engine)["contact"] == 1
    with engine.connect() as connection:
        on = (
            engine.dialect.name != "sqlite"
            or connection.exec_driver_sql("PRAGMA foreign_keys").scalar()
        )
    assert on


def _rules(engine: Engine) -> dict[str, set[str]]:
    """Return the checks and the unique indexes of each table, by name."""
    inspector = inspect(engine)
    return {
        table: {str(check["name"]) for check in inspector.get_check_constraints(table)}
        | {
            f"{index['name']} {index['unique']} {[*map(str, index['dialect_options'].values())]}"
            for index in inspector.get_indexes(table)
        }
        for table in inspector.get_table_names()
    }


def test_no_migration_forgets_a_check_or_an_index(engine: Engine) -> None:
    checks = {
        table.name: {
            str(each.name) for each in table.constraints if isinstance(each, CheckConstraint)
        }
        for table in schema.metadata.sorted_tables
    }
    migrated = _rules(engine)
    assert checks["structure"]
    assert {name: wanted - migrated[name] for name, wanted in checks.items()} == {
        name: set() for name in checks
    }


def test_data_survives_each_upgrade_and_downgrade(engine: Engine) -> None:
    _add_people(engine)
    before, rules = _rows(engine), _rules(engine)
    schema.downgrade(engine, "0001")
    with engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT name, family_code FROM structure").all()
        assert [tuple(row) for row in kept] == [("Parent", "association")]
        assert connection.exec_driver_sql("SELECT count(*) FROM affiliation").scalar() == 1
    schema.upgrade(engine)
    assert _rows(engine) == before
    assert _rules(engine) == rules
