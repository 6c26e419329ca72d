"""Databases of the mail benchmarks."""

from sqlalchemy import create_engine

from crm import schema
from crm.database import engine_options


def prepare(url: str) -> None:
    """Bring a new database to the version of the program."""
    engine = create_engine(url, **engine_options(url))
    schema.upgrade(engine)
    engine.dispose()
