"""Builders of test data, one module a package; they flush into the test's session."""

from factory.alchemy import SQLAlchemyModelFactory
from sqlalchemy.orm import Session

_current: dict[str, Session] = {}


def use_session(session: Session) -> None:
    """Make every factory write into this session."""
    _current["session"] = session


class BaseFactory(SQLAlchemyModelFactory):
    """A factory that flushes, so that ids exist at once."""

    class Meta:
        """Nothing to build from by itself."""

        abstract = True
        sqlalchemy_session_factory = lambda: _current["session"]  # noqa: E731
        sqlalchemy_session_persistence = "flush"
