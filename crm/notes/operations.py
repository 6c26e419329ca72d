"""Writing a note, changing it, and saying who may read it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from crm.accounts.models import User
from crm.core import clock
from crm.core.errors import N_, RuleError, StaleRecordError
from crm.history.recording import hide_from_others
from crm.notes.models import Note
from crm.notes.rules import clean_body


def write_note(
    session: Session,
    *,
    entity: str,
    record_id: int,
    author_id: int,
    body: str | None,
    is_confidential: bool,
    reader_ids: Sequence[int] = (),
) -> Note:
    """Write a note about a record and return it; raise RuleError without a text."""
    note = Note(
        entity=entity,
        record_id=record_id,
        author_id=author_id,
        body=clean_body(body),
        is_confidential=is_confidential,
        created_at=clock.now(),
        readers=_readers(session, reader_ids) if is_confidential else [],
    )
    session.add(note)
    session.flush()
    return note


def change_note(
    session: Session,
    *,
    note: Note,
    version: int,
    body: str | None,
    is_confidential: bool,
    reader_ids: Sequence[int] = (),
    may_choose_readers: bool = True,
) -> Note:
    """Change a note as it was at that version; raise StaleRecordError if it has moved on.

    Its author and the director alone choose who reads it: for others that stays as it is.
    """
    if note.version != version:
        raise StaleRecordError(note)
    if may_choose_readers:
        readers = _readers(session, reader_ids) if is_confidential else []
    else:
        is_confidential, readers = note.is_confidential, list(note.readers)
    note.body, note.is_confidential = clean_body(body), is_confidential
    if set(note.readers) != set(readers):
        note.readers = readers
        # A list alone does not touch the row: this makes its version grow all the same.
        flag_modified(note, "created_at")
    session.flush()
    if is_confidential:
        hide_from_others(session, entity="note", record_id=note.id)
    return note


def _readers(session: Session, reader_ids: Sequence[int]) -> list[User]:
    found = session.scalars(
        select(User).where(User.id.in_(reader_ids)).order_by(User.name, User.id)
    ).all()
    if len(found) != len(set(reader_ids)):
        raise RuleError("readers", N_("Une de ces personnes n’est plus dans l’équipe."))
    return list(found)
