"""What the public agenda is asked for, and what it tells."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the agenda; None asks for all. `since` and `until` are days in Paris."""

    kind_id: int | None = None
    theme_id: int | None = None
    group_id: int | None = None
    departement: str | None = None
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What anyone may know of an event: never its link, never who comes.

    `url` is the absolute address of its public page; `is_open` tells whether one may register.
    """

    id: int
    title: str
    kind: str
    status: str
    starts_at: datetime | None
    ends_at: datetime | None
    is_all_day: bool
    place: str | None
    is_online: bool
    organiser: str | None
    group: str | None
    themes: tuple[str, ...]
    description: str | None
    sequence: int
    created_at: datetime
    url: str
    is_open: bool
