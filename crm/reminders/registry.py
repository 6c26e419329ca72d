"""What reminders tell of; the wiring names the sections, in their order."""

from collections.abc import Callable, Sequence
from datetime import date

from sqlalchemy.orm import Session

from crm.reminders.types import Section

Source = Callable[[Session, int, date], Sequence[Section]]
_sources: list[Source] = []


def add_section(source: Source) -> None:
    """Tell of this too: `source(session, user_id, today)` gives sections; twice is once."""
    if source not in _sources:
        _sources.append(source)


def sections_for(session: Session, user_id: int, today: date) -> list[Section]:
    """Return the sections that have something to tell a person on a day."""
    found = (section for source in _sources for section in source(session, user_id, today))
    return [section for section in found if section.lines]
