"""Two people editing one record: the second sees both versions, field by field, and chooses."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request

from crm.web.formats import short_date
from crm.web.forms import BaseForm

CHOICE_PREFIX = "choix-"
_NOT_SHOWN = frozenset({"version", "csrf_token", "submission_key"})


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that holds one thing in the database and another in the form just sent."""

    name: str
    label: str
    theirs: str
    mine: str


def differences(mine: BaseForm, theirs: BaseForm) -> list[Difference]:
    """Return the fields in which the two forms differ, in the order of the form."""
    return [
        Difference(
            name=field.name,
            label=str(field.label.text),
            theirs=_shown(theirs._fields[field.name]),
            mine=_shown(field),
        )
        for field in mine
        if field.name not in _NOT_SHOWN
        and _comparable(field.data) != _comparable(theirs._fields[field.name].data)
    ]


def apply_choices(mine: BaseForm, theirs: BaseForm) -> None:
    """Take the database's value for each field where the person chose it."""
    for field in mine:
        if request.form.get(CHOICE_PREFIX + field.name) == "theirs":
            field.data = theirs._fields[field.name].data
            field.raw_data = None
            if field.data is not None and hasattr(field, "_value"):
                # A field that is needed looks for what a form sent, not for what it holds.
                field.raw_data = [field._value()]  # noqa: SLF001 - what WTForms shows of it


def both_versions(mine: BaseForm, theirs: BaseForm) -> list[Difference]:
    """Return the differences, and let the next save start from the version in the database."""
    found = differences(mine, theirs)
    version = mine._fields["version"]
    version.data, version.raw_data = theirs._fields["version"].data, None
    return found


def _comparable(value: Any) -> Any:
    if isinstance(value, list | tuple | set):
        return sorted(str(each) for each in value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value  # zero is data
    return value or None


def _shown(field: Any) -> str:
    value = field.data
    if isinstance(value, bool):
        return "✓" if value else "—"
    if isinstance(value, date):
        return short_date(value)
    if hasattr(field, "told"):
        return field.told() or "—"
    labels = _choice_labels(field)
    if isinstance(value, list | tuple | set):
        return ", ".join(labels.get(str(each), str(each)) for each in value) or "—"
    return labels.get(str(value), str(value)) if value else "—"


def _choice_labels(field: Any) -> dict[str, str]:
    choices: Iterable[Any] = getattr(field, "choices", None) or ()
    labels = {}
    for choice in choices:
        value, label = choice[:2] if isinstance(choice, tuple) else (choice.value, choice.label)
        labels[str(value)] = str(label)
    return labels
