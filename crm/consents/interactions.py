"""The last real exchange with a person: never the day a row was written.

Packages above tell of theirs; the wiring names them. A prospect's data is kept three years from the
last contact that came from them (CNIL, référentiel « gestion des activités commerciales », 2022).
"""

from datetime import date, time
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select, union_all

from crm.consents.models import ConsentProof, RetentionChoice
from crm.consents.types import Channel
from crm.contacts.models import Contact
from crm.core import clock

YEARS_KEPT = 3
_NOT_THEIRS = (Channel.IMPORT, Channel.UNDO)
_sources: dict[str, Select[Any]] = {}


def add_interactions(name: str, source: Select[Any]) -> None:
    """Let a package tell of exchanges: a statement of (contact id, day); twice is once."""
    _sources[name] = source


def all_interactions() -> Subquery:
    """Return every exchange known, as (contact_id, day)."""
    own = select(ConsentProof.contact_id, ConsentProof.given_on).where(
        ConsentProof.channel.not_in([each.value for each in _NOT_THEIRS])
    )
    every = union_all(own, *_sources.values()).subquery()
    contact_id, day = every.c
    return select(contact_id.label("contact_id"), day.label("day")).subquery()


def last_interactions() -> Subquery:
    """Return the last exchange with each person who has one, as (contact_id, day)."""
    every = all_interactions()
    return (
        select(every.c.contact_id, func.max(every.c.day).label("day"))
        .group_by(every.c.contact_id)
        .subquery()
    )


def has_exchanged_since(day: date) -> ColumnElement[bool]:
    """Return the condition of the people with whom something was exchanged since a day."""
    every = all_interactions()
    return Contact.id.in_(select(every.c.contact_id).where(every.c.day >= day))


def years_before(day: date, years: int) -> date:
    """Return the same day some years before; 1 March for a 29 February.

    >>> years_before(date(2028, 2, 29), 3)
    datetime.date(2025, 3, 1)
    """
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return date(day.year - years, 3, 1)


def is_silent(day: date, years: int = YEARS_KEPT) -> ColumnElement[bool]:
    """Return the condition of the people of whom nothing is heard for years, known before that.

    Those whom the team chose to keep since are not among them.
    """
    since = years_before(day, years)
    kept = select(RetentionChoice.contact_id).where(RetentionChoice.kept_on >= since)
    return and_(
        Contact.created_at < clock.paris_instant(since, time()),
        ~or_(has_exchanged_since(since), Contact.id.in_(kept)),
    )
