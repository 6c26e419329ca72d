"""What hangs on a record in lists: themes, expertises, countries, tags."""

from typing import Any

from sqlalchemy import select

from crm.contacts.criteria.groups import ACTIVITY, RECORD
from crm.contacts.listings.filters import tags
from crm.contacts.models import (
    Contact,
    Structure,
    contact_tag,
    structure_country,
    structure_expertise,
    structure_tag,
    structure_theme,
)
from crm.core.errors import N_
from crm.criteria.conditions import is_found
from crm.criteria.criterion import Condition, Criterion, Field
from crm.criteria.types import Subject
from crm.reference.queries import labels_by_id
from crm.territories.queries import country_choices


def _is_linked(identity: Any, owner: Any, value: Any, name: str) -> Condition:
    """Return the condition of the records that a table links to one of the values."""
    return lambda values, _day: is_found(identity, select(owner).where(value.in_(values[name])))


def _of_structure(value: Any, name: str) -> Condition:
    return _is_linked(Structure.id, value.table.c.structure_id, value, name)


LINK_CRITERIA = (
    Criterion(
        code="theme",
        label=N_("Thème"),
        subject=Subject.STRUCTURE,
        group=ACTIVITY,
        yes=N_("travaillent sur le thème %(themes)s"),
        no=N_("ne travaillent pas sur le thème %(themes)s"),
        fields=(
            Field(
                name="themes",
                label=N_("Thèmes"),
                is_id=True,
                options=lambda session: labels_by_id(session, "theme"),
            ),
        ),
        condition=_of_structure(structure_theme.c.theme_id, "themes"),
    ),
    Criterion(
        code="expertise",
        label=N_("Expertise"),
        subject=Subject.STRUCTURE,
        group=ACTIVITY,
        yes=N_("ont l’expertise %(expertises)s"),
        no=N_("n’ont pas l’expertise %(expertises)s"),
        fields=(
            Field(
                name="expertises",
                label=N_("Expertises"),
                is_id=True,
                options=lambda session: labels_by_id(session, "expertise"),
            ),
        ),
        condition=_of_structure(structure_expertise.c.expertise_id, "expertises"),
    ),
    Criterion(
        code="pays",
        label=N_("Pays"),
        subject=Subject.STRUCTURE,
        group=ACTIVITY,
        yes=N_("travaillent avec le pays %(countries)s"),
        no=N_("ne travaillent pas avec le pays %(countries)s"),
        fields=(Field(name="countries", label=N_("Pays"), options=country_choices),),
        condition=_of_structure(structure_country.c.country_code, "countries"),
    ),
    Criterion(
        code="etiquette",
        label=N_("Étiquette"),
        subject=Subject.STRUCTURE,
        group=RECORD,
        yes=N_("ont l’étiquette %(tags)s"),
        no=N_("n’ont pas l’étiquette %(tags)s"),
        fields=(Field(name="tags", label=N_("Étiquettes"), is_id=True, options=tags),),
        condition=_of_structure(structure_tag.c.tag_id, "tags"),
    ),
    Criterion(
        code="etiquette",
        label=N_("Étiquette"),
        subject=Subject.CONTACT,
        group=RECORD,
        yes=N_("ont l’étiquette %(tags)s"),
        no=N_("n’ont pas l’étiquette %(tags)s"),
        fields=(Field(name="tags", label=N_("Étiquettes"), is_id=True, options=tags),),
        condition=_is_linked(Contact.id, contact_tag.c.contact_id, contact_tag.c.tag_id, "tags"),
    ),
)
