"""The forms of an import: the file, how it is read, which column is which field."""

from collections.abc import Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf.file import FileField
from wtforms import BooleanField, SelectField, StringField
from wtforms.validators import Optional, ValidationError

from crm.core.errors import N_
from crm.core.numbers import parse_id
from crm.imports.types import KIND_LABELS, ImportKind, OnDuplicate, Settings
from crm.reading import DELIMITERS, ENCODINGS, FileFound, Layout
from crm.web.forms import BaseForm
from crm.web.locale import translate
from crm.web.submissions import OnceForm

Choices = list[tuple[str, str]]
_DELIMITER_LABELS = {
    ";": N_("point-virgule ( ; )"),
    ",": N_("virgule ( , )"),
    "\t": N_("tabulation"),
    "|": N_("barre ( | )"),
}
_ON_DUPLICATE = {
    OnDuplicate.ASK: N_("demander pour chacune"),
    OnDuplicate.MERGE: N_("compléter la fiche qui ressemble"),
    OnDuplicate.KEEP: N_("créer une autre fiche"),
    OnDuplicate.SKIP: N_("laisser la ligne de côté"),
}
_MODES = (("combler", N_("compléter seulement ce qui est vide")),
          ("remplacer", N_("remplacer ce qui est différent")))  # fmt: skip


def kind_choices() -> Choices:
    """Return what a file can hold."""
    return [(str(kind), translate(label)) for kind, label in KIND_LABELS.items()]


def duplicate_choices() -> Choices:
    """Return what to do with rows that look like records."""
    return [(str(rule), translate(label)) for rule, label in _ON_DUPLICATE.items()]


class UploadForm(OnceForm):
    """The file, and what it holds."""

    file = FileField(_l("Fichier"))
    kind = SelectField(_l("Ce qu’il contient"), validate_choice=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [("", translate(N_("À deviner d’après les colonnes"))), *kind_choices()]

    def validate_file(self, field: Any) -> None:
        """Ask for a file."""
        if not field.data or not field.data.filename:
            raise ValidationError(translate(N_("Choisissez un fichier.")))


class ReadingForm(BaseForm):
    """How the file is read, where what was found is wrong."""

    kind = SelectField(_l("Ce qu’il contient"))
    sheet = SelectField(_l("Feuille"), validate_choice=False)
    header_row = StringField(_l("Ligne des titres de colonnes"), [Optional()])
    encoding = SelectField(_l("Encodage"))
    delimiter = SelectField(_l("Séparateur"))

    def __init__(self, found: FileFound, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_text = found.format == "csv"
        self.kind.choices = kind_choices()
        self.sheet.choices = [(each.name, each.name or "—") for each in found.sheets]
        as_found = ("", translate(N_("comme trouvé")))
        self.encoding.choices = [as_found, *((each, each) for each in ENCODINGS)]
        self.delimiter.choices = [
            as_found,
            *((each, translate(_DELIMITER_LABELS[each])) for each in DELIMITERS),
        ]

    def validate_kind(self, field: Any) -> None:
        """Accept a kind of the list only."""
        if field.data not in set(ImportKind):
            raise ValidationError(translate(N_("Dites ce que contient le fichier.")))

    def validate_header_row(self, field: Any) -> None:
        """Accept the number of a row."""
        if field.data and not parse_id(field.data):
            raise ValidationError(translate(N_("Écrivez le numéro d’une ligne, ou rien.")))

    def layout(self) -> Layout:
        """Return how the file is to be read."""
        return Layout(
            self.sheet.data or None,
            parse_id(self.header_row.data),
            self.encoding.data or None,
            self.delimiter.data or None,
        )


class SettingsForm(BaseForm):
    """What was chosen for the whole file."""

    family = SelectField(_l("Famille des structures dont le fichier ne la dit pas"))
    mode = SelectField(_l("Quand une fiche existe déjà"))
    on_duplicate = SelectField(_l("Quand une ligne ressemble à une fiche"))
    lists = BooleanField(_l("Inscrire les nouvelles structures au répertoire des acteurs"))
    scheme = SelectField(
        _l("Dispositif des lignes qui ne le disent pas"), validate_choice=False, default=""
    )

    def __init__(
        self, families: Choices, *args: Any, schemes: Sequence[tuple[str, str]] = (), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.scheme.choices = [("", "—"), *schemes]
        self.family.choices = [("", translate(N_("refuser la ligne"))), *families]
        self.mode.choices = [(code, translate(label)) for code, label in _MODES]
        self.on_duplicate.choices = duplicate_choices()

    def offer(self, settings: Settings) -> None:
        """Show what was chosen."""
        self.family.data = settings.family or ""
        self.mode.data = _MODES[1 if settings.replaces else 0][0]
        self.on_duplicate.data = str(settings.on_duplicate)
        self.lists.data = settings.lists
        self.scheme.data = settings.scheme or ""

    def settings(self) -> Settings:
        """Return what is chosen."""
        return Settings(
            family=self.family.data or None,
            replaces=self.mode.data == _MODES[1][0],
            on_duplicate=self.on_duplicate.data,
            lists=bool(self.lists.data),
            scheme=self.scheme.data or None,
        )
