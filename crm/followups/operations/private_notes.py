"""Writing what a session holds for a few eyes."""

from typing import Any

from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from crm.accounts.models import User
from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.followups.models import AccompanimentSession, SessionPrivateNote
from crm.followups.queries.private_notes import may_read_private_note, private_note_of
from crm.followups.rules import LONGEST_NOTES


def may_write_private_note(session: Session, *, session_id: int, person: Any) -> bool:
    """Tell whether someone may write it: whoever may read it, or anyone where there is none."""
    note = private_note_of(session, session_id)
    if note is None or note.body is None:
        return True
    return may_read_private_note(session, note.id, person)


def write_private_note(
    session: Session, *, record: AccompanimentSession, body: str | None, person: Any
) -> None:
    """Keep the text for the session's officers, its author and the director.

    What is sent by someone who may not write it changes nothing. Its readers follow the officers
    only then: nobody reads it by putting themselves on the team. Raises RuleError when too long.
    """
    body = (body or "").strip() or None
    if body and len(body) > LONGEST_NOTES:
        raise RuleError(
            "private_notes",
            N_("C’est trop long : %(count)s caractères au plus."),
            count=LONGEST_NOTES,
        )
    note = private_note_of(session, record.id)
    readers = _readers(session, record)
    if note is None:
        if body is None:
            return
        note = SessionPrivateNote(
            session_id=record.id, author_id=person.id, created_at=clock.now(), readers=[]
        )
        session.add(note)
    elif not may_write_private_note(session, session_id=record.id, person=person):
        return
    if note.body is None:
        note.author_id = person.id
    if note.body != body:
        note.body = body
        # The session's version guards it too: two editors see both versions.
        flag_modified(record, "created_at")
    if set(note.readers) != set(readers):
        note.readers = readers
    session.flush()


def _readers(session: Session, record: AccompanimentSession) -> list[User]:
    author = session.get(User, record.created_by_id) if record.created_by_id else None
    return list(dict.fromkeys([*record.officers, *([author] if author else [])]))
