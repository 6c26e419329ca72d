"""What happened to a record, told by each package; the wiring fills the list of sources."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy.orm import Session

from crm.core import clock
from crm.web.formats import day_date


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One thing that happened; `when` is a day or an aware instant."""

    when: date
    title: str
    url: str | None = None
    body: str | None = None
    icon: str = "point"
    who: str | None = None

    @property
    def when_label(self) -> str:
        """Return the day in words."""
        return day_date(self.when)

    @property
    def order(self) -> datetime:
        """Return an instant to sort by: a day without an hour counts as its noon in Paris."""
        if isinstance(self.when, datetime):
            return self.when
        return datetime.combine(self.when, time(12), tzinfo=clock.PARIS)


Source = Callable[..., Sequence[TimelineEntry]]
_sources: list[Source] = []


def add_source(source: Source) -> None:
    """Let a package tell of its own; adding it twice is adding it once.

    It is called as `source(session, entity=…, record_id=…, limit=…)`.
    """
    if source not in _sources:
        _sources.append(source)


def timeline_of(
    session: Session, *, entity: str, record_id: int, limit: int = 50
) -> list[TimelineEntry]:
    """Return the latest entries about a record from every source, newest first."""
    entries = [
        entry
        for source in _sources
        for entry in source(session, entity=entity, record_id=record_id, limit=limit)
    ]
    return sorted(entries, key=lambda entry: entry.order, reverse=True)[:limit]
