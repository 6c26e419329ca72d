"""Reads of notes: never one that the person may not read."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Integer, Row, bindparam, or_, select, true
from sqlalchemy.orm import Session, joinedload, selectinload

from crm.accounts.models import User
from crm.accounts.permissions import Role
from crm.core.errors import NotFoundError
from crm.history.models import Change
from crm.notes.models import Note, note_reader


def readable_by(user_id: int, role: str) -> ColumnElement[bool]:
    """Return the condition of the notes that someone may read: all, but a confidential one.

    That is for its author, the colleagues it names and the director.
    """
    return true() if role == Role.DIRECTOR else _IS_READABLE.params(user_id=user_id)


def note_for(session: Session, note_id: int, person: Any) -> Note:
    """Return a note that this person may read; raise NotFoundError otherwise."""
    note = session.scalar(
        select(Note)
        .where(
            Note.id == note_id,
            Note.deleted_at.is_(None),
            readable_by(person.id, person.role),
        )
        .options(joinedload(Note.author), selectinload(Note.readers))
    )
    if note is None:
        raise NotFoundError
    return note


def may_read_note(session: Session, note_id: int, person: Any) -> bool:
    """Tell whether this person may read what a note says and ever said, in the trash or not.

    One that was confidential is, for its past, still for its author, those named and the director.
    """
    note = session.get(Note, note_id, options=[selectinload(Note.readers)])
    if note is None:
        return True
    if person.role == Role.DIRECTOR or person.id == note.author_id:
        return True
    told = session.scalars(
        select(Change.fields).where(Change.entity == "note", Change.record_id == note_id)
    )
    was_ever = any(True in fields.get("is_confidential", ()) for fields in told)
    return not (note.is_confidential or was_ever) or person.id in {
        reader.id for reader in note.readers
    }


def notes_about(
    session: Session, *, entity: str, record_id: int, person: Any, limit: int
) -> Sequence[Row[Any]]:
    """Return the latest notes about a record that this person may read, with their authors."""
    statement = ABOUT if person.role == Role.DIRECTOR else ABOUT.where(_IS_READABLE)
    values = {"entity": entity, "record_id": record_id, "limit": limit, "user_id": person.id}
    return session.connection().execute(statement, values).all()


_NAMED = select(note_reader.c.note_id).where(note_reader.c.user_id == bindparam("user_id"))
_IS_READABLE = or_(
    ~Note.is_confidential, Note.author_id == bindparam("user_id"), Note.id.in_(_NAMED)
)
ABOUT = (
    select(Note.id, Note.body, Note.is_confidential, Note.created_at, User.name.label("author"))
    .join(User, User.id == Note.author_id)
    .where(
        Note.entity == bindparam("entity"),
        Note.record_id == bindparam("record_id"),
        Note.deleted_at.is_(None),
    )
    .order_by(Note.created_at.desc(), Note.id.desc())
    .limit(bindparam("limit", type_=Integer))
)
