"""What `wiring` says of funding: a part of the table of contents."""

from crm.attachments.kinds import take_files
from crm.core.errors import N_
from crm.core.events import subscribe
from crm.funding import kinds
from crm.funding.call_indexing import refresh_schemes
from crm.funding.call_searching import CALL_CALENDAR, CALLS, NEW_CALL, SCHEMES, SCHEMES_LIST
from crm.funding.listings.calls import call_list
from crm.funding.listings.schemes import scheme_list
from crm.funding.views import BLUEPRINTS
from crm.funding.wording import WORDINGS
from crm.saved_views.known_lists import KnownList
from crm.search.events import WordsChanged
from crm.web.access import Permission
from crm.web.navigation import MenuEntry

MENU = (
    MenuEntry(N_("Appels à projets"), "calls.index", "speakerphone", Permission.READ_NETWORK),
)
QUICK_ACTIONS = (
    MenuEntry(
        N_("Nouvel appel à projets"), "calls.new", "speakerphone", Permission.EDIT_NETWORK, "n a"
    ),
)
KINDS = (kinds,)
SEARCHED = (SCHEMES, CALLS)
ACTIONS = (NEW_CALL, CALL_CALENDAR, SCHEMES_LIST)
VIEWED_LISTS = (
    KnownList("funding_schemes", N_("Dispositifs"), scheme_list),
    KnownList("funding_calls", N_("Appels à projets"), call_list),
)
EXPORTS = {
    "funding_scheme": "schemes.export",
    "funding_call": "calls.export",
}
__all__ = [
    "ACTIONS", "BLUEPRINTS", "EXPORTS", "KINDS", "MENU", "QUICK_ACTIONS", "SEARCHED",
    "VIEWED_LISTS", "WORDINGS",
]  # fmt: skip


def connect() -> None:
    """Let the pages of records show what these packages know of them."""
    take_files("funding_call")
    subscribe(WordsChanged, refresh_schemes)
