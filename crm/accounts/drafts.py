"""What a person has typed and not yet saved: one draft for each form and person."""

from collections.abc import Iterable

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from crm.accounts.models import Draft
from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.web.kept import LARGEST_KEPT_BYTES, Pairs, is_secret

LONGEST_FORM_KEY = 200


def save_draft(
    session: Session, *, user_id: int, form_key: str, pairs: Iterable[tuple[str, str]]
) -> None:
    """Keep what is typed in a form, without its secrets; what was kept before is replaced.

    Raises RuleError when it is too long to keep.
    """
    payload = [[name, value] for name, value in pairs if not is_secret(name)]
    size = sum(len(name) + len(value.encode()) for name, value in payload)
    if size > LARGEST_KEPT_BYTES or len(form_key) > LONGEST_FORM_KEY:
        raise RuleError("form_key", N_("Ce brouillon est trop long pour être gardé."))
    draft = _draft_of(session, user_id, form_key)
    if draft is None:
        draft = Draft(user_id=user_id, form_key=form_key)
        session.add(draft)
    draft.payload = payload
    draft.updated_at = clock.now()
    session.flush()


def find_draft(session: Session, *, user_id: int, form_key: str) -> Pairs | None:
    """Return the person's own draft of this form; None when there is none."""
    draft = _draft_of(session, user_id, form_key)
    return None if draft is None else [(name, value) for name, value in draft.payload]


def discard_draft(session: Session, *, user_id: int, form_key: str) -> None:
    """Throw the person's own draft of this form away; without one nothing happens."""
    session.execute(delete(Draft).where(Draft.user_id == user_id, Draft.form_key == form_key))


def _draft_of(session: Session, user_id: int, form_key: str) -> Draft | None:
    return session.scalars(
        select(Draft).where(Draft.user_id == user_id, Draft.form_key == form_key)
    ).one_or_none()
