"""What `wiring` says of funding: a part of the table of contents."""

from crm.attachments.kinds import take_files
from crm.core.errors import N_
from crm.core.events import subscribe
from crm.followups.funding_panels import FUNDING_PANELS
from crm.followups.operations.call_plans import move_with_closing
from crm.funding import kinds
from crm.funding.application_indexing import refresh_applications
from crm.funding.application_searching import FUNDING_APPLICATIONS, NEW_APPLICATION
from crm.funding.call_indexing import refresh_schemes
from crm.funding.call_searching import CALL_CALENDAR, CALLS, NEW_CALL, SCHEMES, SCHEMES_LIST
from crm.funding.events import CallMoved
from crm.funding.listings.applications import application_list
from crm.funding.listings.calls import call_list
from crm.funding.listings.schemes import scheme_list
from crm.funding.panels import project_applications, structure_applications
from crm.funding.queries.applications import TOLD_OF
from crm.funding.timeline import application_entries
from crm.funding.views import BLUEPRINTS
from crm.funding.wording import WORDINGS
from crm.saved_views.known_lists import KnownList
from crm.search.events import WordsChanged
from crm.web.access import Permission
from crm.web.navigation import MenuEntry
from crm.web.panels import add_panel
from crm.web.record_actions import RecordAction, add_record_action, page_of
from crm.web.timeline import add_source

MENU = (
    MenuEntry(N_("Financements"), "applications.board", "coin-euro", Permission.READ_NETWORK),
    MenuEntry(N_("Appels à projets"), "calls.index", "speakerphone", Permission.READ_NETWORK),
)
QUICK_ACTIONS = (
    MenuEntry(
        N_("Nouveau dossier"), "applications.new", "coin-euro", Permission.EDIT_NETWORK, "n d"
    ),
    MenuEntry(
        N_("Nouvel appel à projets"), "calls.new", "speakerphone", Permission.EDIT_NETWORK, "n a"
    ),
)
KINDS = (kinds,)
SEARCHED = (FUNDING_APPLICATIONS, SCHEMES, CALLS)
ACTIONS = (NEW_APPLICATION, NEW_CALL, CALL_CALENDAR, SCHEMES_LIST)
VIEWED_LISTS = (
    KnownList("applications", N_("Financements"), application_list),
    KnownList("funding_schemes", N_("Dispositifs"), scheme_list),
    KnownList("funding_calls", N_("Appels à projets"), call_list),
)
EXPORTS = {
    "funding_application": "applications.export",
    "funding_scheme": "schemes.export",
    "funding_call": "calls.export",
}
_BEGUN_FROM = {
    "structure": "structure",
    "project": "projet",
    "funding_scheme": "dispositif",
    "funding_call": "appel",
}
__all__ = [
    "ACTIONS", "BLUEPRINTS", "EXPORTS", "KINDS", "MENU", "QUICK_ACTIONS", "SEARCHED",
    "VIEWED_LISTS", "WORDINGS",
]  # fmt: skip


def connect() -> None:
    """Let the pages of records show what these packages know of them."""
    take_files("funding_application", "funding_call")
    subscribe(WordsChanged, refresh_schemes)
    subscribe(WordsChanged, refresh_applications)
    subscribe(CallMoved, move_with_closing)
    for entity, panel in FUNDING_PANELS:
        add_panel(entity, panel)
    add_panel("structure", structure_applications)
    add_panel("project", project_applications)
    add_source("dossiers", N_("Dossiers"), application_entries, TOLD_OF.get)
    for entity, argument in _BEGUN_FROM.items():
        url_of = page_of("applications.new", argument)
        add_record_action(entity, RecordAction(N_("Nouveau dossier"), "coin-euro", url_of))
