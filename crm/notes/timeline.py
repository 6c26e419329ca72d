"""What notes tell on the timeline of a record."""

from flask import url_for
from sqlalchemy.orm import Session

from crm.accounts.gate import signed_in
from crm.core.errors import N_
from crm.notes.queries import notes_about
from crm.web.locale import translate
from crm.web.timeline import TimelineEntry


def note_entries(
    session: Session, *, entity: str, record_id: int, limit: int
) -> list[TimelineEntry]:
    """Return the latest notes about a record that the person signed in may read."""
    found = notes_about(
        session, entity=entity, record_id=record_id, person=signed_in(), limit=limit
    )
    return [
        TimelineEntry(
            when=note.created_at,
            title=translate(N_("Note confidentielle") if note.is_confidential else N_("Note")),
            url=url_for("notes.edit", note_id=note.id),
            body=note.body,
            icon="key" if note.is_confidential else "note",
            who=note.author,
        )
        for note in found
    ]
