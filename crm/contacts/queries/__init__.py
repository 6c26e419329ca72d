"""The reads of the contacts package."""

from crm.contacts.queries.people import contacts_by_values, find_contacts
from crm.contacts.queries.structures import (
    find_structures,
    structures_by_values,
    suggest_structures,
)

__all__ = [
    "contacts_by_values",
    "find_contacts",
    "find_structures",
    "structures_by_values",
    "suggest_structures",
]
