"""The writes of the contacts package."""

from crm.contacts.operations.people import (
    create_affiliation,
    create_contact,
    resolve_contact,
    update_affiliation,
    update_contact,
)
from crm.contacts.operations.structures import (
    create_structure,
    resolve_structure,
    update_structure,
)

__all__ = [
    "create_affiliation",
    "create_contact",
    "create_structure",
    "resolve_contact",
    "resolve_structure",
    "update_affiliation",
    "update_contact",
    "update_structure",
]
