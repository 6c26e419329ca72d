"""The table of contents: every blueprint, subscription, panel and menu entry."""

from collections import ChainMap
from collections.abc import Hashable
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_login import current_user

from crm import wiring_coverage, wiring_funding, wiring_indicators, wiring_outreach, wiring_paths
from crm.accounts import views as accounts
from crm.accounts.gate import form_token
from crm.accounts.wording import USER_WORDING
from crm.attachments import kinds as file_kinds
from crm.attachments.views import blueprint as attachments
from crm.contacts import group_kinds
from crm.contacts import kinds as contact_kinds
from crm.contacts import searching as actors
from crm.contacts import views as contacts
from crm.contacts.events import SuccessorsWanted
from crm.contacts.group_wording import GROUP_WORDING, REPRESENTATIVE_WORDING
from crm.contacts.indexing import refresh_people
from crm.contacts.listings import contact_list, structure_list
from crm.contacts.panels import represented_groups
from crm.contacts.wording import WORDINGS as CONTACT_WORDINGS
from crm.core import clock
from crm.core.errors import N_
from crm.core.events import subscribe
from crm.core.text import words
from crm.duplicates import kinds as duplicate_kinds
from crm.duplicates import views as duplicates
from crm.duplicates.wording import PAIR_WORDING
from crm.followups import kinds as followup_kinds
from crm.followups import views as followups
from crm.followups.columns import LAST_SESSION
from crm.followups.listings import session_list
from crm.followups.operations.follow_ups import schedule_meetings
from crm.followups.queries.follow_ups import OPEN
from crm.followups.searching import FOLLOW_UPS, LOG_SESSION, SESSIONS
from crm.followups.summary import facts_of_contact, facts_of_structure
from crm.followups.timeline import DONE, FOLLOW_UP_PANELS, follow_up_entries, session_entries
from crm.followups.wording import FOLLOW_UP_WORDING, PRIVATE_NOTE_WORDING, SESSION_WORDING
from crm.frame import addresses, menu_entries, menu_sections, network
from crm.history.exports import keep_export
from crm.history.kinds import add_pointer, find_kind, know_kind, on_purge
from crm.history.recording import COMMAND, Actor, identify_actor, start_recording
from crm.history.timeline import change_entries
from crm.history.views import blueprint as history
from crm.history.wording import word
from crm.home.views import blueprint as home
from crm.imports.presentation import import_url_of
from crm.imports.views import blueprint as imports
from crm.jobs.silence import silence_for_administrators
from crm.jobs.views import blueprint as jobs
from crm.mail.views import blueprint as outbox
from crm.mail.webhooks import blueprint as mail_reports
from crm.notes.kinds import NOTE_KIND, NOTE_WORDING, forget_notes
from crm.notes.queries import ABOUT
from crm.notes.timeline import note_entries
from crm.notes.views import blueprint as notes
from crm.projects import kinds as project_kinds
from crm.projects.indexing import refresh_projects
from crm.projects.listings import project_list
from crm.projects.panels import structure_projects
from crm.projects.searching import NEW_PROJECT, PROJECTS
from crm.projects.views import blueprint as projects
from crm.projects.wording import HEADCOUNT_WORDING, PARTNER_WORDING, PROJECT_WORDING
from crm.reference.views import ITEM_WORDING
from crm.reference.views import blueprint as reference
from crm.reminders.views import blueprint as reminders
from crm.reports.searching import YEAR_REPORT
from crm.reports.views import blueprint as reports
from crm.saved_views.kinds import VIEW_KIND, VIEW_WORDING
from crm.saved_views.known_lists import KnownList, know_list
from crm.saved_views.presentation import views_menu
from crm.saved_views.views import blueprint as saved_views
from crm.search.actions import Action, add_action
from crm.search.events import WordsChanged
from crm.search.kinds import add_kind
from crm.search.views import blueprint as search
from crm.territories.views import blueprint as territories
from crm.web.exports import on_export
from crm.web.formats import current_locale
from crm.web.health import blueprint as health
from crm.web.list_additions import add_column
from crm.web.list_views import offer_views
from crm.web.manifest import blueprint as manifest
from crm.web.navigation import MenuEntry
from crm.web.panels import add_panel
from crm.web.record_actions import add_record_action, export_actions, record_actions
from crm.web.shell import Shell
from crm.web.summaries import add_facts
from crm.web.timeline import CHANGES, add_source
from crm.wiring_duplicates import connect_duplicates
from crm.wiring_menu import MENU, QUICK_ACTIONS
from crm.wiring_work import connect_work

PARTS = (wiring_paths, wiring_funding, wiring_coverage, wiring_outreach, wiring_indicators)
SEARCHED = (
    actors.STRUCTURES, actors.CONTACTS, PROJECTS, actors.GROUPS, SESSIONS,
    *(kind for part in PARTS for kind in part.SEARCHED), actors.COMMUNES, actors.EPCIS,
)  # fmt: skip
ACTIONS = (
    LOG_SESSION, actors.NEW_STRUCTURE, actors.NEW_CONTACT, NEW_PROJECT, actors.NEW_GROUP,
    YEAR_REPORT, FOLLOW_UPS,
    *(action for part in PARTS for action in part.ACTIONS),
)  # fmt: skip
VIEWED_LISTS = (
    KnownList("structures", N_("Structures"), lambda _: structure_list(clock.today())),
    KnownList("contacts", N_("Contacts"), lambda _: contact_list(clock.today())),
    KnownList("projects", N_("Projets"), project_list),
    KnownList("sessions", N_("Séances"), session_list),
    *(known for part in PARTS for known in part.VIEWED_LISTS),
)
KINDS = (
    contact_kinds, group_kinds, project_kinds, followup_kinds,
    *(kinds for part in PARTS for kinds in part.KINDS), duplicate_kinds, file_kinds,
)  # fmt: skip
PURGERS = (forget_notes, file_kinds.forget_attachments, *followup_kinds.PURGERS)
EXPORTS = {
    "structure": "structures.export",
    "contact": "contacts.export",
    "group": "groups.export",
    "project": "projects.export",
    "session": "sessions.export",
    **ChainMap(*(part.EXPORTS for part in PARTS)),
}
WORDINGS = {
    **CONTACT_WORDINGS,
    **ChainMap(*(part.WORDINGS for part in PARTS)),
    "attachment": file_kinds.ATTACHMENT_WORDING,
    "duplicate_pair": PAIR_WORDING,
    "follow_up": FOLLOW_UP_WORDING,
    "note": NOTE_WORDING,
    "group": GROUP_WORDING,
    "group_representative": REPRESENTATIVE_WORDING,
    "project": PROJECT_WORDING,
    "project_headcount": HEADCOUNT_WORDING,
    "project_partner": PARTNER_WORDING,
    "reference_item": ITEM_WORDING,
    "saved_view": VIEW_WORDING,
    "session": SESSION_WORDING,
    "session_private_note": PRIVATE_NOTE_WORDING,
    "user": USER_WORDING,
}


def register_packages(app: Flask) -> None:
    """Bring every package into the application."""
    start_recording()
    identify_actor(_acting_user)
    app.context_processor(_page_context)
    app.extensions["login_page"] = accounts.login_page
    for blueprint in (
        home, *accounts.BLUEPRINTS, outbox, mail_reports, jobs, search, *followups.BLUEPRINTS,
        *(blueprint for part in PARTS for blueprint in part.BLUEPRINTS), duplicates.blueprint,
        *contacts.BLUEPRINTS, attachments, notes, history, imports, projects, reminders, reports,
        reference, saved_views, territories, manifest, health,
    ):  # fmt: skip
        app.register_blueprint(blueprint)
    for entity, wording in WORDINGS.items():
        word(entity, wording)
    _connect_records(app)


def _connect_records(app: Flask) -> None:
    """Let history put back, and pages show, what belongs to the packages above them."""
    for kind in (*(each for kinds in KINDS for each in kinds.KINDS), NOTE_KIND, VIEW_KIND):
        know_kind(kind)
    for entity, pointer in (each for kinds in KINDS for each in kinds.POINTERS):
        add_pointer(entity, pointer)
    for purger in PURGERS:
        on_purge(purger)
    file_kinds.take_files("session", "project")
    for known in VIEWED_LISTS:
        know_list(known)
    subscribe(SuccessorsWanted, schedule_meetings)
    on_export(keep_export)
    connect_work()
    _connect_pages()
    connect_duplicates()
    register_search()
    app.add_template_global(silence_for_administrators, "worker_silence")
    app.add_template_global(_record_url, "record_url")
    app.add_template_global(record_actions)
    app.add_template_global(import_url_of, "import_url_of")


def _connect_pages() -> None:
    """Let the pages of records show what the packages above them know."""
    offer_views(views_menu)
    for part in PARTS:
        part.connect()
    for entity, panel in FOLLOW_UP_PANELS.items():
        add_panel(entity, panel, OPEN.get)
    add_panel("structure", structure_projects)
    add_panel("contact", represented_groups)
    add_column("structures", LAST_SESSION)
    add_facts("structure", facts_of_structure)
    add_facts("contact", facts_of_contact)
    add_source("seances", N_("Séances"), session_entries)
    add_source("relances", N_("Relances faites"), follow_up_entries, DONE.get)
    add_source("notes", N_("Notes"), note_entries, lambda _entity: ABOUT)
    add_source(CHANGES, N_("Modifications"), change_entries)
    for entity, endpoint in EXPORTS.items():
        for action in export_actions(endpoint):
            add_record_action(entity, action)


def _record_url(entity: str, record_id: int) -> str | None:
    kind = find_kind(entity)
    return kind.url_of(record_id) if kind else None


def register_search() -> None:
    """Tell the search what it finds and what it can do; commands that index need nothing else."""
    for kind in SEARCHED:
        add_kind(kind)
    for action in ACTIONS:
        add_action(action)
    for section in MENU:
        for entry in section.entries:
            add_action(_way_to(entry))
    subscribe(WordsChanged, refresh_people)
    subscribe(WordsChanged, refresh_projects)


def _way_to(entry: MenuEntry) -> Action:
    nouns = frozenset(words(entry.label))
    return Action(entry.label, entry.icon, entry.permission, nouns, lambda: url_for(entry.endpoint))


def _acting_user() -> Actor:
    if current_user and current_user.is_authenticated:
        return Actor(user_id=current_user.id, name=current_user.name, source="web")
    return COMMAND


def _page_context() -> dict[str, Any]:
    person = current_user._get_current_object()  # noqa: SLF001 - each look through it is a search
    context = {
        "locale": current_locale(),
        "theme": person.theme if person else "auto",
        "network": network(),
        "urls": addresses(),
        "csrf_token": form_token,
    }
    return context | {"shell": Shell(_place(person), lambda: context | _frame())}


def _place(person: Any) -> Hashable:
    if not person or not person.is_authenticated:
        return (current_locale(),)
    return (
        current_app.config["SETTINGS"].network_name,
        person.name,
        person.role,
        person.locale,
        person.theme,
        request.endpoint if request.blueprint == "history" else request.blueprint,
    )


def _frame() -> dict[str, Any]:
    return {
        "current_user": current_user,
        "navigation": menu_sections(MENU),
        "quick_actions": menu_entries(QUICK_ACTIONS),
    }
