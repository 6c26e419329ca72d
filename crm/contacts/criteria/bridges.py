"""From people to the structures where they are in office today, and back."""

from datetime import date

from sqlalchemy import ColumnElement

from crm.contacts.criteria.groups import ROLES
from crm.contacts.criteria.people import ROLE_FIELDS, held_roles
from crm.contacts.models import Affiliation, Contact, Structure
from crm.core.errors import N_
from crm.criteria.conditions import is_found
from crm.criteria.criterion import Bridge, SubjectTable, Values
from crm.criteria.types import Subject

TABLES = (
    SubjectTable(Subject.STRUCTURE, Structure.id, Structure.deleted_at.is_(None)),
    SubjectTable(Subject.CONTACT, Contact.id, Contact.deleted_at.is_(None)),
)


def _in_such_a_structure(
    condition: ColumnElement[bool], values: Values, day: date
) -> ColumnElement[bool]:
    found = (
        held_roles(Affiliation.contact_id, values, day)
        .join(Structure, Structure.id == Affiliation.structure_id)
        .where(Structure.deleted_at.is_(None), condition)
    )
    return is_found(Contact.id, found)


def _with_such_a_person(
    condition: ColumnElement[bool], values: Values, day: date
) -> ColumnElement[bool]:
    found = (
        held_roles(Affiliation.structure_id, values, day)
        .join(Contact, Contact.id == Affiliation.contact_id)
        .where(Contact.deleted_at.is_(None), condition)
    )
    return is_found(Structure.id, found)


BRIDGES = (
    Bridge(
        code="structure",
        label=N_("En fonction dans une structure qui…"),
        subject=Subject.CONTACT,
        target=Subject.STRUCTURE,
        group=ROLES,
        yes=N_("exercent une fonction%(role)s%(mandate)s dans l’une des structures qui %(branch)s"),
        no=N_("n’exercent aucune fonction%(role)s%(mandate)s dans les structures qui %(branch)s"),
        fields=ROLE_FIELDS,
        within=_in_such_a_structure,
    ),
    Bridge(
        code="personne",
        label=N_("Dont une personne en fonction…"),
        subject=Subject.STRUCTURE,
        target=Subject.CONTACT,
        group=ROLES,
        yes=N_(
            "ont en fonction%(role)s%(mandate)s au moins une personne parmi celles qui %(branch)s"
        ),
        no=N_("n’ont en fonction%(role)s%(mandate)s aucune des personnes qui %(branch)s"),
        fields=ROLE_FIELDS,
        within=_with_such_a_person,
    ),
)
