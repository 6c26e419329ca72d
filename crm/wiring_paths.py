"""What `wiring` says of accompaniments and introductions: a part of the table of contents."""

from crm.accompaniment import kinds as path_kinds
from crm.accompaniment.listings import accompaniment_list
from crm.accompaniment.presentation import structure_panel
from crm.accompaniment.queries import LATEST_TOLD
from crm.accompaniment.searching import ACCOMPANIMENTS
from crm.accompaniment.timeline import step_entries
from crm.accompaniment.views import blueprint as accompaniments
from crm.accompaniment.wording import ACCOMPANIMENT_WORDING, STAGE_WORDING
from crm.core.errors import N_
from crm.core.events import subscribe
from crm.followups import kinds as follow_up_kinds
from crm.history.kinds import release
from crm.introductions import kinds as introduction_kinds
from crm.introductions.indexing import refresh_introductions
from crm.introductions.listings import introduction_list
from crm.introductions.queries import INTRODUCTIONS_OF
from crm.introductions.searching import INTRODUCE, INTRODUCTIONS
from crm.introductions.timeline import introduction_entries
from crm.introductions.views import blueprint as introductions
from crm.introductions.views.progress import outcome_url
from crm.introductions.wording import INTRODUCTION_WORDING, PERSON_WORDING, SIDE_WORDING
from crm.saved_views.known_lists import KnownList
from crm.search.events import WordsChanged
from crm.web.access import Permission
from crm.web.navigation import MenuEntry
from crm.web.panels import add_panel
from crm.web.record_actions import RecordAction, add_record_action, page_of
from crm.web.timeline import add_source

BLUEPRINTS = (accompaniments, introductions)
MENU = (
    MenuEntry(
        N_("Accompagnements"), "accompaniments.board", "target-arrow", Permission.READ_NETWORK
    ),
    MenuEntry(N_("Mises en relation"), "introductions.index", "affiliate", Permission.READ_NETWORK),
)
KINDS = (path_kinds, introduction_kinds)
SEARCHED = (INTRODUCTIONS,)
ACTIONS = (ACCOMPANIMENTS, INTRODUCE)
VIEWED_LISTS = (
    KnownList("accompaniments", N_("Accompagnements"), accompaniment_list),
    KnownList("introductions", N_("Mises en relation"), introduction_list),
)
EXPORTS = {
    "accompaniment": "accompaniments.export",
    "introduction": "introductions.export",
}
WORDINGS = {
    "accompaniment": ACCOMPANIMENT_WORDING,
    "accompaniment_stage": STAGE_WORDING,
    "introduction": INTRODUCTION_WORDING,
    "introduction_person": PERSON_WORDING,
    "introduction_side": SIDE_WORDING,
}
_OPEN_PATH = RecordAction(
    N_("Ouvrir un accompagnement"), "target-arrow", page_of("accompaniments.new", "seance")
)

_INTRODUCE = RecordAction(
    N_("Mettre en relation"), "affiliate", page_of("introductions.new", "structure")
)
_SAY_OUTCOME = RecordAction(N_("Dire ce que cela a donné"), "message-2", outcome_url)


def connect() -> None:
    """Let records show the paths of structures, and offer to open one."""
    for kinds in (*KINDS, follow_up_kinds):
        for entity, column in kinds.RELEASED:
            release(entity, column)
    add_panel("structure", structure_panel)
    add_source("parcours", N_("Parcours"), step_entries, {"structure": LATEST_TOLD}.get)
    add_source(
        "mises-en-relation", N_("Mises en relation"), introduction_entries, INTRODUCTIONS_OF.get
    )
    add_record_action("session", _OPEN_PATH)
    add_record_action("structure", _INTRODUCE)
    add_record_action("follow_up", _SAY_OUTCOME)
    subscribe(WordsChanged, refresh_introductions)
