"""What `wiring` says of campaigns: a part of the table of contents."""

from crm.campaigns import kinds
from crm.campaigns.criteria import CAMPAIGN_CRITERIA
from crm.campaigns.jobs import CATCH_UP
from crm.campaigns.listings import CAMPAIGNS, campaign_list
from crm.campaigns.operations.news import (
    move_with_application,
    move_with_delivery,
    move_with_registration,
    move_with_session,
)
from crm.campaigns.queries.campaigns import OF_STRUCTURE
from crm.campaigns.searching import DIRECTORY, NEW_CAMPAIGN
from crm.campaigns.timeline import MOVES, move_entries, structure_panel
from crm.campaigns.views import BLUEPRINTS
from crm.campaigns.wording import WORDINGS
from crm.core.errors import N_
from crm.core.events import subscribe
from crm.criteria.registry import add_criteria
from crm.events.events import Attended, Registered
from crm.followups.events import SessionSaved
from crm.funding.events import ApplicationSaved
from crm.history.kinds import own, release
from crm.jobs.registry import add_job
from crm.mail.events import DeliveryReported
from crm.saved_views.known_lists import KnownList
from crm.search.kinds import SearchKind
from crm.web.access import Permission
from crm.web.navigation import MenuEntry
from crm.web.panels import add_panel
from crm.web.record_actions import RecordAction, add_record_action, page_of
from crm.web.timeline import add_source

MENU = (MenuEntry(N_("Campagnes"), "campaigns.index", "target", Permission.READ_NETWORK),)
QUICK_ACTIONS: tuple[MenuEntry, ...] = ()
KINDS = (kinds,)
SEARCHED: tuple[SearchKind, ...] = ()
ACTIONS = (NEW_CAMPAIGN, DIRECTORY)
VIEWED_LISTS = (KnownList(CAMPAIGNS, N_("Campagnes"), campaign_list),)
EXPORTS = {"campaign": "campaigns.export"}
__all__ = [
    "ACTIONS", "BLUEPRINTS", "EXPORTS", "KINDS", "MENU", "QUICK_ACTIONS", "SEARCHED",
    "VIEWED_LISTS", "WORDINGS",
]  # fmt: skip


def connect() -> None:
    """Let campaigns hear what happens, and the pages of records show them."""
    add_criteria(CAMPAIGN_CRITERIA)
    add_job(CATCH_UP)
    subscribe(DeliveryReported, move_with_delivery)
    subscribe(Registered, move_with_registration)
    subscribe(Attended, move_with_registration)
    subscribe(SessionSaved, move_with_session)
    subscribe(ApplicationSaved, move_with_application)
    for entity, column in kinds.RELEASED:
        release(entity, column)
    for entity, table in kinds.OWNED:
        own(entity, table)
    add_panel("structure", structure_panel, {"structure": OF_STRUCTURE}.get)
    add_source("campagnes", N_("Campagnes"), move_entries, {"structure": MOVES}.get)
    for entity, argument in (("funding_call", "appel"), ("funding_scheme", "dispositif")):
        url_of = page_of("campaigns.new", argument)
        add_record_action(entity, RecordAction(N_("Nouvelle campagne"), "target", url_of))
