"""Saving a view, changing its name or who sees it, deleting it."""

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import N_, RuleError, StaleRecordError
from crm.saved_views import rules
from crm.saved_views.models import SavedView
from crm.saved_views.queries import other_names, own_view

_TAKEN = N_("Vous avez déjà une vue de ce nom pour cette liste.")


def save_view(
    session: Session, *, user_id: int, list_code: str, name: str, query: str, is_shared: bool
) -> SavedView:
    """Keep a view of a list under a name; raise RuleError for a name taken or too much to keep."""
    rules.check_query(query)
    name = rules.clean_name(name)
    others = other_names(session, user_id=user_id, list_code=list_code, but_id=None)
    if len(others) >= rules.MOST_VIEWS:
        raise RuleError(
            "form",
            N_("Vous avez déjà %(count)s vues de cette liste : supprimez-en une d’abord."),
            count=rules.MOST_VIEWS,
        )
    view = SavedView(
        user_id=user_id,
        list_code=list_code,
        name=name,
        query=query,
        is_shared=is_shared,
        created_at=clock.now(),
    )
    with session.no_autoflush:
        check_name_is_free(session, view)
    session.add(view)
    _flush(session)
    return view


def update_view(
    session: Session, *, view_id: int, user_id: int, version: int, name: str, is_shared: bool
) -> SavedView:
    """Rename, share or unshare one's own view; raise StaleRecordError if it has moved on."""
    view = own_view(session, view_id=view_id, user_id=user_id)
    if view.version != version:
        raise StaleRecordError(view)
    with session.no_autoflush:
        view.name, view.is_shared = rules.clean_name(name), is_shared
        check_name_is_free(session, view)
    _flush(session)
    return view


def delete_view(session: Session, *, view_id: int, user_id: int) -> None:
    """Delete one's own view; history brings it back."""
    session.delete(own_view(session, view_id=view_id, user_id=user_id))
    session.flush()


def check_name_is_free(session: Session, view: SavedView) -> None:
    """Raise RuleError when its owner has another view of this list under this name."""
    others = other_names(session, user_id=view.user_id, list_code=view.list_code, but_id=view.id)
    if any(rules.is_same_name(view.name, other) for other in others):
        raise RuleError("name", _TAKEN)


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as error:
        raise RuleError("name", _TAKEN) from error
