"""What `wiring` says of who comes to events and of the public agenda: a part of the table."""

from collections.abc import Mapping

from crm.core.errors import N_
from crm.events.agenda.views import blueprint as agenda
from crm.events.agenda.views import feeds
from crm.events.attendance import kinds
from crm.events.attendance.panels import attendance_panel, group_meetings
from crm.events.attendance.views import blueprint as attendance
from crm.history.kinds import own
from crm.history.wording import Wording
from crm.saved_views.known_lists import KnownList
from crm.search.actions import Action
from crm.search.kinds import SearchKind
from crm.web.navigation import MenuEntry
from crm.web.panels import add_panel
from crm.web.record_actions import RecordAction, add_record_action, page_of

BLUEPRINTS = (attendance, agenda, feeds)
MENU: tuple[MenuEntry, ...] = ()
QUICK_ACTIONS: tuple[MenuEntry, ...] = ()
KINDS = (kinds,)
SEARCHED: tuple[SearchKind, ...] = ()
ACTIONS: tuple[Action, ...] = ()
VIEWED_LISTS: tuple[KnownList, ...] = ()
EXPORTS: Mapping[str, str] = {}
WORDINGS: Mapping[str, Wording] = {}
_FOLLOWING = (
    (N_("Liste de présence"), "list-check", "attendance.index"),
    (N_("Importer des présences"), "upload", "attendance.send"),
    (N_("Relances aux structures présentes"), "bell", "attendance.follow_up"),
    (N_("Séances pour les structures présentes"), "messages", "attendance.sessions"),
)


def connect() -> None:
    """Let the pages of events and groups show who came."""
    for entity, table in kinds.OWNED:
        own(entity, table)
    add_panel("event", attendance_panel)
    add_panel("group", group_meetings)
    for label, icon, endpoint in _FOLLOWING:
        add_record_action("event", RecordAction(label, icon, page_of(endpoint, "event_id")))
