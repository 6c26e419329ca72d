"""How notes come back, to those who may read them."""

from crm.core.errors import N_
from crm.history.kinds import Kind
from crm.history.wording import Wording
from crm.notes.models import Note
from crm.notes.queries import may_read_note

NOTE_KIND = Kind(
    "note",
    Note,
    # A name in the trash is everyone's to read: it tells nothing of the text.
    lambda _note: "Note",
    page=("notes.edit", "note_id"),
    owned=frozenset({"note_reader"}),
    may_read=may_read_note,
)
NOTE_WORDING = Wording(
    N_("Note"),
    {"body": N_("Note"), "is_confidential": N_("Confidentielle"), "readers": N_("Lecteurs")},
)
