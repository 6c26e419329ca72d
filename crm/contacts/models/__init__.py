"""The tables of structures, people and groups."""

from crm.contacts.models.attached import (
    ContactPoint,
    NetworkMembership,
    Partnership,
    StructureAddress,
)
from crm.contacts.models.groups import Group, GroupRepresentative, Membership
from crm.contacts.models.people import Affiliation, Contact, Seat, contact_tag
from crm.contacts.models.structures import (
    Structure,
    Tag,
    structure_country,
    structure_expertise,
    structure_tag,
    structure_theme,
)

__all__ = [
    "Affiliation",
    "Contact",
    "ContactPoint",
    "Group",
    "GroupRepresentative",
    "Membership",
    "NetworkMembership",
    "Partnership",
    "Seat",
    "Structure",
    "StructureAddress",
    "Tag",
    "contact_tag",
    "structure_country",
    "structure_expertise",
    "structure_tag",
    "structure_theme",
]
