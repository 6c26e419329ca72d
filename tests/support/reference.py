"""The reference lists and the geography that every test database holds."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crm.config import DEFAULT_DEPARTEMENTS
from crm.database import WRITING
from crm.reference.defaults import load_defaults
from crm.territories.operations import load_territories


def load_reference(engine: Engine) -> None:
    """Load what a new installation has before its first record."""
    with Session(engine) as session:
        session.info[WRITING] = True
        load_defaults(session)
        load_territories(session, DEFAULT_DEPARTEMENTS)
        session.commit()
