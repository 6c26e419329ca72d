"""What `wiring` says of accompaniments: a part of the table of contents."""

from crm.accompaniment import kinds as path_kinds
from crm.accompaniment.listings import accompaniment_list
from crm.accompaniment.presentation import structure_panel
from crm.accompaniment.searching import ACCOMPANIMENTS
from crm.accompaniment.timeline import step_entries
from crm.accompaniment.views import blueprint as accompaniments
from crm.accompaniment.wording import ACCOMPANIMENT_WORDING, STAGE_WORDING
from crm.core.errors import N_
from crm.history.kinds import release
from crm.saved_views.known_lists import KnownList
from crm.web.access import Permission
from crm.web.navigation import MenuEntry
from crm.web.panels import add_panel
from crm.web.record_actions import RecordAction, add_record_action, page_of
from crm.web.timeline import add_source

BLUEPRINTS = (accompaniments,)
MENU = (
    MenuEntry(
        N_("Accompagnements"), "accompaniments.board", "target-arrow", Permission.READ_NETWORK
    ),
)
KINDS = (path_kinds,)
ACTIONS = (ACCOMPANIMENTS,)
VIEWED_LISTS = (KnownList("accompaniments", N_("Accompagnements"), accompaniment_list),)
EXPORTS = {"accompaniment": "accompaniments.export"}
WORDINGS = {
    "accompaniment": ACCOMPANIMENT_WORDING,
    "accompaniment_stage": STAGE_WORDING,
}
_OPEN_PATH = RecordAction(
    N_("Ouvrir un accompagnement"), "target-arrow", page_of("accompaniments.new", "seance")
)


def connect_paths() -> None:
    """Let records show the paths of structures, and offer to open one."""
    for kinds in KINDS:
        for entity, column in kinds.RELEASED:
            release(entity, column)
    add_panel("structure", structure_panel)
    add_source("parcours", N_("Parcours"), step_entries)
    add_record_action("session", _OPEN_PATH)
