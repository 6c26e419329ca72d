"""The one way to ask the agenda for less: the same in every address of it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from crm.core import clock
from crm.core.days import parse_day
from crm.core.errors import RuleError
from crm.core.numbers import parse_id
from crm.core.text import fold
from crm.events.agenda.types import Asked

NAMES = ("type", "theme", "groupe", "departement", "du", "au")
_LONGEST = 40
_NOBODYS = 0  # no record has it: what is asked and does not exist finds nothing
_NO_CODE = "-"


def read_filters(arguments: Mapping[str, str]) -> Asked:
    """Return what an address asks for; what cannot be read finds nothing, or is no date.

    Without a first day, the agenda begins today.
    """
    asked = Asked(
        kind_id=_id(arguments.get("type")),
        theme_id=_id(arguments.get("theme")),
        group_id=_id(arguments.get("groupe")),
        departement=_code(arguments.get("departement")),
        since=_day(arguments.get("du")),
        until=_day(arguments.get("au")),
    )
    return asked if asked.since else replace(asked, since=clock.today())


def kept(arguments: Mapping[str, str]) -> dict[str, str]:
    """Return the filters of an address as another one carries them."""
    return {name: text for name in NAMES if (text := arguments.get(name, "").strip()[:_LONGEST])}


def _id(text: str | None) -> int | None:
    if not text or not text.strip():
        return None
    return parse_id(text.strip()) or _NOBODYS


def _code(text: str | None) -> str | None:
    if not text or not text.strip():
        return None
    return fold(text)[:3].upper() or _NO_CODE


def _day(text: str | None) -> date | None:
    if not text or not text.strip():
        return None
    try:
        return parse_day(text[:_LONGEST], clock.today(), prefer_past=False)
    except RuleError:
        return None
