"""The base of every form, and the fields that French forms need."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any

from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, StringField, TextAreaField
from wtforms.i18n import get_translations
from wtforms.validators import InputRequired, Length

from crm.core import clock
from crm.core.days import parse_day, parse_duration
from crm.core.errors import RuleError
from crm.core.text import printable
from crm.web.formats import current_locale, duration, short_date
from crm.web.locale import sentence

_MOST_CHOICES = 200


def stripped(value: str | None) -> str | None:
    """Return the text without what cannot be printed nor spaces around; None for nothing left."""
    return printable(value or "").strip() or None


def required(message: str | None = None) -> InputRequired:
    """Return the validator of a field that must be filled in."""
    return InputRequired(message or lazy_gettext("Ce champ est nécessaire."))


def longest(characters: int) -> Length:
    """Return a validator that says how many characters are too many."""
    return Length(
        max=characters,
        message=lazy_gettext("C’est trop long : %(count)s caractères au plus.", count=characters),
    )


@cache
def _sentences(locale: str) -> Any:
    return get_translations([locale])


class BaseForm(FlaskForm):
    """A form whose texts are stripped and whose domain errors land beside their field.

    `lookalikes` are the records that the one being made may already be.
    """

    lookalikes: Sequence[Any] = ()

    class Meta(FlaskForm.Meta):
        """Strip what is typed, in every text field that does not say otherwise."""

        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Any:
            """Add the stripping filter before WTForms makes the field."""
            if unbound_field.field_class in (StringField, TextAreaField):
                unbound_field.kwargs.setdefault("filters", [stripped])
            return super().bind_field(form, unbound_field, options)

        def get_translations(self, _form: Any) -> Any:
            """Return WTForms' own sentences; Flask-WTF would read the file at each request."""
            return _sentences(current_locale())

    def validate(self, extra_validators: Any = None) -> bool:
        """Check every field; the sentences become plain text, in the reader's language."""
        is_valid = bool(super().validate(extra_validators))
        for field in self:
            field.errors = [str(error) for error in field.errors]
        return is_valid

    def show(self, error: RuleError) -> None:
        """Put a rule's sentence beside the field it names, or above the form."""
        field = self._fields.get(error.field)
        if field is None:
            self.form_errors.append(sentence(error))
        else:
            field.errors = [*field.errors, sentence(error)]
            field.error_record = error.record


class DayField(StringField):
    """A day typed as people type it: « hier », « 12/03/2019 », or the browser's own picker.

    `prefer_past` says which way a day without a year looks. `data` is a date or None.
    """

    data: date | None  # type: ignore[assignment]

    def __init__(
        self, label: str | None = None, *args: Any, prefer_past: bool = True, **kwargs: Any
    ) -> None:
        super().__init__(label, *args, **kwargs)
        self.prefer_past = prefer_past

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return short_date(self.data) if isinstance(self.data, date) else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the day; an unreadable one raises ValueError with a sentence."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if text:
            try:
                self.data = parse_day(text, clock.today(), prefer_past=self.prefer_past)
            except RuleError as error:
                raise ValueError(sentence(error)) from error


class DurationField(StringField):
    """A duration typed as « 45 min » or « 1 h 30 »; `data` is whole minutes or None."""

    data: int | None  # type: ignore[assignment]

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return duration(self.data) if isinstance(self.data, int) else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the minutes; an unreadable duration raises ValueError with a sentence."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if text:
            try:
                self.data = parse_duration(text)
            except RuleError as error:
                raise ValueError(sentence(error)) from error


class ChipsField(SelectMultipleField):
    """Several entries of a short list; `offer()` says which exist."""

    def offer(self, options: Iterable[tuple[Any, str]]) -> None:
        """Set the choices as (value, label)."""
        self.choices = list(options)


class PickerField(SelectMultipleField):
    """Records chosen by typing: values of a remote list, checked by the operation, not here.

    `offer()` gives the labels of what is chosen already, so that the page can show them again.
    """

    validate_choice = False

    def __init__(self, label: str | None = None, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("choices", [])
        kwargs.setdefault("validate_choice", False)
        super().__init__(label, *args, **kwargs)

    def process_formdata(self, valuelist: list[str]) -> None:
        """Keep each value once, in order."""
        if len(valuelist) > _MOST_CHOICES:
            raise ValueError(gettext("%(count)s choix au plus à la fois.", count=_MOST_CHOICES))
        self.data = list(dict.fromkeys(value for value in valuelist if value))

    def pre_validate(self, form: Any) -> None:
        """Accept any value: the operation knows which records exist."""

    def offer(self, options: Sequence[tuple[str, str]]) -> None:
        """Set what the control holds, as (value, label)."""
        self.choices = list(options)
