"""What a form was shown from: the version of the record, and what each field held then."""

from collections.abc import Mapping
from hashlib import blake2s
from typing import Any
from weakref import ref

from markupsafe import Markup
from wtforms import Form, HiddenField
from wtforms.widgets import HiddenInput, html_params

SHOWN_SUFFIX = "-montree"
NOT_COMPARED = frozenset({"version", "csrf_token", "submission_key"})

Marks = Mapping[str, str]


def comparable(value: Any) -> Any:
    """Return what two forms may be compared by: a list in one order, nothing as None."""
    if isinstance(value, list | tuple | set):
        return sorted(str(each) for each in value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value  # zero is data
    return value or None


def marks_of(form: Form) -> Marks:
    """Return a short mark of what each field of a form holds."""
    return {
        field.name: blake2s(str(comparable(field.data)).encode(), digest_size=4).hexdigest()
        for field in form
        if field.name not in NOT_COMPARED
    }


class _VersionInput(HiddenInput):
    """The version, and beside it the marks of what the fields hold."""

    def __call__(self, field: Any, **options: Any) -> Markup:
        """Write both."""
        marks = " ".join(f"{name}={mark}" for name, mark in field.shown().items())
        written = html_params(
            type="hidden",
            id=options.get("id", field.id) + SHOWN_SUFFIX,
            name=field.name + SHOWN_SUFFIX,
            value=marks,
        )
        version = super().__call__(field, **options)
        return Markup(f"{version}<input {written}>")  # noqa: S704 - html_params escapes


class VersionField(HiddenField):
    """The version of a record that a form was shown from; it tells what a person has touched."""

    widget = _VersionInput()

    def __init__(self, *args: Any, **options: Any) -> None:
        options.setdefault("default", "0")
        super().__init__(*args, **options)
        form = options.get("_form")
        self._holder = ref(form) if form is not None else None
        self._marks: Marks | None = None
        self._sent: list[str] = []

    def process(self, formdata: Any, *args: Any, **options: Any) -> None:
        """Take what the form sends, or a draft of it, with the marks of what it showed."""
        self._sent = formdata.getlist(self.name + SHOWN_SUFFIX) if formdata else []
        super().process(formdata, *args, **options)

    def shown(self) -> Marks:
        """Return the marks of what the form showed before anyone touched it."""
        if self._marks is not None:
            return self._marks
        if self.raw_data:  # it was sent: the person may have changed anything
            parts = (part.partition("=") for text in self._sent[:1] for part in text.split())
            return {name: mark for name, _, mark in parts}
        form = self._holder() if self._holder is not None else None
        return marks_of(form) if form is not None else {}

    def start_from(self, version: Any, marks: Marks) -> None:
        """Let the next save be one of this version, of whose fields these are the marks."""
        self.data, self.raw_data, self._marks = version, None, marks
