"""Every table of the product, in one import, and the migrations that lead to it."""

from collections.abc import Callable

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine

import crm.accounts.models
import crm.agreements.models
import crm.attachments.models
import crm.campaigns.models
import crm.composing.models
import crm.consents.models
import crm.contacts.models
import crm.duplicates.models
import crm.events.models
import crm.followups.models
import crm.funding.models
import crm.history.models
import crm.imports.models
import crm.jobs.models
import crm.mail.models
import crm.mailings.models
import crm.measures.models
import crm.notes.models
import crm.projects.models
import crm.reference.models
import crm.search.models
import crm.territories.models
import crm.web.submissions
import crm.yearly.models  # noqa: F401 - imported for their tables
from crm.database import Base
from crm.revisions import migrations_folder

metadata = Base.metadata


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Bring the database to a revision; on SQLite foreign keys rest meanwhile."""
    _run(engine, lambda config: command.upgrade(config, revision))


def downgrade(engine: Engine, revision: str) -> None:
    """Bring the database back to an earlier revision."""
    _run(engine, lambda config: command.downgrade(config, revision))


def draft_revision(engine: Engine, message: str, revision_id: str) -> None:
    """Write a migration file for what the tables have and the database has not."""
    _run(
        engine,
        lambda config: command.revision(
            config, message=message, rev_id=revision_id, autogenerate=True
        ),
    )


def _run(engine: Engine, action: Callable[[Config], object]) -> None:
    with engine.connect() as connection:
        is_sqlite = connection.dialect.name == "sqlite"
        if is_sqlite:
            # The pragma does nothing inside a transaction: it goes to the driver, before BEGIN.
            _set_foreign_keys(connection, on=False)
        try:
            with connection.begin():
                action(_config(connection))
        finally:
            if is_sqlite:
                _set_foreign_keys(connection, on=True)


def _set_foreign_keys(connection: Connection, *, on: bool) -> None:
    driver_connection = connection.connection.driver_connection
    if driver_connection is None:
        raise RuntimeError("the connection is closed")
    driver_connection.execute(f"PRAGMA foreign_keys={'ON' if on else 'OFF'}")
