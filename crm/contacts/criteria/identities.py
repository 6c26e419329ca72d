"""What a structure is: its family, its sub-type, its name."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement

from crm.contacts.criteria.groups import IDENTITY
from crm.contacts.models import Contact, Structure
from crm.core.errors import N_, RuleError
from crm.core.text import sort_key
from crm.criteria.conditions import is_one_of
from crm.criteria.criterion import Criterion, Field, Values
from crm.criteria.types import FieldKind, Subject
from crm.reference.queries import labels_by_code, labels_by_id


def _is_of_family(values: Values, _day: date) -> ColumnElement[bool]:
    return Structure.family_code.in_(values["families"])


def _is_of_subtype(values: Values, _day: date) -> ColumnElement[bool]:
    return is_one_of(Structure.subtype_id, values["subtypes"])


def holds_words(column: Any, text: str) -> ColumnElement[bool]:
    """Return whether a folded name holds what was typed, folded too."""
    found: ColumnElement[bool] = column.contains(sort_key(text), autoescape=True)
    return found


def check_words(values: Values) -> None:
    """Raise RuleError for a text without a letter or a digit: every name would hold it."""
    if not sort_key(values["text"]):
        raise RuleError("text", N_("Écrivez au moins une lettre ou un chiffre."))


_NAME = Field(name="text", label=N_("Texte"), kind=FieldKind.TEXT)
IDENTITY_CRITERIA = (
    Criterion(
        code="famille",
        label=N_("Famille"),
        subject=Subject.STRUCTURE,
        group=IDENTITY,
        yes=N_("sont de la famille %(families)s"),
        no=N_("ne sont pas de la famille %(families)s"),
        fields=(
            Field(
                name="families",
                label=N_("Familles"),
                options=lambda session: labels_by_code(session, "family"),
            ),
        ),
        condition=_is_of_family,
    ),
    Criterion(
        code="sous_type",
        label=N_("Sous-type"),
        subject=Subject.STRUCTURE,
        group=IDENTITY,
        yes=N_("sont du type %(subtypes)s"),
        no=N_("ne sont pas du type %(subtypes)s"),
        fields=(
            Field(
                name="subtypes",
                label=N_("Sous-types"),
                is_id=True,
                options=lambda session: labels_by_id(session, "subtype"),
            ),
        ),
        condition=_is_of_subtype,
    ),
    Criterion(
        code="nom",
        label=N_("Nom"),
        subject=Subject.STRUCTURE,
        group=IDENTITY,
        yes=N_("ont un nom qui contient %(text)s"),
        no=N_("ont un nom qui ne contient pas %(text)s"),
        fields=(_NAME,),
        condition=lambda values, _day: holds_words(Structure.sort_name, values["text"]),
        check=check_words,
    ),
    Criterion(
        code="nom",
        label=N_("Nom"),
        subject=Subject.CONTACT,
        group=IDENTITY,
        yes=N_("ont un nom qui contient %(text)s"),
        no=N_("ont un nom qui ne contient pas %(text)s"),
        fields=(_NAME,),
        condition=lambda values, _day: holds_words(Contact.sort_name, values["text"]),
        check=check_words,
    ),
)
