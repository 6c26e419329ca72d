"""What `wiring` says of consents: a part of the table of contents."""

from collections.abc import Mapping

from crm.consents import kinds
from crm.consents.bulk import CONTACT_ACTIONS
from crm.consents.criteria import CONSENT_CRITERIA
from crm.consents.interactions import add_interactions
from crm.consents.listings.filters import CONTACT_FILTERS, READINGS
from crm.consents.presentation import received_panel
from crm.consents.reports import hear, object_to_withdrawn
from crm.consents.views import BLUEPRINTS
from crm.consents.wording import WORDINGS
from crm.core.errors import N_
from crm.core.events import subscribe
from crm.criteria.list_filters import read_filters_by
from crm.criteria.registry import add_criteria
from crm.events.interactions import CAME, REGISTERED_BY_THEMSELVES
from crm.followups.interactions import SESSIONS_MET
from crm.history.bulk import add_bulk_action
from crm.history.kinds import own
from crm.mail.events import DeliveryReported
from crm.mail.writers import object_by
from crm.mailings.interactions import REACTIONS
from crm.saved_views.known_lists import KnownList
from crm.search.actions import Action
from crm.search.kinds import SearchKind
from crm.web.access import Permission
from crm.web.list_additions import add_filter
from crm.web.navigation import MenuEntry
from crm.web.panels import add_panel

MENU = (MenuEntry(N_("Oppositions"), "objections.index", "circle-x", Permission.MANAGE_CONSENTS),)
QUICK_ACTIONS: tuple[MenuEntry, ...] = ()
KINDS = (kinds,)
SEARCHED: tuple[SearchKind, ...] = ()
ACTIONS: tuple[Action, ...] = ()
VIEWED_LISTS: tuple[KnownList, ...] = ()
EXPORTS: Mapping[str, str] = {}
__all__ = ["BLUEPRINTS", "WORDINGS"]


def connect() -> None:
    """Let the pages of records show what these packages know of them."""
    subscribe(DeliveryReported, hear)
    object_by(object_to_withdrawn)
    add_panel("contact", received_panel)
    for table in kinds.OWNED_BY_CONTACT:
        own("contact", table)
    for each in CONTACT_FILTERS:
        add_filter("contacts", each)
    for action in CONTACT_ACTIONS:
        add_bulk_action("contacts", action)
    add_interactions("sessions", SESSIONS_MET)
    add_interactions("mailings", REACTIONS)
    add_interactions("registrations", REGISTERED_BY_THEMSELVES)
    add_interactions("attendances", CAME)
    add_criteria(CONSENT_CRITERIA)
    read_filters_by("contacts", READINGS)
