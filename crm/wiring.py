"""The table of contents: every blueprint, subscription, panel and menu entry."""

from typing import Any

from flask import Flask, current_app, request, url_for
from flask_login import current_user

from crm.history.recording import COMMAND, Actor, identify_actor, start_recording
from crm.web.access import Permission
from crm.web.formats import current_locale
from crm.web.locale import translate
from crm.web.navigation import MenuEntry

MENU: tuple[MenuEntry, ...] = ()
QUICK_ACTIONS: tuple[MenuEntry, ...] = ()
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


def _acting_user() -> Actor:
    if current_user and current_user.is_authenticated:
        return Actor(user_id=current_user.id, name=current_user.name, source="web")
    return COMMAND


def _page_context() -> dict[str, Any]:
    return {
        "locale": current_locale(),
        "theme": current_user.theme if current_user else "auto",
        "network": _network(),
        "navigation": _entries(MENU),
        "quick_actions": _entries(QUICK_ACTIONS),
        "urls": _addresses(),
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
    return {name: url_for(endpoint) for name, endpoint in ADDRESSES.items()}
