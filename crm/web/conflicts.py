"""Two people editing one record: the second sees both versions, field by field, and chooses.

What only one of them touched is not asked: the other's stays as it was saved, one's own as typed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import request
from wtforms import SelectMultipleField

from crm.web.formats import short_date
from crm.web.forms import BaseForm
from crm.web.versions import NOT_COMPARED, comparable, marks_of

CHOICE_PREFIX = "choix-"


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that holds one thing in the database and another in the form just sent.

    One that is not asked was touched by the other person alone: theirs is taken.
    """

    name: str
    label: str
    theirs: str
    mine: str
    is_asked: bool = True


def both_versions(mine: BaseForm, theirs: BaseForm) -> list[Difference]:
    """Return what the other person saved meanwhile, and let the next save start from there.

    A form that does not say what it showed at first is asked about each difference.
    """
    version = mine._fields["version"]
    first, typed, saved = version.shown(), marks_of(mine), marks_of(theirs)
    found = []
    for field in mine:
        name = field.name
        other = theirs._fields.get(name)
        if name in NOT_COMPARED or comparable(field.data) == comparable(other.data):
            continue
        if first.get(name) == saved[name]:
            continue  # nobody else touched it
        is_asked = first.get(name) != typed[name]
        found.append(
            Difference(name, str(field.label.text), _shown(other), _shown(field), is_asked)
        )
        if not is_asked:
            _take(field, other)
    version.start_from(theirs._fields["version"].data, saved)
    return found


def apply_choices(mine: BaseForm, theirs: BaseForm) -> None:
    """Take the database's value for each field where the person chose it."""
    for field in mine:
        if request.form.get(CHOICE_PREFIX + field.name) == "theirs":
            _take(field, theirs._fields[field.name])


def _take(field: Any, other: Any) -> None:
    """Let a field hold what the other one does, and offer what it is called."""
    field.data, field.raw_data = other.data, None
    if isinstance(field, SelectMultipleField):
        field.choices = other.choices
    if field.data is not None and hasattr(field, "_value"):
        # A field that is needed looks for what a form sent, not for what it holds.
        field.raw_data = [field._value()]  # noqa: SLF001 - what a widget writes


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
