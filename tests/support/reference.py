"""The reference lists and a small geography that every test database holds."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from crm.database import WRITING
from crm.reference.defaults import load_defaults


def load_reference(engine: Engine) -> None:
    """Load what a new installation has before its first record."""
    with Session(engine) as session:
        session.info[WRITING] = True
        load_defaults(session)
        session.commit()
