"""The form of a note."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, TextAreaField

from crm.core.numbers import parse_ids
from crm.notes.models import Note
from crm.notes.rules import LONGEST_BODY
from crm.web.forms import ChipsField, longest, required
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField


class NoteForm(OnceForm):
    """A text, and whether a few eyes only may read it."""

    version = VersionField()
    body = TextAreaField(_l("Note"), [required(), longest(LONGEST_BODY)])
    is_confidential = BooleanField(_l("Confidentielle"))
    readers = ChipsField(_l("Qui peut la lire, avec la direction"), validate_choice=False)

    @property
    def reader_ids(self) -> list[int]:
        """Return the ids of the colleagues named."""
        return parse_ids(self.readers.data or [])

    def write(self, note: Note) -> None:
        """Show what the note holds now."""
        self.version.data = str(note.version)
        self.body.data, self.is_confidential.data = note.body, note.is_confidential
        self.readers.data = [str(reader.id) for reader in note.readers]
