"""What `wiring` says of funding: a part of the table of contents."""

from collections.abc import Mapping

from flask import Blueprint

from crm.history.wording import Wording
from crm.saved_views.known_lists import KnownList
from crm.search.actions import Action
from crm.search.kinds import SearchKind
from crm.web.navigation import MenuEntry

BLUEPRINTS: tuple[Blueprint, ...] = ()
MENU: tuple[MenuEntry, ...] = ()
QUICK_ACTIONS: tuple[MenuEntry, ...] = ()
KINDS = ()
SEARCHED: tuple[SearchKind, ...] = ()
ACTIONS: tuple[Action, ...] = ()
VIEWED_LISTS: tuple[KnownList, ...] = ()
EXPORTS: Mapping[str, str] = {}
WORDINGS: Mapping[str, Wording] = {}


def connect() -> None:
    """Let the pages of records show what these packages know of them."""
