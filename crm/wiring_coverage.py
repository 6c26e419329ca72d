"""What `wiring` says of coverage: a part of the table of contents."""

from collections.abc import Mapping

from crm.core.errors import N_
from crm.coverage.added import FILTERS, SUPPORT
from crm.coverage.listings.coverage import coverage_list
from crm.coverage.screens_of_calls import eligible_panel
from crm.coverage.views import BLUEPRINTS as VIEWS
from crm.history.wording import Wording
from crm.saved_views.known_lists import KnownList
from crm.search.actions import Action
from crm.search.kinds import SearchKind
from crm.web.access import Permission
from crm.web.list_additions import add_column, add_filter
from crm.web.navigation import MenuEntry
from crm.web.panels import add_panel

BLUEPRINTS = VIEWS
MENU = (MenuEntry(N_("Zones blanches"), "coverage.index", "map", Permission.READ_NETWORK),)
QUICK_ACTIONS: tuple[MenuEntry, ...] = ()
KINDS = ()
SEARCHED: tuple[SearchKind, ...] = ()
ACTIONS: tuple[Action, ...] = ()
VIEWED_LISTS = (KnownList("coverage", N_("Zones blanches"), coverage_list),)
EXPORTS: Mapping[str, str] = {}
WORDINGS: Mapping[str, Wording] = {}


def connect() -> None:
    """Let the pages of records show what these packages know of them."""
    add_panel("funding_call", eligible_panel)
    add_column("applications", SUPPORT)
    for each in FILTERS:
        add_filter("applications", each)
