"""What a person has typed and not yet saved: one draft for each form and person."""

from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from crm.accounts.models import Draft
from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.web.kept import LARGEST_KEPT_BYTES, is_secret

LONGEST_FORM_KEY = 200
_MOST_DRAFTS = 50
_KEPT_FOR = timedelta(days=30)
_DISCARD = delete(Draft).where(
    Draft.user_id == bindparam("user_id"), Draft.form_key == bindparam("form_key")
)


def save_draft(
    session: Session, *, user_id: int, form_key: str, pairs: Iterable[tuple[str, str]]
) -> None:
    """Keep what is typed in a form, without its secrets; what was kept before is replaced.

    `form_key` is the form's path. Raises RuleError when it is too long to keep.
    """
    payload = [[name, value] for name, value in pairs if not is_secret(name)]
    size = sum(len(name) + len(value.encode()) for name, value in payload)
    if size > LARGEST_KEPT_BYTES or len(form_key) > LONGEST_FORM_KEY:
        raise RuleError("form_key", N_("Ce brouillon est trop long pour être gardé."))
    draft = find_draft(session, user_id=user_id, form_key=form_key)
    if draft is None:
        _make_room(session, user_id)
        draft = Draft(user_id=user_id, form_key=form_key)
        session.add(draft)
    draft.payload = payload
    draft.updated_at = clock.now()
    session.flush()


def find_draft(session: Session, *, user_id: int, form_key: str) -> Draft | None:
    """Return the person's own draft of this form; None when there is none."""
    return session.scalars(
        select(Draft).where(Draft.user_id == user_id, Draft.form_key == form_key)
    ).one_or_none()


def discard_draft(session: Session, *, user_id: int, form_key: str) -> None:
    """Throw the person's own draft of this form away; without one nothing happens."""
    session.connection().execute(_DISCARD, {"user_id": user_id, "form_key": form_key})


def _make_room(session: Session, user_id: int) -> None:
    own = select(Draft.id).where(Draft.user_id == user_id)
    surplus = own.order_by(Draft.updated_at.desc(), Draft.id.desc()).offset(_MOST_DRAFTS - 1)
    session.execute(delete(Draft).where(Draft.id.in_(session.scalars(surplus).all())))
    session.execute(delete(Draft).where(Draft.updated_at < clock.now() - _KEPT_FOR))
