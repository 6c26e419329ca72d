"""The forms by which people register, and the questions that the team puts there."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import Optional

from crm.consents.types import PURPOSE_LABELS
from crm.core.errors import N_
from crm.events import rules
from crm.events.models import EventQuestion
from crm.events.types import QUESTION_LABELS, QuestionData, QuestionKind, RegistrationData
from crm.web.forms import ChipsField, longest, required
from crm.web.locale import translate
from crm.web.submissions import OnceForm
from crm.web.versions import VersionField

_LONGEST_NAME = 100
_LONGEST_OPTIONS = 5000
PREFIX = "q"


class RegistrationForm(OnceForm):
    """Who comes; `site` is a trap for machines. Questions are added by `registration_form`."""

    email = StringField(
        _l("Adresse électronique"), [required(_l("Écrivez votre adresse.")), longest(254)]
    )
    first_name = StringField(
        _l("Prénom"), [required(_l("Écrivez votre prénom.")), longest(_LONGEST_NAME)]
    )
    last_name = StringField(_l("Nom"), [required(_l("Écrivez votre nom.")), longest(_LONGEST_NAME)])
    structure = StringField(_l("Structure"), [Optional(), longest(200)])
    accepted = ChipsField(_l("Recevoir aussi, à cette adresse"), validate_choice=False)
    site = StringField(_l("Ne pas remplir"))
    asked: Sequence[EventQuestion] = ()

    @property
    def question_fields(self) -> list[Any]:
        """Return the fields of the questions, in their order."""
        return [self._fields[f"{PREFIX}{each.id}"] for each in self.asked]

    def offer(self, purposes: Sequence[str]) -> None:
        """Say what can be received besides."""
        self.accepted.offer((each, translate(PURPOSE_LABELS[each])) for each in purposes)

    def read(self) -> RegistrationData:
        """Return what was typed."""
        return RegistrationData(
            email=self.email.data or "",
            last_name=self.last_name.data or "",
            first_name=self.first_name.data,
            structure=self.structure.data,
            answers={
                str(each.id): str(self._fields[f"{PREFIX}{each.id}"].data or "")
                for each in self.asked
            },
            accepted=tuple(self.accepted.data or ()),
        )


def registration_form(questions: Sequence[EventQuestion], **kwargs: Any) -> RegistrationForm:
    """Return the form with a field for each question; required ones are checked by the rule."""
    fields: dict[str, Any] = {f"{PREFIX}{each.id}": _field_of(each) for each in questions}
    made = type("RegistrationForm", (RegistrationForm,), {**fields, "asked": tuple(questions)})
    form: RegistrationForm = made(**kwargs)
    for each, field in zip(questions, form.question_fields, strict=True):
        field.flags.required = each.is_required
        if each.kind == QuestionKind.CHOICE:
            field.choices = [("", "—"), *((option, option) for option in each.options)]
        elif each.kind == QuestionKind.YES_NO:
            field.choices = [("oui", translate(N_("Oui"))), ("non", translate(N_("Non")))]
    return form


def _field_of(question: EventQuestion) -> Any:
    if question.kind == QuestionKind.CHOICE:
        return SelectField(question.label, validate_choice=False)
    if question.kind == QuestionKind.YES_NO:
        return RadioField(question.label, validate_choice=False)
    return StringField(question.label, [Optional(), longest(rules.LONGEST_ANSWER)])


def shown_answers(
    questions: Sequence[EventQuestion], answers: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Return the questions that were answered, with the answers."""
    return [(each.label, answers[str(each.id)]) for each in questions if answers.get(str(each.id))]


class QuestionForm(OnceForm):
    """A question of the registration page."""

    version = VersionField()
    label = StringField(_l("Question"), [required(), longest(rules.LONGEST_LABEL)])
    kind = RadioField(_l("On y répond par"), default=QuestionKind.TEXT, validate_choice=False)
    options = TextAreaField(
        _l("Réponses proposées, une par ligne"), [Optional(), longest(_LONGEST_OPTIONS)]
    )
    is_required = BooleanField(_l("Réponse nécessaire"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind.choices = [
            (each.value, translate(text)) for each, text in QUESTION_LABELS.items()
        ]

    def read(self) -> QuestionData:
        """Return what was typed."""
        return QuestionData(
            label=self.label.data or "",
            kind=self.kind.data or "",
            options=tuple((self.options.data or "").splitlines()),
            is_required=bool(self.is_required.data),
        )

    def write(self, question: EventQuestion) -> None:
        """Show what a question holds now."""
        self.version.data = str(question.version)
        self.label.data, self.kind.data = question.label, question.kind
        self.options.data = "\n".join(question.options)
        self.is_required.data = question.is_required
