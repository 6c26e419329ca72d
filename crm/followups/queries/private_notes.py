"""Reads of what sessions hold for a few eyes: never for anyone else."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session, selectinload

from crm.accounts.permissions import Role
from crm.followups.models import SessionPrivateNote, session_private_note_reader
from crm.history.models import Change


def readable_private_notes(person: Any) -> ColumnElement[bool]:
    """Return the condition of the notes that someone may read: the director may read all."""
    if person.role == Role.DIRECTOR:
        return true()
    named = select(session_private_note_reader.c.note_id).where(
        session_private_note_reader.c.user_id == person.id
    )
    return or_(SessionPrivateNote.author_id == person.id, SessionPrivateNote.id.in_(named))


def private_note_of(session: Session, session_id: int) -> SessionPrivateNote | None:
    """Return the note of a session, whoever may read it; None when there never was one."""
    return session.scalar(
        select(SessionPrivateNote)
        .where(SessionPrivateNote.session_id == session_id)
        .options(selectinload(SessionPrivateNote.readers))
    )


def may_read_private_note(session: Session, note_id: int, person: Any) -> bool:
    """Tell whether this person may read what a note says and ever said.

    One that an undo took away stays that of whom it was for: they may bring it back.
    """
    if session.get(SessionPrivateNote, note_id) is None:
        return person.role == Role.DIRECTOR or person.id in _last_readers(session, note_id)
    found = select(SessionPrivateNote.id).where(
        SessionPrivateNote.id == note_id, readable_private_notes(person)
    )
    return session.scalar(found) is not None


def _last_readers(session: Session, note_id: int) -> set[int | None]:
    fields = session.scalar(
        select(Change.fields)
        .where(
            Change.entity == "session_private_note",
            Change.record_id == note_id,
            Change.action == "deleted",
        )
        .order_by(Change.id.desc())
        .limit(1)
    )
    (author_id, _), (readers, _) = (
        (fields or {}).get(name, (None, None)) for name in ("author_id", "readers")
    )
    return {author_id, *(readers or ())}


def private_texts(session: Session, session_ids: Sequence[int], person: Any) -> dict[int, str]:
    """Return session → the text for a few eyes, of those that this person may read."""
    rows = session.execute(
        select(SessionPrivateNote.session_id, SessionPrivateNote.body).where(
            SessionPrivateNote.session_id.in_(session_ids),
            SessionPrivateNote.body.is_not(None),
            readable_private_notes(person),
        )
    )
    return {session_id: body for session_id, body in rows.tuples() if body}
