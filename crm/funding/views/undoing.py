"""The way back that a message offers."""

from flask import url_for
from sqlalchemy.orm import Session

from crm.history.recording import change_set_of


def undo_of(session: Session, back: str) -> str | None:
    """Return the address that puts this save back and comes back here; None if nothing changed."""
    saved = change_set_of(session)
    return url_for("history.undo", change_set_id=saved, next=back) if saved else None
