"""What a segment may ask of structures and of people, as the directory knows them."""

from crm.contacts.criteria.bridges import BRIDGES, TABLES
from crm.contacts.criteria.identities import IDENTITY_CRITERIA
from crm.contacts.criteria.links import LINK_CRITERIA
from crm.contacts.criteria.networks import NETWORK_CRITERIA
from crm.contacts.criteria.people import PEOPLE_CRITERIA
from crm.contacts.criteria.places import PLACE_CRITERIA
from crm.contacts.criteria.records import RECORD_CRITERIA

CRITERIA = (
    *IDENTITY_CRITERIA,
    *PLACE_CRITERIA,
    *LINK_CRITERIA,
    *NETWORK_CRITERIA,
    *PEOPLE_CRITERIA,
    *RECORD_CRITERIA,
    *BRIDGES,
)
__all__ = ["CRITERIA", "TABLES"]
