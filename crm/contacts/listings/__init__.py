"""The lists of structures and of people: what they show and what narrows them."""

from crm.contacts.listings.contacts import contact_list
from crm.contacts.listings.filters import departements, numbers, place_filters, structure_filters
from crm.contacts.listings.structures import structure_list

__all__ = [
    "contact_list",
    "departements",
    "numbers",
    "place_filters",
    "structure_filters",
    "structure_list",
]
