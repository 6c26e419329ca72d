"""How events are shown where everything is found."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from flask import url_for
from sqlalchemy import Select
from sqlalchemy.orm import Session

from crm.contacts.searching import detail, list_found_in
from crm.core.errors import N_
from crm.events.indexing import EVENT, all_events
from crm.events.models import Event
from crm.events.queries.events import event_rows
from crm.search.actions import Action
from crm.search.kinds import IDS, Hit, SearchKind, lines
from crm.web.access import Permission
from crm.web.formats import long_date
from crm.web.locale import translate

_NOUNS = frozenset({"evenement", "evenements", "webinaire", "webinaires", "reunion", "reunions"})


@cache
def _event_lines() -> Select[Any]:
    return event_rows().where(Event.id.in_(IDS))


def describe_events(session: Session, ids: Sequence[int]) -> dict[int, Hit]:
    """Return the lines of events: what kind, and when."""
    return {
        row.id: Hit(
            title=row.name,
            value=str(row.id),
            url=url_for("events.show", event_id=row.id),
            detail=detail(row.kind, _day(row)),
        )
        for row in lines(session, _event_lines(), ids)
    }


def _day(row: Any) -> str:
    return long_date(row.held_on) if row.held_on else translate(N_("date à fixer"))


EVENTS = SearchKind(
    EVENT,
    N_("Événements"),
    "calendar-event",
    all_events,
    describe_events,
    nouns=_NOUNS,
    list_url=list_found_in("events.index"),
)
NEW_EVENT = Action(
    N_("Nouvel événement"),
    "calendar-event",
    Permission.EDIT_NETWORK,
    nouns=_NOUNS,
    url=lambda: url_for("events.new"),
    is_quick=True,
)
