"""Which words lead to an event: its title and year, then its group, its kind and its place."""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session

from crm.contacts.models import Group
from crm.core.text import acronyms
from crm.events.models import Event
from crm.reference.models import ReferenceItem
from crm.search.index import make_findable, ranked_words

EVENT = "event"
Records = Iterator[tuple[int, dict[str, int]]]


def index_event(session: Session, event: Event) -> None:
    """Make an event findable by what it is today; in the trash it is not."""
    make_findable(session, EVENT, event.id, all_events(session, Event.id == event.id))


def all_events(session: Session, condition: ColumnElement[bool] | None = None) -> Records:
    """Yield (id, words) of the events that are not in the trash, or of those that fit."""
    rows = session.execute(
        select(Event.id, Event.title, Event.held_on, Event.place, Group.name, ReferenceItem.label)
        .join(ReferenceItem, ReferenceItem.id == Event.kind_id)
        .outerjoin(Group, Group.id == Event.group_id)
        .where(Event.deleted_at.is_(None), true() if condition is None else condition)
        .order_by(Event.id)
    ).all()
    for event_id, title, held_on, place, group, kind in rows:
        own = [title, *acronyms(title), *([str(held_on.year)] if held_on else [])]
        around = [each for each in (group, kind, place) if each]
        yield event_id, ranked_words(own, around, names=[title])
