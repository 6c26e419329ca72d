"""The menu and the « + Nouveau » actions: entries named by the wiring, shown by permission."""

from dataclasses import dataclass

from crm.web.access import Permission


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """A line of the menu; `label` is a msgid, `shortcut` a key or two, as « n s »."""

    label: str
    endpoint: str
    icon: str
    permission: Permission
    shortcut: str = ""


@dataclass(slots=True)
class Menu:
    """The application's entries, in order."""

    entries: tuple[MenuEntry, ...] = ()
    quick_actions: tuple[MenuEntry, ...] = ()
