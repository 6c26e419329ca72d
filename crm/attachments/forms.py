"""The form of files to join."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from wtforms.validators import ValidationError

from crm.core.errors import N_
from crm.web.locale import translate
from crm.web.submissions import OnceForm

MOST_FILES = 10


class FilesForm(OnceForm):
    """One or several files."""

    files = MultipleFileField(_l("Fichiers"))

    @property
    def sent(self) -> list[Any]:
        """Return the files that were chosen."""
        return [each for each in self.files.data or () if each and each.filename]

    def validate_files(self, _field: MultipleFileField) -> None:
        """Ask for a file, and not for too many at once."""
        if not self.sent:
            raise ValidationError(translate(N_("Choisissez un fichier.")))
        if len(self.sent) > MOST_FILES:
            raise ValidationError(
                translate(N_("%(count)s fichiers au plus à la fois."), count=MOST_FILES)
            )
