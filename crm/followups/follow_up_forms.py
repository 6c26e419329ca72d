"""The forms of a follow-up: what is to be done, and what came of it."""

from collections.abc import Callable, Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from crm.contacts.queries import find_contacts, suggest_structures
from crm.core.numbers import typed_id
from crm.core.text import fold
from crm.followups import rules
from crm.followups.models import FollowUp
from crm.followups.types import (
    PRIORITY_LABELS,
    RECURRENCE_LABELS,
    FollowUpData,
    Priority,
)
from crm.funding.queries.picking import find_applications
from crm.projects.queries import find_projects
from crm.web.forms import DayField, PickerField, longest, required
from crm.web.locale import translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField

_SUGGESTIONS, _NAMED = 8, 3
_FINDERS: dict[str, Callable[..., Sequence[Any]]] = {
    "structure": suggest_structures,
    "contact": find_contacts,
    "project": find_projects,
    "application": find_applications,
}


class FollowUpForm(OnceForm):
    """What is to be done, by when, by whom, about which records."""

    version = VersionField()
    what = StringField(
        _l("À faire"), [required(_l("Dites ce qu’il y a à faire.")), longest(rules.LONGEST_WHAT)]
    )
    due_on = DayField(
        _l("Pour quand"),
        [required(_l("Dites pour quand, par exemple « dans 15 jours »."))],
        prefer_past=False,
    )
    structure = PickerField(_l("Structure"))
    contact = PickerField(_l("Personne"))
    project = PickerField(_l("Projet"))
    application = PickerField(_l("Dossier de financement"))
    call = PickerField(_l("Appel à projets"))
    assignee = SelectField(_l("Confiée à"), validate_choice=False)
    priority = SelectField(_l("Priorité"), default=Priority.NORMAL, validate_choice=False)
    recurrence = SelectField(_l("Revient"), validate_choice=False)

    structure_text = StringField(_l("Structure"), [Optional(), longest(rules.LONGEST_NAME)])
    contact_text = StringField(_l("Personne"), [Optional(), longest(rules.LONGEST_NAME)])
    project_text = StringField(_l("Projet"), [Optional(), longest(rules.LONGEST_NAME)])
    application_text = StringField(
        _l("Dossier de financement"), [Optional(), longest(rules.LONGEST_NAME)]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unclear: dict[str, str] = {}
        self.priority.choices = [(each.value, translate(t)) for each, t in PRIORITY_LABELS.items()]
        self.recurrence.choices = [
            ("", translate("Une seule fois")),
            *((each.value, translate(text)) for each, text in RECURRENCE_LABELS.items()),
        ]

    def settle_typed_names(self, session: Session) -> None:
        """Turn names typed without a picker into choices; one that fits nobody or many is asked."""
        for name, find in _FINDERS.items():
            typed: str = self._fields[f"{name}_text"].data or ""
            if not typed:
                continue
            found = find(session, typed, _SUGGESTIONS)
            same = [each for each in found if fold(each.text) == fold(typed)]
            taken = found if len(found) == 1 else same
            if len(taken) == 1:
                self._fields[name].data = [taken[0].value]
                self._fields[f"{name}_text"].data = ""
            else:
                names = ", ".join(each.text for each in found[:_NAMED])
                self.unclear[name] = (
                    _("Plusieurs fiches y répondent : %(names)s. Écrivez le nom en entier.")
                    % {"names": names}
                    if found
                    else _("Aucune fiche ne s’appelle ainsi : vérifiez le nom.")
                )

    def validate_structure(self, field: PickerField) -> None:
        """Say when the name typed is nobody’s, or several’s."""
        self._say(field)

    def validate_contact(self, field: PickerField) -> None:
        """Say when the name typed is nobody’s, or several’s."""
        self._say(field)

    def validate_project(self, field: PickerField) -> None:
        """Say when the name typed is nobody’s, or several’s."""
        self._say(field)

    def validate_application(self, field: PickerField) -> None:
        """Say when the title typed is no application’s, or several’s."""
        self._say(field)

    def _say(self, field: PickerField) -> None:
        if field.name in self.unclear:
            raise ValidationError(self.unclear[field.name])

    def read(self) -> FollowUpData:
        """Return what was typed."""
        if self.due_on.data is None:
            raise TypeError("read() before validate()")
        return FollowUpData(
            what=self.what.data or "",
            due_on=self.due_on.data,
            assignee_id=typed_id(self.assignee.data),
            structure=next(iter(self.structure.data or ()), None),
            contact=next(iter(self.contact.data or ()), None),
            project_id=typed_id(next(iter(self.project.data or ()), None)) or None,
            application_id=typed_id(next(iter(self.application.data or ()), None)) or None,
            call_id=typed_id(next(iter(self.call.data or ()), None)) or None,
            priority=self.priority.data or Priority.NORMAL,
            recurrence=self.recurrence.data or None,
        )

    def write(self, record: FollowUp) -> None:
        """Show what the follow-up holds now."""
        self.version.data = str(record.version)
        self.what.data = record.what
        self.due_on.data = record.due_on
        self.structure.data = [str(record.structure_id)] if record.structure_id else []
        self.contact.data = [str(record.contact_id)] if record.contact_id else []
        self.project.data = [str(record.project_id)] if record.project_id else []
        self.application.data = [str(record.application_id)] if record.application_id else []
        self.call.data = [str(record.call_id)] if record.call_id else []
        self.assignee.data = str(record.assignee_id)
        self.priority.data = record.priority
        self.recurrence.data = record.recurrence or ""


class OutcomeForm(OnceForm):
    """What came of a follow-up."""

    outcome = TextAreaField(_l("Ce qui s’est passé"), [Optional(), longest(rules.LONGEST_OUTCOME)])
