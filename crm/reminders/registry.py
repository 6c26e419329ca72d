"""What reminders tell of; the wiring names the sections, in their order."""

from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from crm.reminders.types import Section

Source = Callable[[Session, int, date], Section | None]
_sources: list[Source] = []


def add_section(source: Source) -> None:
    """Tell of this too: `source(session, user_id, today)` gives a section; twice is once."""
    if source not in _sources:
        _sources.append(source)


def sections_for(session: Session, user_id: int, today: date) -> list[Section]:
    """Return the sections that have something to tell a person on a day."""
    found = (source(session, user_id, today) for source in _sources)
    return [section for section in found if section is not None and section.lines]
