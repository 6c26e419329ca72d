"""The state of a record: what it lacks, when it was verified, since when we have it."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, false, func, not_, or_, select

from crm.contacts.criteria.groups import RECORD
from crm.contacts.listings.contacts import contact_email_code
from crm.contacts.models import Affiliation, Contact, ContactPoint, Structure, structure_theme
from crm.contacts.queries.people import is_current_on
from crm.contacts.queries.standing import WITHOUT_EMAIL, email_code
from crm.contacts.types import Medium
from crm.core.clock import PARIS
from crm.core.errors import N_
from crm.criteria.conditions import either, is_found
from crm.criteria.criterion import Criterion, Field, Values, fixed
from crm.criteria.types import FieldKind, Subject

_STRUCTURE_LACKS = {
    "courriel": N_("sans courriel"),
    "telephone": N_("sans téléphone"),
    "commune": N_("sans commune"),
    "theme": N_("sans thème"),
    "referent": N_("sans personne pour les suivre"),
    "siren": N_("sans SIREN"),
    "personne": N_("sans personne en fonction"),
    "verification": N_("jamais vérifiées"),
}
_PERSON_LACKS = {
    "courriel": N_("sans courriel"),
    "telephone": N_("sans téléphone"),
    "fonction": N_("sans fonction en cours"),
    "verification": N_("jamais vérifiées"),
}


def _phones(column: Any) -> Any:
    return select(column).where(ContactPoint.medium == Medium.PHONE.value, column.is_not(None))


def _missing_of_structure(day: date) -> Mapping[str, ColumnElement[bool]]:
    staffed = select(Affiliation.structure_id).where(is_current_on(day))
    return {
        "courriel": email_code() == WITHOUT_EMAIL,
        "telephone": Structure.phone.is_(None)
        & not_(is_found(Structure.id, _phones(ContactPoint.structure_id))),
        "commune": Structure.commune_code.is_(None),
        "theme": not_(is_found(Structure.id, select(structure_theme.c.structure_id))),
        "referent": Structure.referent_id.is_(None),
        "siren": Structure.siren.is_(None),
        "personne": not_(is_found(Structure.id, staffed)),
        "verification": Structure.verified_on.is_(None),
    }


def _missing_of_person(day: date) -> Mapping[str, ColumnElement[bool]]:
    in_office = select(Affiliation.contact_id).where(is_current_on(day))
    return {
        "courriel": contact_email_code() == WITHOUT_EMAIL,
        "telephone": Contact.phone.is_(None)
        & Contact.mobile.is_(None)
        & not_(is_found(Contact.id, _phones(ContactPoint.contact_id))),
        "fonction": not_(is_found(Contact.id, in_office)),
        "verification": Contact.verified_on.is_(None),
    }


def _structure_lacks(values: Values, day: date) -> ColumnElement[bool]:
    missing = _missing_of_structure(day)
    return either([missing.get(each, false()) for each in values["what"]])


def _person_lacks(values: Values, day: date) -> ColumnElement[bool]:
    missing = _missing_of_person(day)
    return either([missing.get(each, false()) for each in values["what"]])


def _is_unverified(column: Any, values: Values, day: date) -> ColumnElement[bool]:
    before = day - timedelta(days=values["days"])
    return or_(column.is_(None), func.coalesce(column, day) < before)


def _unverified(subject: Subject, column: Any) -> Criterion:
    return Criterion(
        code="non_verifiee",
        label=N_("Non vérifiée depuis"),
        subject=subject,
        group=RECORD,
        yes=N_("ont une fiche qui n’a pas été vérifiée depuis plus de %(days)s"),
        no=N_("ont une fiche vérifiée depuis %(days)s ou moins"),
        fields=(
            Field(
                name="days",
                label=N_("Jours"),
                kind=FieldKind.NUMBER,
                highest=3650,
                units=(N_("%(count)s jour"), N_("%(count)s jours")),
                default="180",
            ),
        ),
        condition=lambda values, day: _is_unverified(column, values, day),
    )


def _is_created_since(column: Any, values: Values) -> ColumnElement[bool]:
    begins = datetime.combine(values["day"], time(), tzinfo=PARIS)
    since: ColumnElement[bool] = column >= begins
    return since


_SINCE = Field(name="day", label=N_("Depuis le"), kind=FieldKind.DAY)
RECORD_CRITERIA = (
    Criterion(
        code="manque",
        label=N_("Donnée manquante"),
        subject=Subject.STRUCTURE,
        group=RECORD,
        yes=N_("sont %(what)s"),
        no=N_("ne sont pas %(what)s"),
        fields=(
            Field(
                name="what",
                label=N_("Ce qui manque"),
                options=fixed(_STRUCTURE_LACKS),
                is_quoted=False,
            ),
        ),
        condition=_structure_lacks,
    ),
    Criterion(
        code="manque",
        label=N_("Donnée manquante"),
        subject=Subject.CONTACT,
        group=RECORD,
        yes=N_("sont %(what)s"),
        no=N_("ne sont pas %(what)s"),
        fields=(
            Field(
                name="what",
                label=N_("Ce qui manque"),
                options=fixed(_PERSON_LACKS),
                is_quoted=False,
            ),
        ),
        condition=_person_lacks,
    ),
    _unverified(Subject.STRUCTURE, Structure.verified_on),
    _unverified(Subject.CONTACT, Contact.verified_on),
    Criterion(
        code="creee",
        label=N_("Fiche créée depuis"),
        subject=Subject.STRUCTURE,
        group=RECORD,
        yes=N_("ont une fiche créée depuis le %(day)s"),
        no=N_("ont une fiche créée avant le %(day)s"),
        fields=(_SINCE,),
        condition=lambda values, _day: _is_created_since(Structure.created_at, values),
    ),
    Criterion(
        code="creee",
        label=N_("Fiche créée depuis"),
        subject=Subject.CONTACT,
        group=RECORD,
        yes=N_("ont une fiche créée depuis le %(day)s"),
        no=N_("ont une fiche créée avant le %(day)s"),
        fields=(_SINCE,),
        condition=lambda values, _day: _is_created_since(Contact.created_at, values),
    ),
)
