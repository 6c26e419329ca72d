"""The tables of structures, people and groups."""

from crm.contacts.models.groups import Group, GroupRepresentative, Membership
from crm.contacts.models.people import Affiliation, Contact, contact_tag
from crm.contacts.models.structures import (
    Structure,
    Tag,
    structure_country,
    structure_tag,
    structure_theme,
)

__all__ = [
    "Affiliation",
    "Contact",
    "Group",
    "GroupRepresentative",
    "Membership",
    "Structure",
    "Tag",
    "contact_tag",
    "structure_country",
    "structure_tag",
    "structure_theme",
]
