"""What happened to a record, told by each package; the wiring fills the list of sources."""

from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time

from flask import request
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import N_
from crm.web.formats import day_date
from crm.web.locale import translate
from crm.web.presence import About, look_first

FIRST_SHOWN, MOST_SHOWN = 30, 500
CHANGES = "modifications"
_ESSENTIAL, _EVERYTHING = "", "tout"


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


@dataclass(frozen=True, slots=True)
class Choice:
    """A way to narrow the timeline, as a link."""

    value: str
    label: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Timeline:
    """What a record's page shows of what happened: entries, ways to narrow, and what is left."""

    entries: Sequence[TimelineEntry]
    choices: Sequence[Choice] = ()
    has_more: bool = False
    shown: int = FIRST_SHOWN
    chosen: str = field(default=_ESSENTIAL)


Source = Callable[..., Sequence[TimelineEntry]]
_sources: dict[str, tuple[str, list[Source]]] = {}


def add_source(kind: str, label: str, source: Source, about: About | None = None) -> None:
    """Let a package tell of its own under a kind (its label is a msgid); twice is once.

    It is called as `source(session, entity=…, record_id=…, limit=…)`, where what it says it looks
    by would find something (`crm.web.presence`).
    """
    known = _sources.setdefault(kind, (label, []))[1]
    if source not in known:
        known.append(source)
    if about is not None:
        look_first(source, about)


def timeline_of(
    session: Session, *, entity: str, record_id: int, silent: Collection[Hashable] = ()
) -> Timeline:
    """Return the latest entries about a record, newest first, narrowed by the URL (`fil`, `n`).

    Without a choice everything shows but changes of fields, which have a place of their own;
    `silent` sources are not asked.
    """
    asked = request.args.get("fil", _ESSENTIAL)
    chosen = asked if asked in _sources or asked == _EVERYTHING else _ESSENTIAL
    number = request.args.get("n", "")
    limit = min(int(number[:4]), MOST_SHOWN) if number.isdecimal() else FIRST_SHOWN
    entries = [
        entry
        for kind, (_, sources) in _sources.items()
        if _is_told(kind, chosen)
        for source in sources
        if source not in silent
        for entry in source(session, entity=entity, record_id=record_id, limit=limit + 1)
    ]
    entries.sort(key=lambda entry: entry.order, reverse=True)
    return Timeline(entries[:limit], _choices(chosen), len(entries) > limit, limit, chosen)


def _is_told(kind: str, chosen: str) -> bool:
    return chosen in {kind, _EVERYTHING} or (chosen == _ESSENTIAL and kind != CHANGES)


def _choices(chosen: str) -> list[Choice]:
    return [
        Choice(value, translate(label), value == chosen)
        for value, label in (
            (_ESSENTIAL, N_("L’essentiel")),
            *((kind, label) for kind, (label, _) in _sources.items()),
            (_EVERYTHING, N_("Tout")),
        )
    ]
