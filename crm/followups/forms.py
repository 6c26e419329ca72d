"""The form of a session."""

import re
import secrets
from collections.abc import Callable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from crm.core import clock
from crm.core.errors import RuleError
from crm.core.numbers import typed_id
from crm.followups import rules
from crm.followups.models import AccompanimentSession
from crm.followups.name_lines import PICK, Question
from crm.followups.operations.sessions import heaviest_level
from crm.followups.types import (
    STATUS_LABELS,
    NextStep,
    SessionData,
    SessionStatus,
)
from crm.funding.types import SUPPORT_LEVEL_LABELS, SupportLevel
from crm.web.forms import (
    BaseForm,
    ChipsField,
    DayField,
    DurationField,
    PickerField,
    longest,
    required,
)
from crm.web.locale import sentence, translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField

_FOLDED = (
    "private_notes", "applications", "support_level", "projects", "axes", "duration", "countries",
    "officers", "status", "next_what", "next_due",
)  # fmt: skip
_UNUSUAL = (
    "private_notes", "applications", "projects", "axes", "duration", "countries", "next_what",
)  # fmt: skip
_LONGEST_TYPED = 100
_LONGEST_LIST = 10_000
_KEY = re.compile(r"[0-9A-Za-z_-]{16,40}")


class SessionForm(OnceForm):
    """A session: six fields in sight, the rest folded away."""

    version = VersionField()
    structures = PickerField(_l("Structures"))
    new_family = SelectField(_l("Famille de la nouvelle structure"), validate_choice=False)
    contacts = PickerField(_l("Personnes"))
    held_on = DayField(_l("Date"), [required(_l("Dites quel jour, par exemple « hier »."))])
    kind = RadioField(
        _l("Nature"), [required(_l("Choisissez la nature de l’appui."))], validate_choice=False
    )
    themes = ChipsField(_l("Thèmes"), validate_choice=False)
    notes = TextAreaField(_l("Notes"), [Optional(), longest(rules.LONGEST_NOTES)])
    private_notes = TextAreaField(
        _l("Partie confidentielle"), [Optional(), longest(rules.LONGEST_NOTES)]
    )
    duration = DurationField(_l("Durée"))
    countries = PickerField(_l("Pays"))
    projects = PickerField(_l("Projets"))
    applications = PickerField(_l("Dossiers de financement"))
    support_level = RadioField(
        _l("Poids de cet appui"), default=SupportLevel.LIGHT, validate_choice=False
    )
    axes = ChipsField(_l("Axes de la convention"), validate_choice=False)
    officers = ChipsField(_l("Suivie par"), validate_choice=False)
    status = RadioField(_l("Statut"), default=SessionStatus.DONE, validate_choice=False)
    next_what = StringField(_l("À faire ensuite"), [Optional(), longest(rules.LONGEST_WHAT)])
    next_due = DayField(_l("Pour quand"), prefer_past=False)
    structures_list = TextAreaField(
        _l("Plusieurs structures, une par ligne"), [Optional(), longest(_LONGEST_LIST)]
    )
    structures_text = StringField(_l("Structure"), [Optional(), longest(_LONGEST_TYPED)])
    contacts_text = StringField(_l("Personne"), [Optional(), longest(_LONGEST_TYPED)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.status.choices = [
            (each.value, translate(text)) for each, text in STATUS_LABELS.items()
        ]
        self.support_level.choices = [
            (each.value, translate(text)) for each, text in SUPPORT_LEVEL_LABELS.items()
        ]
        self.structures.flags.required = True
        # What the page asks back: names typed that several records fit, or none.
        self.structure_questions: list[Question] = []
        self.contact_questions: list[Question] = []

    def key(self) -> str:
        """Return the key of this display of the form; a made-up one is replaced."""
        if not _KEY.fullmatch(self.submission_key.data or ""):
            self.submission_key.data = secrets.token_urlsafe(24)
        return str(self.submission_key.data)

    @property
    def has_new_structure(self) -> bool:
        """Tell whether a structure is to be created with the session, or might be."""
        asked = (value for each in self.structure_questions for value, _label in each.choices)
        chosen = [*(self.structures.data or ()), *asked]
        return any(value.removeprefix(PICK).startswith("new:") for value in chosen)

    @property
    def _creates_structure(self) -> bool:
        is_only_choice = all(len(each.choices) == 1 for each in self.structure_questions)
        return self.has_new_structure and is_only_choice

    @property
    def is_unfolded(self) -> bool:
        """Tell whether the rest of the form has something to show or to correct."""
        fields = [self._fields[name] for name in _FOLDED if name in self._fields]
        is_to_come = self.held_on.data is not None and self.held_on.data > clock.today()
        return (
            any(field.errors for field in fields)
            or is_to_come
            or self.status.data != SessionStatus.DONE
            or any(self._fields[name].data for name in _UNUSUAL if name in self._fields)
        )

    def validate_structures(self, _field: PickerField) -> None:
        """Ask for a structure, unless one that was typed is being asked about."""
        if len(self.structure_questions) > 1:
            raise ValidationError(
                _("Il reste %(count)s noms à reconnaître.", count=len(self.structure_questions))
            )
        for question in self.structure_questions:
            raise ValidationError(
                _("Plusieurs structures s’appellent ainsi : choisissez la bonne.")
                if len(question.choices) > 1
                else _("Aucune structure ne s’appelle ainsi : confirmez pour la créer.")
            )
        if not self.structures.data:
            raise ValidationError(_("Choisissez au moins une structure."))

    def validate_structures_list(self, field: TextAreaField) -> None:
        """Refuse the names that were left unread: there were too many at once."""
        if field.data:
            raise ValidationError(
                _("%(count)s structures au plus par séance.", count=rules.MOST_STRUCTURES)
            )

    def validate_contacts(self, _field: PickerField) -> None:
        """Ask which person was meant, when several fit what was typed."""
        if self.contact_questions:
            raise ValidationError(_("Dites de qui il s’agit."))

    def validate_new_family(self, field: SelectField) -> None:
        """Ask for the family of a structure that is created with the session."""
        if self._creates_structure and not field.data:
            raise ValidationError(_("Choisissez la famille de la structure à créer."))

    def validate_held_on(self, field: DayField) -> None:
        """Refuse a session that is said to have taken place on a day to come."""
        day = field.data
        if day is not None:
            _obey(lambda: rules.check_status(self.status.data, day, clock.today()))

    def validate_next_what(self, _field: StringField) -> None:
        """Ask what is to be done on the day that was given."""
        if not self.next_due.errors:
            _obey(self.next_step, "next_what")

    def validate_next_due(self, _field: DayField) -> None:
        """Ask by when it is to be done."""
        if not self.next_due.errors:
            _obey(self.next_step, "next_due")

    def next_step(self) -> NextStep | None:
        """Return what is to be done next; raise RuleError when half of it is missing."""
        return rules.clean_next_step(self.next_what.data, self.next_due.data)

    def allow_private_notes(self, *, is_allowed: bool) -> None:
        """Leave the confidential part out of the form of someone who may not write it."""
        if not is_allowed and "private_notes" in self._fields:
            del self.private_notes

    @property
    def private_text(self) -> str | None:
        """Return the confidential part that was typed."""
        field = self._fields.get("private_notes")
        return field.data if field is not None else None

    def read(self) -> SessionData:
        """Return what was typed."""
        if self.held_on.data is None:
            raise TypeError("read() before validate()")
        return SessionData(
            structures=tuple(self.structures.data or ()),
            held_on=self.held_on.data,
            kind_id=typed_id(self.kind.data),
            status=self.status.data or SessionStatus.DONE,
            contacts=tuple(self.contacts.data or ()),
            theme_ids=tuple(typed_id(value) for value in self.themes.data or ()),
            country_codes=tuple(self.countries.data or ()),
            officer_ids=tuple(typed_id(value) for value in self.officers.data or ()),
            project_ids=tuple(typed_id(value) for value in self.projects.data or ()),
            axis_ids=tuple(typed_id(value) for value in self.axes.data or ()),
            application_ids=tuple(typed_id(value) for value in self.applications.data or ()),
            support_level=self.support_level.data or SupportLevel.LIGHT,
            duration_minutes=self.duration.data,
            notes=self.notes.data,
            new_family=self.new_family.data or None,
        )

    def write(self, record: AccompanimentSession) -> None:
        """Show what the session holds now."""
        self.version.data = str(record.version)
        self.held_on.data = record.held_on
        self.kind.data = str(record.kind_id)
        self.status.data = record.status
        self.duration.data = record.duration_minutes
        self.notes.data = record.notes
        self.structures.data = [str(seat.structure_id) for seat in record.structures]
        self.contacts.data = [str(contact.id) for contact in record.contacts]
        self.themes.data = [str(theme.id) for theme in record.themes]
        self.countries.data = [country.code for country in record.countries]
        self.officers.data = [str(officer.id) for officer in record.officers]
        self.projects.data = [str(project.id) for project in record.projects]
        self.axes.data = [str(axis.id) for axis in record.axes]
        self.applications.data = [str(link.application_id) for link in record.applications]
        self.support_level.data = heaviest_level(record)


class PostponeForm(BaseForm):
    """The new day of a planned session."""

    held_on = DayField(
        _l("Nouveau jour"),
        [required(_l("Dites quel jour, par exemple « mardi prochain »."))],
        prefer_past=False,
    )


def _obey(check: Callable[[], object], field: str | None = None) -> None:
    """Show a rule's own sentence beside the field it names (or beside the one being validated)."""
    try:
        check()
    except RuleError as error:
        if field in (None, error.field):
            raise ValidationError(sentence(error)) from error
