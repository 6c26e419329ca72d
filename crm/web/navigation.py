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


@dataclass(frozen=True, slots=True)
class MenuSection:
    """Lines of the menu that serve one kind of work; `label` is a msgid."""

    label: str
    entries: tuple[MenuEntry, ...]
