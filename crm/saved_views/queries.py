"""Reads of saved views: one's own, and those that colleagues share."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, or_, select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.core.errors import NotFoundError
from crm.history.models import Change
from crm.saved_views.models import SavedView

_MOST_OFFERED = 150
_IS_MINE = SavedView.user_id == bindparam("user_id")
_OFFERED = (
    select(
        SavedView.id,
        SavedView.name,
        SavedView.query,
        SavedView.is_shared,
        _IS_MINE.label("is_mine"),
        User.name.label("owner"),
    )
    .join(User, User.id == SavedView.user_id)
    .where(
        SavedView.list_code == bindparam("list_code"),
        or_(_IS_MINE, SavedView.is_shared),
    )
    .order_by(_IS_MINE.desc(), SavedView.id)
    .limit(_MOST_OFFERED)
)


def views_offered(session: Session, *, list_code: str, user_id: int) -> Sequence[Row[Any]]:
    """Return a person's own views of a list, then those shared, with their owners."""
    values = {"list_code": list_code, "user_id": user_id}
    return session.connection().execute(_OFFERED, values).all()


def readable_view(session: Session, *, view_id: int, user_id: int) -> SavedView:
    """Return a view that is this person's or shared; raise NotFoundError."""
    view = session.get(SavedView, view_id)
    if view is None or not (view.is_shared or view.user_id == user_id):
        raise NotFoundError
    return view


def own_view(session: Session, *, view_id: int, user_id: int) -> SavedView:
    """Return a view that this person owns, and so may change; raise NotFoundError."""
    view = session.get(SavedView, view_id)
    if view is None or view.user_id != user_id:
        raise NotFoundError
    return view


def may_undo_view(session: Session, view_id: int, person: Any) -> bool:
    """Tell whether this person owns a view, or owned it when it was deleted."""
    view = session.get(SavedView, view_id)
    if view is not None:
        return bool(view.user_id == person.id)
    last = session.scalar(
        select(Change)
        .where(
            Change.entity == SavedView.__history__,
            Change.record_id == view_id,
            Change.action == "deleted",
        )
        .order_by(Change.id.desc())
        .limit(1)
    )
    return last is not None and bool(last.fields["user_id"][0] == person.id)


def other_names(
    session: Session, *, user_id: int, list_code: str, but_id: int | None
) -> Sequence[str]:
    """Return what a person's other views of a list are called."""
    return session.scalars(
        select(SavedView.name)
        .where(
            SavedView.user_id == user_id,
            SavedView.list_code == list_code,
            SavedView.id != (but_id or 0),
        )
        .order_by(SavedView.id)
    ).all()
