"""Whom we were in touch with: the list of what counts as a contact, and who had one."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select, union_all
from sqlalchemy.orm import aliased

from crm.accompaniment.silence import exchange_days
from crm.contacts.models import Structure
from crm.introductions.models import Introduction, IntroductionSide
from crm.introductions.types import IntroductionStatus

_Present = aliased(Structure)
_SESSIONS, *_OTHER_EXCHANGES = exchange_days()
_INTRODUCTIONS_MADE = (
    select(IntroductionSide.structure_id, Introduction.made_on.label("day"))
    .join(Introduction, Introduction.id == IntroductionSide.introduction_id)
    .where(
        Introduction.status == IntroductionStatus.MADE,
        Introduction.deleted_at.is_(None),
    )
)
# Each selects (structure_id, day). Sessions done are support; the others are contact alone.
CONTACTS_ALONE: tuple[Select[Any], ...] = (*_OTHER_EXCHANGES, _INTRODUCTIONS_MADE)
CONTACT_SOURCES: tuple[Select[Any], ...] = (_SESSIONS, *CONTACTS_ALONE)


def contacted_ids(
    start: date, end: date | None = None, *, sources: Sequence[Select[Any]] = CONTACT_SOURCES
) -> Select[tuple[int]]:
    """Select the ids of the structures that we were in touch with from a day on (to another).

    A contact with a structure that was merged into another is the other's, as it is today.
    """
    found = []
    for source in sources:
        each = source.subquery()
        is_then = each.c.day >= start if end is None else each.c.day.between(start, end)
        found.append(select(each.c.structure_id).where(is_then))
    return select(func.coalesce(_Present.merged_into_id, _Present.id)).where(
        _Present.id.in_(union_all(*found))
    )
