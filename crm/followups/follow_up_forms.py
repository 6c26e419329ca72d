"""The forms of a follow-up: what is to be done, and what came of it."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from crm.core.numbers import typed_id
from crm.followups import rules
from crm.followups.models import FollowUp
from crm.followups.types import (
    PRIORITY_LABELS,
    RECURRENCE_LABELS,
    FollowUpData,
    Priority,
)
from crm.web.forms import DayField, PickerField, longest, required
from crm.web.locale import translate
from crm.web.submissions import OnceForm


class FollowUpForm(OnceForm):
    """What is to be done, by when, by whom, about which records."""

    version = HiddenField(default="0")
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
    assignee = SelectField(_l("Confiée à"), validate_choice=False)
    priority = SelectField(_l("Priorité"), default=Priority.NORMAL, validate_choice=False)
    recurrence = SelectField(_l("Revient"), validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.priority.choices = [(each.value, translate(t)) for each, t in PRIORITY_LABELS.items()]
        self.recurrence.choices = [
            ("", translate("Une seule fois")),
            *((each.value, translate(text)) for each, text in RECURRENCE_LABELS.items()),
        ]

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
        self.assignee.data = str(record.assignee_id)
        self.priority.data = record.priority
        self.recurrence.data = record.recurrence or ""


class OutcomeForm(OnceForm):
    """What came of a follow-up."""

    outcome = TextAreaField(_l("Ce qui s’est passé"), [Optional(), longest(rules.LONGEST_OUTCOME)])
