"""A theme put on many sessions at once, and taken off again."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from crm.followups.models import AccompanimentSession
from crm.followups.operations.choices import themes

MOST_AT_ONCE = 500


def add_theme_to_sessions(
    session: Session, *, session_ids: Sequence[int], theme_id: int
) -> list[int]:
    """Put the theme on the sessions that lack it; return their ids."""
    (theme,) = themes(session, [theme_id])
    changed = [each for each in _sessions(session, session_ids) if theme not in each.themes]
    for record in changed:
        record.themes.append(theme)
        flag_modified(record, "created_at")
    session.flush()
    return [record.id for record in changed]


def remove_theme_from_sessions(
    session: Session, *, session_ids: Sequence[int], theme_id: int
) -> None:
    """Take the theme off the sessions that have it."""
    for record in _sessions(session, session_ids):
        kept = [theme for theme in record.themes if theme.id != theme_id]
        if len(kept) != len(record.themes):
            record.themes = kept
            flag_modified(record, "created_at")
    session.flush()


def _sessions(session: Session, session_ids: Iterable[int]) -> Sequence[AccompanimentSession]:
    return session.scalars(
        select(AccompanimentSession)
        .where(
            AccompanimentSession.id.in_(list(session_ids)[:MOST_AT_ONCE]),
            AccompanimentSession.deleted_at.is_(None),
        )
        .order_by(AccompanimentSession.id)
        .options(
            selectinload(AccompanimentSession.themes),
            selectinload(AccompanimentSession.structures),
        )
    ).all()
