"""The parts of every page's frame: the network's name, the menus, the addresses of the house."""

from typing import Any

from flask import current_app, request, url_for
from flask_login import current_user

from crm.web.locale import translate
from crm.web.navigation import MenuEntry, MenuSection

ADDRESSES = {
    "reminders": "reminders.index",
    "bell": "reminders.bell",
    "home": "home.index",
    "search": "search.index",
    "palette": "search.palette",
    "login": "accounts.login",
    "logout": "accounts.logout",
    "profile": "accounts.profile",
    "preferences": "accounts.preferences",
    "manifest": "manifest.read",
}


def network() -> dict[str, str | None]:
    """Return the name and the logo that the settings give."""
    settings = current_app.config["SETTINGS"]
    return {"name": settings.network_name, "logo_url": settings.network_logo}


def menu_sections(sections: tuple[MenuSection, ...]) -> list[dict[str, Any]]:
    """Return the sections of the menu, and of each the entries that the person may use."""
    shown = ((section.label, menu_entries(section.entries)) for section in sections)
    return [{"label": translate(label), "links": links} for label, links in shown if links]


def menu_entries(entries: tuple[MenuEntry, ...]) -> list[dict[str, Any]]:
    """Return the entries of a menu that the person may use."""
    return [
        {
            "label": translate(entry.label),
            "url": url_for(entry.endpoint),
            "icon": entry.icon,
            "shortcut": entry.shortcut,
            "sequence": entry.shortcut.partition(" ")[2],
            "is_active": _is_here(entry.endpoint),
        }
        for entry in entries
        if current_user and current_user.may(entry.permission)
    ]


def _is_here(endpoint: str) -> bool:
    if endpoint.startswith("history."):
        return request.endpoint == endpoint
    return (request.blueprint or "") == endpoint.partition(".")[0]


def addresses() -> dict[str, str]:
    """Return the addresses that every page links to, made once."""
    known: dict[str, str] | None = current_app.extensions.get("addresses")
    if known is None:
        known = {name: url_for(endpoint) for name, endpoint in ADDRESSES.items()}
        current_app.extensions["addresses"] = known
    return known
