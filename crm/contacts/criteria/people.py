"""What people do: their roles and mandates, and the seats that stand vacant."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import aliased

from crm.contacts.criteria.groups import IDENTITY, ROLES
from crm.contacts.models import Affiliation, Contact, Seat, Structure
from crm.contacts.queries.mandates import is_vacant_on
from crm.contacts.queries.people import holds_role_words, is_current_on
from crm.contacts.types import LANGUAGE_LABELS
from crm.core.errors import N_
from crm.criteria.conditions import is_found, is_one_of
from crm.criteria.criterion import Criterion, Field, Values, fixed
from crm.criteria.types import FieldKind, Subject

NOT_SAID = "aucune"
_LANGUAGES = {
    **{each.value: label for each, label in LANGUAGE_LABELS.items()},
    NOT_SAID: N_("non précisée"),
}
ELECTED, NOT_ELECTED = "elu", "non_elu"
_MANDATES = {ELECTED: N_("au titre d’un mandat électif"), NOT_ELECTED: N_("hors mandat électif")}
_Place = aliased(Structure)
ROLE_FIELDS = (
    Field(
        name="role",
        label=N_("Fonction contenant"),
        kind=FieldKind.TEXT,
        is_needed=False,
        phrase=N_(" de %(value)s"),
        hint=N_("Par exemple : maire"),
    ),
    Field(
        name="mandate",
        label=N_("Mandat"),
        is_single=True,
        is_needed=False,
        is_quoted=False,
        options=fixed(_MANDATES),
        phrase=N_(" %(value)s"),
    ),
)


def held_roles(column: Any, values: Values, day: date) -> Select[Any]:
    """Select a column of the roles that hold on a day, with the text and mandate asked for."""
    found: Select[Any] = select(column).select_from(Affiliation).where(is_current_on(day))
    if role := values.get("role"):
        found = found.where(holds_role_words([role]))
    if mandate := values.get("mandate"):
        found = found.where(Affiliation.is_elected.is_(mandate[0] == ELECTED))
    return found


def _holds_role(values: Values, day: date) -> ColumnElement[bool]:
    found = held_roles(Affiliation.contact_id, values, day)
    present = found.join(_Place, _Place.id == Affiliation.structure_id).where(
        _Place.deleted_at.is_(None)
    )
    return is_found(Contact.id, present)


def _has_vacant_seat(values: Values, day: date) -> ColumnElement[bool]:
    found = select(Seat.structure_id).where(is_vacant_on(day))
    if role := values.get("role"):
        found = found.where(holds_role_words([role], Seat.role))
    return is_found(Structure.id, found)


def _speaks(values: Values, _day: date) -> ColumnElement[bool]:
    return is_one_of(func.coalesce(Contact.language, NOT_SAID), values["language"])


PEOPLE_CRITERIA = (
    Criterion(
        code="langue",
        label=N_("Langue"),
        subject=Subject.CONTACT,
        group=IDENTITY,
        yes=N_("ont pour langue %(language)s"),
        no=N_("n’ont pas pour langue %(language)s"),
        fields=(Field(name="language", label=N_("Langues"), options=fixed(_LANGUAGES)),),
        condition=_speaks,
    ),
    Criterion(
        code="fonction",
        label=N_("Fonction ou mandat en cours"),
        subject=Subject.CONTACT,
        group=ROLES,
        yes=N_("exercent aujourd’hui une fonction%(role)s%(mandate)s"),
        no=N_("n’exercent aujourd’hui aucune fonction%(role)s%(mandate)s"),
        fields=ROLE_FIELDS,
        condition=_holds_role,
    ),
    Criterion(
        code="poste_vacant",
        label=N_("Poste vacant"),
        subject=Subject.STRUCTURE,
        group=ROLES,
        yes=N_("ont un poste vacant%(role)s"),
        no=N_("n’ont aucun poste vacant%(role)s"),
        fields=(ROLE_FIELDS[0],),
        condition=_has_vacant_seat,
    ),
)
