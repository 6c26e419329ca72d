"""The table of contents: every blueprint, subscription, panel and menu entry."""

from collections.abc import Hashable
from typing import Any

from flask import Flask, current_app, request, url_for
from flask_login import current_user

from crm.accounts import views as accounts
from crm.accounts.wording import USER_WORDING
from crm.contacts import views as contacts
from crm.contacts.group_wording import GROUP_WORDING, REPRESENTATIVE_WORDING
from crm.contacts.panels import represented_groups
from crm.contacts.wording import (
    AFFILIATION_WORDING,
    CONTACT_WORDING,
    MEMBERSHIP_WORDING,
    STRUCTURE_WORDING,
)
from crm.core.errors import N_
from crm.followups import views as followups
from crm.followups.timeline import follow_up_panel, session_entries
from crm.followups.wording import FOLLOW_UP_WORDING, SESSION_WORDING
from crm.history.recording import COMMAND, Actor, identify_actor, start_recording
from crm.history.wording import word
from crm.home.views import blueprint as home
from crm.mail.views import blueprint as outbox
from crm.projects.panels import structure_projects
from crm.projects.views import blueprint as projects
from crm.projects.wording import HEADCOUNT_WORDING, PARTNER_WORDING, PROJECT_WORDING
from crm.reference.views import ITEM_WORDING
from crm.reference.views import blueprint as reference
from crm.reports.views import blueprint as reports
from crm.territories.views import blueprint as territories
from crm.web.access import Permission
from crm.web.formats import current_locale
from crm.web.health import blueprint as health
from crm.web.locale import translate
from crm.web.navigation import MenuEntry
from crm.web.panels import add_panel
from crm.web.shell import Shell
from crm.web.timeline import add_source

MENU = (
    MenuEntry(N_("Aujourd’hui"), "home.index", "home", Permission.READ_NETWORK),
    MenuEntry(N_("Séances"), "sessions.index", "messages", Permission.READ_NETWORK),
    MenuEntry(N_("Structures"), "structures.index", "building", Permission.READ_NETWORK),
    MenuEntry(N_("Contacts"), "contacts.index", "users", Permission.READ_NETWORK),
    MenuEntry(N_("Projets"), "projects.index", "world", Permission.READ_NETWORK),
    MenuEntry(N_("Groupes"), "groups.index", "flag", Permission.READ_NETWORK),
    MenuEntry(N_("Bilan"), "reports.index", "chart-bar", Permission.READ_REPORTS),
    MenuEntry(N_("Listes"), "reference.index", "list-check", Permission.EDIT_REFERENCE),
    MenuEntry(N_("Utilisateurs"), "users.index", "user-check", Permission.MANAGE_USERS),
    MenuEntry(N_("Messages"), "outbox.index", "mail", Permission.READ_OUTBOX),
)
QUICK_ACTIONS = (
    MenuEntry(N_("Noter une séance"), "sessions.new", "messages", Permission.LOG_SESSIONS, "n"),
    MenuEntry(N_("Nouvelle structure"), "structures.new", "building", Permission.EDIT_NETWORK),
    MenuEntry(N_("Nouveau contact"), "contacts.new", "user-plus", Permission.EDIT_NETWORK),
    MenuEntry(N_("Nouveau projet"), "projects.new", "world", Permission.EDIT_NETWORK),
    MenuEntry(N_("Nouveau groupe"), "groups.new", "flag", Permission.EDIT_NETWORK),
)
WORDINGS = {
    "affiliation": AFFILIATION_WORDING,
    "contact": CONTACT_WORDING,
    "follow_up": FOLLOW_UP_WORDING,
    "group": GROUP_WORDING,
    "group_representative": REPRESENTATIVE_WORDING,
    "membership": MEMBERSHIP_WORDING,
    "project": PROJECT_WORDING,
    "project_headcount": HEADCOUNT_WORDING,
    "project_partner": PARTNER_WORDING,
    "reference_item": ITEM_WORDING,
    "session": SESSION_WORDING,
    "structure": STRUCTURE_WORDING,
    "user": USER_WORDING,
}
ADDRESSES = {
    "home": "home.index",
    "search": "search.index",
    "login": "accounts.login",
    "logout": "accounts.logout",
    "profile": "accounts.profile",
    "preferences": "accounts.preferences",
}


def register_packages(app: Flask) -> None:
    """Bring every package into the application."""
    start_recording()
    identify_actor(_acting_user)
    app.context_processor(_page_context)
    app.extensions["login_page"] = accounts.login_page
    for blueprint in (
        home,
        *accounts.BLUEPRINTS,
        outbox,
        *followups.BLUEPRINTS,
        *contacts.BLUEPRINTS,
        projects,
        reports,
        reference,
        territories,
        health,
    ):
        app.register_blueprint(blueprint)
    for entity, wording in WORDINGS.items():
        word(entity, wording)
    add_panel("structure", follow_up_panel)
    add_panel("structure", structure_projects)
    add_panel("contact", represented_groups)
    add_source(session_entries)


def _acting_user() -> Actor:
    if current_user and current_user.is_authenticated:
        return Actor(user_id=current_user.id, name=current_user.name, source="web")
    return COMMAND


def _page_context() -> dict[str, Any]:
    context = {
        "locale": current_locale(),
        "theme": current_user.theme if current_user else "auto",
        "network": _network(),
        "urls": _addresses(),
    }
    return context | {"shell": Shell(_place(), lambda: context | _frame())}


def _place() -> Hashable:
    person = current_user
    if not person or not person.is_authenticated:
        return (current_locale(),)
    return (
        current_app.config["SETTINGS"].network_name,
        person.name,
        person.role,
        person.locale,
        person.theme,
        request.blueprint,
    )


def _frame() -> dict[str, Any]:
    return {
        "current_user": current_user,
        "navigation": _entries(MENU),
        "quick_actions": _entries(QUICK_ACTIONS),
    }


def _network() -> dict[str, str | None]:
    settings = current_app.config["SETTINGS"]
    return {"name": settings.network_name, "logo_url": settings.network_logo}


def _entries(entries: tuple[MenuEntry, ...]) -> list[dict[str, Any]]:
    return [
        {
            "label": translate(entry.label),
            "url": url_for(entry.endpoint),
            "icon": entry.icon,
            "shortcut": entry.shortcut,
            "is_active": _is_here(entry.endpoint),
        }
        for entry in entries
        if current_user and current_user.may(entry.permission)
    ]


def _is_here(endpoint: str) -> bool:
    return (request.blueprint or "") == endpoint.partition(".")[0]


def _addresses() -> dict[str, str]:
    known: dict[str, str] | None = current_app.extensions.get("addresses")
    if known is None:
        known = {name: url_for(endpoint) for name, endpoint in ADDRESSES.items()}
        current_app.extensions["addresses"] = known
    return known
