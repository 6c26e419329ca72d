"""What `wiring` says of indicators: a part of the table of contents."""

from collections.abc import Mapping
from types import ModuleType

from flask import Blueprint

from crm.accompaniment.indicators import INDICATORS as PATHS
from crm.agreements import kinds as agreement_kinds
from crm.agreements.views import blueprint as agreements
from crm.agreements.wording import WORDINGS as AGREEMENT_WORDINGS
from crm.campaigns.indicators import INDICATORS as CAMPAIGNS
from crm.consents.indicators import INDICATORS as CONSENTS
from crm.contacts.indicators import INDICATORS as DIRECTORY
from crm.core.errors import N_
from crm.coverage.indicators import FUNDING_INDICATORS
from crm.events.indicators import INDICATORS as EVENTS
from crm.followups.indicators import INDICATORS as SESSIONS
from crm.history.wording import Wording
from crm.indicators.registry import add_indicators
from crm.introductions.indicators import INDICATORS as INTRODUCTIONS
from crm.mailings.indicators import INDICATORS as MAILINGS
from crm.measures import kinds as measure_kinds
from crm.measures import views as measures
from crm.measures.wording import WORDINGS as MEASURE_WORDINGS
from crm.projects.indicators import INDICATORS as PROJECTS
from crm.saved_views.known_lists import KnownList
from crm.search.actions import Action
from crm.search.kinds import SearchKind
from crm.web.access import Permission
from crm.web.navigation import MenuEntry
from crm.yearly import kinds as report_kinds
from crm.yearly.views import blueprint as reports
from crm.yearly.wording import WORDINGS as REPORT_WORDINGS

BLUEPRINTS: tuple[Blueprint, ...] = (agreements, *measures.BLUEPRINTS, reports)
MENU = (
    MenuEntry(N_("Rapports"), "yearly.index", "file-text", Permission.READ_REPORTS),
    MenuEntry(N_("Conventions"), "agreements.index", "report", Permission.READ_REPORTS),
    MenuEntry(N_("Indicateurs"), "series.index", "report-analytics", Permission.READ_REPORTS),
)
KINDS: tuple[ModuleType, ...] = (agreement_kinds, measure_kinds, report_kinds)
SEARCHED: tuple[SearchKind, ...] = ()
ACTIONS: tuple[Action, ...] = ()
VIEWED_LISTS: tuple[KnownList, ...] = ()
EXPORTS: Mapping[str, str] = {}
WORDINGS: Mapping[str, Wording] = {
    **AGREEMENT_WORDINGS,
    **MEASURE_WORDINGS,
    **REPORT_WORDINGS,
}


def connect() -> None:
    """Let reports count what the packages know; the order is that of the menus."""
    for each in (
        SESSIONS.values(), PATHS, INTRODUCTIONS, DIRECTORY, PROJECTS, EVENTS, CAMPAIGNS,
        FUNDING_INDICATORS, CONSENTS, MAILINGS,
    ):  # fmt: skip
        add_indicators(each)
