"""What `wiring` says of events: a part of the table of contents."""

from collections.abc import Mapping

from crm.attachments.kinds import take_files
from crm.composing.cards import offer_cards
from crm.core.errors import N_
from crm.criteria.registry import add_criteria
from crm.events import kinds
from crm.events.criteria import EVENT_CRITERIA
from crm.events.invitations import EVER_REGISTERED, REGISTERED
from crm.events.inviting import coming_cards
from crm.events.jobs import hold_back_outdated, look_after_registrations
from crm.events.listings.events import EVENTS as EVENT_LIST
from crm.events.listings.events import event_list
from crm.events.panels import EVENT_PANELS, event_entries
from crm.events.queries.records import EVENTS_OF
from crm.events.searching import EVENTS, NEW_EVENT
from crm.events.views import BLUEPRINTS
from crm.events.wording import WORDINGS
from crm.history.kinds import on_purge, release
from crm.jobs.registry import add_chore
from crm.mail.writers import object_by
from crm.mailings.registrations import add_registrations
from crm.saved_views.known_lists import KnownList
from crm.web.access import Permission
from crm.web.navigation import MenuEntry
from crm.web.panels import add_panel
from crm.web.record_actions import RecordAction, add_record_action, page_of
from crm.web.timeline import add_source

MENU = (MenuEntry(N_("Événements"), "events.index", "calendar-event", Permission.READ_NETWORK),)
QUICK_ACTIONS = (
    MenuEntry(
        N_("Nouvel événement"), "events.new", "calendar-event", Permission.EDIT_NETWORK, "n v"
    ),
)
KINDS = (kinds,)
SEARCHED = (EVENTS,)
ACTIONS = (NEW_EVENT,)
VIEWED_LISTS = (KnownList(EVENT_LIST, N_("Événements"), event_list),)
EXPORTS: Mapping[str, str] = {"event": "events.export"}
_BEGUN_FROM = {"structure": "structure", "group": "groupe", "funding_call": "appel"}
__all__ = ["BLUEPRINTS", "WORDINGS"]


def connect() -> None:
    """Let the pages of records show what this package knows of them."""
    take_files("event")
    add_criteria(EVENT_CRITERIA)
    add_chore(look_after_registrations)
    object_by(hold_back_outdated)
    offer_cards(coming_cards)
    add_registrations("events", live=REGISTERED, ever=EVER_REGISTERED)
    on_purge(kinds.forget_people)
    for entity, column in kinds.RELEASED:
        release(entity, column)
    for entity, panel in EVENT_PANELS:
        add_panel(entity, panel, EVENTS_OF.get)
    add_source("evenements", N_("Événements"), event_entries, EVENTS_OF.get)
    for entity, argument in _BEGUN_FROM.items():
        url_of = page_of("events.new", argument)
        add_record_action(entity, RecordAction(N_("Nouvel événement"), "calendar-event", url_of))
