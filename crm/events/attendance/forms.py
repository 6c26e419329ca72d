"""The forms of attendance: who came without registering, a file, what follows."""

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import SelectField, StringField
from wtforms.validators import Optional, ValidationError

from crm.core.numbers import parse_ids, typed_id
from crm.coverage.forms import FollowUpsForm
from crm.events.attendance.rules import LONGEST_NAME
from crm.events.attendance.types import WalkIn
from crm.web.forms import BaseForm, ChipsField, PickerField, longest, required
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField


def _only(field: PickerField) -> str | None:
    return field.data[0] if field.data else None


class WalkInForm(BaseForm):
    """Someone who came without registering: a person we know, or a name."""

    contact = PickerField(_l("Une personne connue"))
    name = StringField(_l("Ou seulement un nom"), [Optional(), longest(LONGEST_NAME)])
    structure = PickerField(_l("Pour quelle structure"))

    def read(self) -> WalkIn:
        """Return what the form says."""
        return WalkIn(_only(self.contact), self.name.data, _only(self.structure))


class SeatForm(BaseForm):
    """For which structure someone came."""

    structure = PickerField(_l("Structure"))
    version = VersionField()

    @property
    def chosen(self) -> str | None:
        """Return the picker's value of the structure; None for none."""
        return _only(self.structure)

    @property
    def version_number(self) -> int:
        """Return the version the person started from."""
        return typed_id(self.version.data)


class FileForm(BaseForm):
    """The export of a meeting tool."""

    file = FileField(_l("Fichier"))

    def validate_file(self, field: FileField) -> None:
        """Refuse a form without a file."""
        if not field.data or not field.data.filename:
            raise ValidationError(_l("Choisissez le fichier exporté."))


class PresentStructures:
    """The structures that were there, those without one yet ticked."""

    structures = ChipsField(_l("Pour quelles structures"), validate_choice=False)

    @property
    def structure_ids(self) -> list[int]:
        """Return the ids of the structures chosen."""
        return parse_ids(list(self.structures.data or ()))


class PresentFollowUpsForm(PresentStructures, FollowUpsForm):
    """The same follow-up about structures that were there."""


class PresentSessionsForm(PresentStructures, OnceForm):
    """A session for each structure that was there."""

    kind = SelectField(
        _l("Type de séance"), [required(_l("Choisissez un type de séance."))], validate_choice=False
    )

    @property
    def kind_id(self) -> int:
        """Return the kind chosen; zero, which is none's, for none."""
        return typed_id(self.kind.data)
