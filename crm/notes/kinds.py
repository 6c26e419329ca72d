"""How notes come back, to those who may read them."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.history.kinds import Kind, find_kind
from crm.history.models import Change, TrashEntry
from crm.history.recording import hide_from_others
from crm.history.wording import Wording
from crm.notes.models import Note, note_reader
from crm.notes.queries import may_read_note, readable_by


def _mend_note(session: Session, note: Note) -> None:
    """Keep what is confidential again out of the record's history."""
    if note.is_confidential:
        session.flush()
        hide_from_others(session, entity="note", record_id=note.id)


def _record_in_trash(session: Session, note: Note) -> str | None:
    kind = find_kind(note.entity)
    record = session.get(kind.model, note.record_id) if kind is not None else None
    if kind is None or record is None or getattr(record, "deleted_at", None) is None:
        return None
    return kind.name_of(record)


def forget_notes(session: Session, entity: str, ids: Sequence[int]) -> None:
    """Erase the notes about records that are erased for good."""
    about = select(Note.id).where(Note.entity == entity, Note.record_id.in_(ids))
    session.execute(delete(note_reader).where(note_reader.c.note_id.in_(about)))
    told = (Change.entity == "note") & Change.record_id.in_(about)
    session.execute(update(Change).where(told).values(fields={}))
    session.execute(
        delete(TrashEntry).where(TrashEntry.entity == "note", TrashEntry.record_id.in_(about))
    )
    session.execute(delete(Note).where(Note.entity == entity, Note.record_id.in_(ids)))


NOTE_KIND = Kind(
    "note",
    Note,
    # A name in the trash is everyone's to read: it tells nothing of the text.
    lambda _note: "Note",
    page=("notes.edit", "note_id"),
    mend=_mend_note,
    owned=frozenset({"note_reader"}),
    readable_ids=lambda person: select(Note.id).where(readable_by(person.id, person.role)),
    may_read=may_read_note,
    missing=_record_in_trash,
)
NOTE_WORDING = Wording(
    N_("Note"),
    {"body": N_("Note"), "is_confidential": N_("Confidentielle"), "readers": N_("Lecteurs")},
)
