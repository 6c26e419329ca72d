"""The forms of paths."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional, ValidationError

from crm.accompaniment import rules
from crm.accompaniment.models import Accompaniment
from crm.accompaniment.types import (
    OUTCOME_LABELS,
    STAGE_LABELS,
    AccompanimentData,
    ClosingData,
    Stage,
)
from crm.core import clock
from crm.core.numbers import parse_id, typed_id
from crm.web.forms import BaseForm, ChipsField, DayField, PickerField, longest, required
from crm.web.locale import translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField

_LONGEST_TYPED = 100


class AccompanimentForm(OnceForm):
    """All of a path; only its structure stays when it is changed."""

    version = VersionField()
    structure = PickerField(_l("Structure"))
    structure_text = StringField(_l("Structure"), [Optional(), longest(_LONGEST_TYPED)])
    stage = RadioField(_l("Étape"), default=Stage.QUALIFY, validate_choice=False)
    person = SelectField(_l("Suivi par"), validate_choice=False)
    about = StringField(_l("Sujet"), [Optional(), longest(rules.LONGEST_ABOUT)])
    project = SelectField(_l("Projet"), validate_choice=False)
    obstacles = ChipsField(_l("Obstacles"), validate_choice=False)
    next_milestone = StringField(
        _l("Prochaine échéance"), [Optional(), longest(rules.LONGEST_MILESTONE)]
    )
    next_milestone_on = DayField(_l("Date de l’échéance"), prefer_past=False)
    opened_on = DayField(_l("Ouvert le"), [required(_l("Dites quel jour, par exemple « hier »."))])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stage.choices = [(each.value, translate(text)) for each, text in STAGE_LABELS.items()]
        self.typed_error: str | None = None

    def validate_structure(self, field: PickerField) -> None:
        """Ask for the structure, unless the name that was typed fits several."""
        if self.typed_error:
            raise ValidationError(self.typed_error)
        if not field.data:
            raise ValidationError(translate("Choisissez une structure dans la liste."))

    def read(self) -> AccompanimentData:
        """Return what was typed."""
        if self.opened_on.data is None:
            raise TypeError("read() before validate()")
        return AccompanimentData(
            structure=next(iter(self.structure.data or ()), ""),
            person_id=typed_id(self.person.data),
            opened_on=self.opened_on.data,
            stage=self.stage.data or "",
            about=self.about.data,
            project_id=parse_id(self.project.data),
            obstacle_ids=tuple(typed_id(value) for value in self.obstacles.data or ()),
            next_milestone=self.next_milestone.data,
            next_milestone_on=self.next_milestone_on.data,
        )

    def write(self, record: Accompaniment) -> None:
        """Show what the path holds now."""
        self.version.data = str(record.version)
        self.structure.data = [str(record.structure_id)]
        self.stage.data = record.stage
        self.person.data = str(record.person_id)
        self.project.data = str(record.project_id or "")
        self.obstacles.data = [str(obstacle.id) for obstacle in record.obstacles]
        for name in ("about", "next_milestone", "next_milestone_on", "opened_on"):
            self._fields[name].data = getattr(record, name)


class ClosingForm(BaseForm):
    """How and when a path ended."""

    outcome = RadioField(
        _l("Comment s’est-il terminé ?"),
        [required(_l("Dites comment cet accompagnement s’est terminé."))],
        validate_choice=False,
    )
    closed_on = DayField(
        _l("Date"), [required(_l("Dites quel jour, par exemple « hier »."))], default=clock.today
    )
    note = TextAreaField(_l("En quelques mots"), [Optional(), longest(rules.LONGEST_NOTE)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.outcome.choices = [
            (each.value, translate(text)) for each, text in OUTCOME_LABELS.items()
        ]

    def read(self) -> ClosingData:
        """Return what was typed."""
        if self.closed_on.data is None:
            raise TypeError("read() before validate()")
        return ClosingData(self.closed_on.data, self.outcome.data or "", self.note.data)
