"""Reads of sessions: a list, one, those whose day has passed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from crm.accounts.models import User
from crm.core.errors import NotFoundError
from crm.followups.models import (
    AccompanimentSession,
    FollowUp,
    SessionApplication,
    SessionStructure,
    session_officer,
    session_theme,
)
from crm.followups.types import SessionStatus
from crm.reference.models import ReferenceItem
from crm.sqlite_dialect import aside


@dataclass(frozen=True, slots=True)
class Details:
    """The names around the sessions of a page, by session id."""

    structures: dict[int, list[str]]
    officers: dict[int, list[str]]
    themes: dict[int, list[str]]

    def title(self, session_id: int) -> str:
        """Return the structures of a session in a line, as they were called that day."""
        return ", ".join(self.structures.get(session_id, ())) or "—"


def session_rows() -> Select[Any]:
    """Select what a list shows of each session that is not in the trash."""
    return (
        select(
            AccompanimentSession.id,
            AccompanimentSession.held_on,
            AccompanimentSession.status,
            AccompanimentSession.duration_minutes,
            ReferenceItem.label.label("kind"),
            ReferenceItem.is_formal,
        )
        .select_from(AccompanimentSession)
        .join(ReferenceItem, ReferenceItem.id == AccompanimentSession.kind_id)
        .where(AccompanimentSession.deleted_at.is_(None))
    )


def details_of(session: Session, session_ids: Sequence[int]) -> Details:
    """Return the names around these sessions: three queries, however many the sessions."""
    structures = (
        select(SessionStructure.session_id, SessionStructure.structure_name)
        .where(SessionStructure.session_id.in_(session_ids))
        .order_by(SessionStructure.structure_name, SessionStructure.structure_id)
    )
    officers = (
        select(session_officer.c.session_id, User.name)
        .join(User, User.id == session_officer.c.user_id)
        .where(session_officer.c.session_id.in_(session_ids))
        .order_by(User.name, User.id)
    )
    themes = (
        select(session_theme.c.session_id, ReferenceItem.label)
        .join(ReferenceItem, ReferenceItem.id == session_theme.c.theme_id)
        .where(session_theme.c.session_id.in_(session_ids))
        .order_by(ReferenceItem.position, ReferenceItem.id)
    )
    return Details(*(_names_by_id(session, each) for each in (structures, officers, themes)))


def _names_by_id(session: Session, statement: Select[Any]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = defaultdict(list)
    for session_id, name in session.execute(statement).tuples():
        names[session_id].append(name)
    return names


def notes_of(session: Session, session_ids: Sequence[int]) -> dict[int, str | None]:
    """Return session → the notes that everyone reads."""
    rows = session.execute(
        select(AccompanimentSession.id, AccompanimentSession.notes).where(
            AccompanimentSession.id.in_(session_ids)
        )
    )
    return dict(rows.tuples().all())


def session_for_page(session: Session, session_id: int) -> AccompanimentSession:
    """Return a session with all that its page shows, even from the trash; raise NotFoundError."""
    record = session.scalar(
        select(AccompanimentSession)
        .where(AccompanimentSession.id == session_id)
        .options(
            joinedload(AccompanimentSession.kind),
            selectinload(AccompanimentSession.structures).joinedload(SessionStructure.structure),
            selectinload(AccompanimentSession.contacts),
            selectinload(AccompanimentSession.officers),
            selectinload(AccompanimentSession.themes),
            selectinload(AccompanimentSession.countries),
            selectinload(AccompanimentSession.projects),
            selectinload(AccompanimentSession.axes),
            selectinload(AccompanimentSession.applications).joinedload(
                SessionApplication.application
            ),
        )
    )
    if record is None:
        raise NotFoundError
    return record


def follow_ups_of_session(session: Session, session_id: int) -> Sequence[FollowUp]:
    """Return what was to be done after a session, the next first."""
    return session.scalars(
        select(FollowUp)
        .where(FollowUp.session_id == session_id, FollowUp.deleted_at.is_(None))
        .options(joinedload(FollowUp.assignee))
        .order_by(FollowUp.due_on, FollowUp.id)
    ).all()


# The order of the index of statuses: by day and number alone, SQLite reads every past session.
_PLANNED_ORDER = (
    AccompanimentSession.held_on,
    AccompanimentSession.kind_id,
    AccompanimentSession.id,
)


def unsettled_sessions(
    session: Session, *, officer_id: int, today: date, limit: int = 20
) -> Sequence[Row[Any]]:
    """Return an officer's planned sessions whose day has passed, the oldest first."""
    return session.execute(
        _of_officer(officer_id)
        .where(
            AccompanimentSession.status == SessionStatus.PLANNED,
            AccompanimentSession.held_on < today,
        )
        .order_by(*_PLANNED_ORDER)
        .limit(limit)
    ).all()


def coming_sessions(
    session: Session, *, officer_id: int, today: date, limit: int = 5
) -> Sequence[Row[Any]]:
    """Return an officer's planned sessions from today on, the next first."""
    return session.execute(
        _of_officer(officer_id)
        .where(
            AccompanimentSession.status == SessionStatus.PLANNED,
            AccompanimentSession.held_on >= today,
        )
        .order_by(*_PLANNED_ORDER)
        .limit(limit)
    ).all()


def recent_sessions(session: Session, *, officer_id: int, limit: int = 6) -> Sequence[Row[Any]]:
    """Return the sessions that an officer logged or held last."""
    return session.execute(
        _of_officer(officer_id)
        .where(AccompanimentSession.status != SessionStatus.PLANNED)
        .order_by(AccompanimentSession.held_on.desc(), AccompanimentSession.id.desc())
        .limit(limit)
    ).all()


def sessions_between(
    session: Session, *, start: date, end: date, officer_id: int | None, a_day: int
) -> Sequence[Row[Any]]:
    """Return the sessions done or planned on these days, of an officer or of all, day by day.

    So many a day at most; `of_day` says how many there are in all.
    """
    day = AccompanimentSession.held_on
    statement = session_rows() if officer_id is None else _of_officer(officer_id)
    placed = (
        statement.where(
            AccompanimentSession.held_on.between(start, end),
            AccompanimentSession.status.in_([SessionStatus.PLANNED, SessionStatus.DONE]),
        )
        .add_columns(
            func.row_number()
            .over(partition_by=day, order_by=AccompanimentSession.id)
            .label("place"),
            func.count().over(partition_by=day).label("of_day"),
        )
        .subquery()
    )
    shown = select(placed).where(placed.c.place <= a_day)
    return session.execute(shown.order_by(placed.c.held_on, placed.c.place)).all()


def _of_officer(officer_id: int) -> Select[Any]:
    """Select the sessions of an officer: by their days, for those of years are thousands."""
    return session_rows().join(
        session_officer,
        (session_officer.c.session_id == AccompanimentSession.id)
        & (aside(session_officer.c.user_id) == officer_id),
    )


def most_used_themes(session: Session, *, limit: int) -> Sequence[int]:
    """Return the ids of the themes that sessions have most often."""
    return session.scalars(
        select(session_theme.c.theme_id)
        .group_by(session_theme.c.theme_id)
        .order_by(func.count().desc(), session_theme.c.theme_id)
        .limit(limit)
    ).all()
