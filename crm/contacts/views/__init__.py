"""The pages of structures, people and groups."""

from crm.contacts.views.affiliations import blueprint as affiliations
from crm.contacts.views.attached import blueprint as attached
from crm.contacts.views.bulk import blueprint as bulk
from crm.contacts.views.contacts import blueprint as contacts
from crm.contacts.views.groups import blueprint as groups
from crm.contacts.views.mandates import blueprint as mandates
from crm.contacts.views.memberships import blueprint as memberships
from crm.contacts.views.structures import blueprint as structures

BLUEPRINTS = (bulk, structures, contacts, affiliations, attached, mandates, groups, memberships)
