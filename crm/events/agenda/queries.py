"""Reads of the public agenda: public events only, and of them only what anyone may know."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from crm.contacts.listings import departements
from crm.contacts.models import Group, Structure
from crm.core import clock
from crm.events.agenda.types import Asked, Entry
from crm.events.models import Event
from crm.events.models.events import event_theme
from crm.events.rules import Openness, Window, openness
from crm.events.types import EventStatus
from crm.mail.composing import absolute_url
from crm.reference.models import ReferenceItem

MOST_SHOWN = 200
# An event in preparation is announced by nobody yet.
TOLD_STATUSES = (
    EventStatus.CONFIRMED,
    EventStatus.POSTPONED,
    EventStatus.HELD,
    EventStatus.CANCELLED,
)


def is_public() -> ColumnElement[bool]:
    """Return the condition of the events that anyone may know of."""
    return Event.deleted_at.is_(None) & Event.is_public & Event.status.in_(TOLD_STATUSES)


def agenda_entries(session: Session, asked: Asked) -> list[Entry]:
    """Return the events asked for, the first first, those without a date at the end."""
    rows = session.execute(_narrowed(asked).limit(MOST_SHOWN)).all()
    themes = _themes(session, [row.id for row in rows])
    now = clock.now()
    return [_entry(row, themes.get(row.id, ()), now) for row in rows]


def _narrowed(asked: Asked) -> Select[Any]:
    statement = (
        select(
            Event.id, Event.title, Event.status, Event.starts_at, Event.ends_at, Event.is_all_day,
            Event.place, Event.link.is_not(None).label("is_online"), Event.description,
            Event.sequence, Event.created_at, Event.takes_registrations,
            Event.registration_opens_at, Event.registration_closes_at,
            ReferenceItem.label.label("kind"),
            func.coalesce(Structure.name, Event.organiser).label("organiser"),
            Group.name.label("group"),
        )
        .join(ReferenceItem, ReferenceItem.id == Event.kind_id)
        .outerjoin(Structure, Structure.id == Event.organiser_id)
        .outerjoin(Group, Group.id == Event.group_id)
        .where(is_public())
        .order_by(Event.starts_at.is_(None), Event.starts_at, Event.id)
    )  # fmt: skip
    if asked.kind_id is not None:
        statement = statement.where(Event.kind_id == asked.kind_id)
    if asked.theme_id is not None:
        of_theme = select(event_theme.c.event_id).where(event_theme.c.theme_id == asked.theme_id)
        statement = statement.where(Event.id.in_(of_theme))
    if asked.group_id is not None:
        statement = statement.where(Event.group_id == asked.group_id)
    if asked.departement is not None:
        statement = statement.where(Structure.departement_code == asked.departement)
    return statement.where(*_between(asked.since, asked.until))


def _between(since: date | None, until: date | None) -> list[ColumnElement[bool]]:
    """Return the conditions of events that are not over before a day, nor begin after another.

    One whose date is to be fixed is always to come: only a last day leaves it out.
    """
    found: list[ColumnElement[bool]] = []
    if since is not None:
        first = clock.paris_instant(since, time())
        found.append(
            or_(
                Event.starts_at.is_(None),
                func.coalesce(Event.ends_at, Event.starts_at) >= first,
            )
        )
    if until is not None:
        found.append(Event.starts_at < clock.paris_instant(until + timedelta(days=1), time()))
    return found


def _entry(row: Any, themes: Sequence[str], now: datetime) -> Entry:
    window = Window(
        row.status,
        row.takes_registrations,
        row.starts_at,
        row.registration_opens_at,
        row.registration_closes_at,
    )
    return Entry(
        id=row.id,
        title=row.title,
        kind=row.kind,
        status=row.status,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        is_all_day=row.is_all_day,
        place=row.place,
        is_online=row.is_online,
        organiser=row.organiser,
        group=row.group,
        themes=tuple(themes),
        description=row.description,
        sequence=row.sequence,
        created_at=row.created_at,
        url=absolute_url("registration.show", event_id=row.id),
        is_open=openness(window, now) is Openness.OPEN,
    )


def _themes(session: Session, event_ids: Sequence[int]) -> Mapping[int, Sequence[str]]:
    found: defaultdict[int, list[str]] = defaultdict(list)
    if not event_ids:
        return found
    rows = session.execute(
        select(event_theme.c.event_id, ReferenceItem.label)
        .join(ReferenceItem, ReferenceItem.id == event_theme.c.theme_id)
        .where(event_theme.c.event_id.in_(event_ids))
        .order_by(ReferenceItem.position, ReferenceItem.id)
    ).tuples()
    for event_id, label in rows:
        found[event_id].append(label)
    return found


def filter_options(session: Session) -> dict[str, list[tuple[str, str]]]:
    """Return what each filter can ask: only what some public event has."""
    kinds = select(Event.kind_id).where(is_public())
    themes = select(event_theme.c.theme_id).join(Event).where(is_public())
    groups = select(Event.group_id).where(is_public())
    places = set(
        session.scalars(
            select(Structure.departement_code)
            .join(Event, Event.organiser_id == Structure.id)
            .where(is_public(), Structure.departement_code.is_not(None))
            .distinct()
        )
    )
    return {
        "type": _items(session, kinds),
        "theme": _items(session, themes),
        "groupe": [
            (str(group_id), name)
            for group_id, name in session.execute(
                select(Group.id, Group.name).where(Group.id.in_(groups)).order_by(Group.sort_name)
            ).tuples()
        ],
        "departement": [each for each in departements(session) if each[0] in places],
    }


def _items(session: Session, ids: Select[Any]) -> list[tuple[str, str]]:
    rows = session.execute(
        select(ReferenceItem.id, ReferenceItem.label)
        .where(ReferenceItem.id.in_(ids))
        .order_by(ReferenceItem.position, ReferenceItem.id)
    ).tuples()
    return [(str(item_id), label) for item_id, label in rows]
