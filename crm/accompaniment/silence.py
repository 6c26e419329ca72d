"""Since when nothing has happened with a structure: derived from what happened, never stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    cast,
    func,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from crm.accompaniment.models import Accompaniment, StageChange
from crm.accompaniment.rules import SILENT_AFTER_DAYS, silent_before, silent_days
from crm.contacts.models import Structure
from crm.followups.models import AccompanimentSession, FollowUp, SessionStructure
from crm.followups.queries.follow_ups import is_shown
from crm.followups.types import SessionStatus

StructureIds = Select[tuple[int]]


@dataclass(frozen=True, slots=True)
class SilentAccompaniment:
    """A current path with which nothing has happened for `silent_days` days, since `last_on`."""

    id: int
    structure_id: int
    structure: str
    stage: str
    last_on: date
    silent_days: int


def _among(column: Any, ids: StructureIds | None) -> ColumnElement[bool]:
    return true() if ids is None else column.in_(ids)


def _themselves_or_merged(ids: StructureIds | None) -> StructureIds | None:
    """Select those structures and the ones merged into them: what their seats are indexed by."""
    if ids is None:
        return None
    merged = select(Structure.id).where(Structure.merged_into_id.in_(ids))
    both = union_all(ids, merged).subquery()
    return select(both.c[0])


def is_current() -> ColumnElement[bool]:
    """Return the condition of paths that are neither closed nor in the trash."""
    return Accompaniment.closed_on.is_(None) & Accompaniment.deleted_at.is_(None)


def last_exchanges(whose: StructureIds | None = None, name: str = "last_exchange") -> Subquery:
    """Select (structure_id, last_on): the day of the latest real exchange with each structure.

    An exchange is a session done with the structure (or with one merged into it since), a
    follow-up about it that was done, a step of its path said by a person (not by a command), and
    the opening of its current path. Editing a record is no exchange: the row's own modification
    time counts for nothing (`docs`: the retention clock). Days are those of the database's clock,
    UTC. `whose` keeps to some structures, before anything is added up.
    """
    days = union_all(*exchange_days(whose)).subquery(f"{name}_days")
    return (
        select(days.c.structure_id, func.max(days.c.day, type_=Date).label("last_on"))
        .group_by(days.c.structure_id)
        .subquery(name)
    )


def _session_days(whose: StructureIds | None) -> Select[Any]:
    """Select (structure_id, day) of the sessions done, by the structure that each is today."""
    # Said to be a whole number: SQLite indexes no other kind of expression against an id.
    itself = cast(func.coalesce(Structure.merged_into_id, Structure.id), Integer)
    return (
        select(itself.label("structure_id"), AccompanimentSession.held_on.label("day"))
        .select_from(SessionStructure)
        .join(AccompanimentSession, AccompanimentSession.id == SessionStructure.session_id)
        .join(Structure, Structure.id == SessionStructure.structure_id)
        .where(
            AccompanimentSession.status == SessionStatus.DONE,
            AccompanimentSession.deleted_at.is_(None),
            _among(SessionStructure.structure_id, _themselves_or_merged(whose)),
        )
    )


def exchange_days(whose: StructureIds | None = None) -> tuple[Select[Any], ...]:
    """Select (structure_id, day) of sessions, follow-ups, steps and openings, one each.

    Each names the structure by what it is today; see `last_exchanges` for what counts.
    """
    follow_ups = (
        select(FollowUp.structure_id, func.date(FollowUp.done_at, type_=Date).label("day"))
        .outerjoin(AccompanimentSession, AccompanimentSession.id == FollowUp.session_id)
        .where(
            FollowUp.done_at.is_not(None),
            FollowUp.structure_id.is_not(None),
            is_shown(),
            _among(FollowUp.structure_id, whose),
        )
    )
    steps = (
        select(Accompaniment.structure_id, StageChange.changed_on.label("day"))
        .join(StageChange, StageChange.accompaniment_id == Accompaniment.id)
        .where(
            StageChange.author_id.is_not(None),
            Accompaniment.deleted_at.is_(None),
            _among(Accompaniment.structure_id, whose),
        )
    )
    openings = select(Accompaniment.structure_id, Accompaniment.opened_on.label("day")).where(
        is_current(), _among(Accompaniment.structure_id, whose)
    )
    return _session_days(whose), follow_ups, steps, openings


def last_exchange_of(session: Session, structure_id: int) -> date | None:
    """Return the day of the latest exchange with a structure; None when there was none."""
    found = last_exchanges(select(Structure.id).where(Structure.id == structure_id))
    last_on: date | None = session.scalar(select(found.c.last_on))
    return last_on


def silent_ids(today: date, after_days: int = SILENT_AFTER_DAYS) -> Select[tuple[int]]:
    """Select the ids of the current paths with which nothing happened for that many days."""
    last = last_exchanges(name="silence")
    return (
        select(Accompaniment.id)
        .join(last, last.c.structure_id == Accompaniment.structure_id)
        .where(is_current(), last.c.last_on <= silent_before(today, after_days))
    )


def silent_accompaniments(
    session: Session, *, user_id: int, today: date, limit: int = 50
) -> Sequence[SilentAccompaniment]:
    """Return the current paths in someone's charge that are silent, the longest silence first."""
    of_theirs = select(Accompaniment.structure_id).where(
        Accompaniment.person_id == user_id, is_current()
    )
    if session.scalar(of_theirs.limit(1)) is None:
        return []  # most people follow nobody: theirs must not cost a look at every exchange
    last = last_exchanges(of_theirs)
    rows = session.execute(
        select(
            Accompaniment.id,
            Accompaniment.structure_id,
            Structure.name,
            Accompaniment.stage,
            last.c.last_on,
        )
        .join(Structure, Structure.id == Accompaniment.structure_id)
        .join(last, last.c.structure_id == Accompaniment.structure_id)
        .where(
            Accompaniment.person_id == user_id,
            is_current(),
            Structure.deleted_at.is_(None),
            last.c.last_on <= silent_before(today),
        )
        .order_by(last.c.last_on, Accompaniment.id)
        .limit(limit)
    )
    return [
        SilentAccompaniment(
            id=row.id,
            structure_id=row.structure_id,
            structure=row.name,
            stage=row.stage,
            last_on=row.last_on,
            silent_days=silent_days(row.last_on, today),
        )
        for row in rows
    ]
