"""What the pages of structures, people, groups and calls tell of events."""

from collections.abc import Callable
from typing import Any

from flask import url_for
from sqlalchemy import Row
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.events.dates import TO_BE_FIXED
from crm.events.queries.records import (
    CAME,
    MISSED,
    ORGANISER,
    REGISTERED,
    events_of_record,
)
from crm.events.types import STATUS_LABELS, EventStatus
from crm.web.formats import short_date
from crm.web.locale import translate
from crm.web.panels import Panel, PanelRow
from crm.web.timeline import TimelineEntry

_SHOWN = 6
PART_LABELS = {
    CAME: N_("Présence"),
    MISSED: N_("Absence"),
    REGISTERED: N_("Inscription"),
    ORGANISER: N_("Organisation"),
}
_FILTERS = {"structure": "structure", "group": "groupe", "funding_call": "appel"}


def _panel_of(entity: str) -> Callable[[Session, int], Panel | None]:
    def panel(session: Session, record_id: int) -> Panel | None:
        found = events_of_record(session, entity, record_id, _SHOWN)
        name = _FILTERS.get(entity)
        more = url_for("events.index", **{name: record_id}) if found and name else None  # type: ignore[arg-type]
        rows = [
            PanelRow(
                title=row.title,
                url=url_for("events.show", event_id=row.id),
                detail=_detail(row),
                aside=short_date(row.held_on) if row.held_on else translate(TO_BE_FIXED),
                icon="calendar-event",
            )
            for row in found
        ]
        return Panel(translate(N_("Événements")), rows, more)

    return panel


def _detail(row: Row[Any]) -> str:
    status = translate(STATUS_LABELS[EventStatus(row.status)])
    part = translate(PART_LABELS[row.part]) if row.part else None
    return " · ".join(each for each in (part, status) if each)


def event_entries(
    session: Session, *, entity: str, record_id: int, limit: int
) -> list[TimelineEntry]:
    """Return the events of a record in its timeline; none of those without a date."""
    return [
        TimelineEntry(
            when=row.held_on,
            title=_title(row),
            url=url_for("events.show", event_id=row.id),
            icon="calendar-event",
        )
        for row in events_of_record(session, entity, record_id, limit)
        if row.held_on is not None
    ]


def _title(row: Row[Any]) -> str:
    label = translate(PART_LABELS[row.part]) if row.part else translate(N_("Événement"))
    return translate(N_("%(part)s : %(title)s"), part=label, title=row.title)


EVENT_PANELS = tuple(
    (entity, _panel_of(entity)) for entity in ("structure", "contact", "group", "funding_call")
)
