"""One change to the selected structures or people, or to all that a list's filters keep."""

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crm.contacts.bulk_actions import CONTACT_ACTIONS, STRUCTURE_ACTIONS
from crm.contacts.listings import contact_list, structure_list
from crm.contacts.listings.contacts import CONTACTS
from crm.contacts.models import Contact, Structure
from crm.core import clock
from crm.core.errors import N_
from crm.history.bulk import Bulk, answer_bulk
from crm.search.lists import narrow_by_words
from crm.web.access import Permission, allow

blueprint = Blueprint("bulk", __name__)

_STRUCTURES = Bulk(
    N_("Modifier plusieurs structures"),
    lambda _arguments: structure_list(clock.today()),
    lambda session, listing: narrow_by_words(session, listing, "structure", Structure.id),
    STRUCTURE_ACTIONS,
)
_CONTACTS = Bulk(
    N_("Modifier plusieurs contacts"),
    lambda _arguments: contact_list(clock.today()),
    lambda session, listing: narrow_by_words(session, listing, "contact", Contact.id),
    CONTACT_ACTIONS,
    CONTACTS,
)


@blueprint.post("/structures/lot")
@allow(Permission.EDIT_NETWORK)
def structures() -> ResponseReturnValue:
    """Change the selected structures at once, or show all that can be changed."""
    return answer_bulk(_STRUCTURES)


@blueprint.post("/contacts/lot")
@allow(Permission.EDIT_NETWORK)
def contacts() -> ResponseReturnValue:
    """Change the selected people at once, or show all that can be changed."""
    return answer_bulk(_CONTACTS)
