"""What `wiring` says of segments and what they may ask: a part of the table of contents."""

from collections.abc import Mapping
from types import ModuleType

from flask import Blueprint

from crm.accompaniment.criteria import ACCOMPANIMENT_CRITERIA
from crm.contacts import criteria as contact_criteria
from crm.contacts.criteria.lists import CONTACT_READINGS, STRUCTURE_READINGS
from crm.core.errors import N_
from crm.coverage.criteria import COVERAGE_CRITERIA
from crm.criteria.criterion import Bridge, Criterion
from crm.criteria.list_filters import read_filters_by
from crm.criteria.registry import add_criteria, know_table
from crm.followups.criteria import FOLLOWUP_CRITERIA
from crm.funding.criteria import FUNDING_CRITERIA
from crm.history.kinds import on_purge
from crm.history.wording import Wording
from crm.projects.criteria import PROJECT_CRITERIA
from crm.saved_views.known_lists import KnownList
from crm.search.actions import Action
from crm.search.kinds import SearchKind
from crm.segments import kinds as segment_kinds
from crm.segments.from_lists import LINKS
from crm.segments.listings.segments import segment_list
from crm.segments.operations import forget_members
from crm.segments.searching import NEW_SEGMENT, SEGMENTS
from crm.segments.views import blueprint as segments
from crm.segments.wording import SEGMENT_WORDING
from crm.territories import kinds as territory_kinds
from crm.territories.kinds import TERRITORY_WORDING
from crm.territories.territory_listing import territory_list
from crm.territories.territory_views import blueprint as territory_lists
from crm.web.access import Permission
from crm.web.list_additions import add_link
from crm.web.navigation import MenuEntry

BLUEPRINTS: tuple[Blueprint, ...] = (segments, territory_lists)
MENU: tuple[MenuEntry, ...] = (
    MenuEntry(N_("Segments"), "segments.index", "users-group", Permission.READ_NETWORK),
)
QUICK_ACTIONS: tuple[MenuEntry, ...] = (
    MenuEntry(N_("Nouveau segment"), "segments.new", "users-group", Permission.EDIT_NETWORK, "n m"),
)
KINDS: tuple[ModuleType, ...] = (segment_kinds, territory_kinds)
SEARCHED: tuple[SearchKind, ...] = (SEGMENTS,)
ACTIONS: tuple[Action, ...] = (NEW_SEGMENT,)
VIEWED_LISTS: tuple[KnownList, ...] = (
    KnownList("segments", N_("Segments"), segment_list),
    KnownList("territories", N_("Territoires"), territory_list),
)
EXPORTS: Mapping[str, str] = {}
WORDINGS: Mapping[str, Wording] = {"segment": SEGMENT_WORDING, "territory": TERRITORY_WORDING}
CRITERIA: tuple[Criterion | Bridge, ...] = (
    *contact_criteria.CRITERIA,
    *PROJECT_CRITERIA,
    *FOLLOWUP_CRITERIA,
    *ACCOMPANIMENT_CRITERIA,
    *FUNDING_CRITERIA,
    *COVERAGE_CRITERIA,
)


def connect() -> None:
    """Let segments ask what the packages know; the order is that of the menus."""
    on_purge(forget_members)
    for table in contact_criteria.TABLES:
        know_table(table)
    add_criteria(CRITERIA)
    read_filters_by("structures", STRUCTURE_READINGS)
    read_filters_by("contacts", CONTACT_READINGS)
    for code, link in LINKS.items():
        add_link(code, link)
