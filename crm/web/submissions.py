"""A form sent twice makes one record: each blank form carries a key that is used once."""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column
from wtforms import HiddenField

from crm.core import clock
from crm.core.errors import RuleError
from crm.core.numbers import typed_id
from crm.database import Base, UtcDateTime, db, key_text, transaction
from crm.web.forms import BaseForm

_KEPT_FOR = timedelta(days=2)
_LONGEST_KEY = 40


class FormSubmission(Base):
    """A form that was sent, and the record it made."""

    __tablename__ = "form_submission"

    key: Mapped[str] = mapped_column(key_text(_LONGEST_KEY), primary_key=True)
    record_id: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class OnceForm(BaseForm):
    """A form that creates: sending it twice creates once."""

    submission_key = HiddenField(default=lambda: secrets.token_urlsafe(24))

    @property
    def version_number(self) -> int:
        """Return the version the person started from; 0, which no record has, for anything else."""
        version = self._fields.get("version")
        return typed_id(version.data if version is not None else None)


def save_form(form: BaseForm, save: Callable[[Session], int]) -> int | None:
    """Validate and save in one transaction; return the id, or None with errors beside fields.

    `save` returns the id. StaleRecordError is the caller's: it shows both versions.
    """
    if not form.validate():
        return None
    try:
        with transaction() as session:
            return save(session)
    except RuleError as error:
        form.show(error)
        return None


def save_once(form: OnceForm, save: Callable[[Session], int]) -> int | None:
    """Do as `save_form`, but return the first record when the same form is sent again."""
    key = (form.submission_key.data or "").replace("\x00", "")[:_LONGEST_KEY]

    def save_unless_done(session: Session) -> int:
        known = _record_of(session, key)
        if known is not None:
            return known
        session.execute(delete(FormSubmission).where(FormSubmission.at < clock.now() - _KEPT_FOR))
        record_id = save(session)
        session.add(FormSubmission(key=key, record_id=record_id, at=clock.now()))
        session.flush()
        return record_id

    try:
        return save_form(form, save_unless_done)
    except IntegrityError:
        # The twin request committed between our look and our write: its record is the answer.
        known = _record_of(db.session(), key)
        if known is None:
            raise
        return known


def _record_of(session: Session, key: str) -> int | None:
    return session.scalar(select(FormSubmission.record_id).where(FormSubmission.key == key))
