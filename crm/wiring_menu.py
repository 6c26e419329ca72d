"""The menu, section by section, and what « + Nouveau » offers."""

from crm import wiring_coverage, wiring_funding, wiring_indicators, wiring_outreach, wiring_paths
from crm.core.errors import N_
from crm.web.access import Permission
from crm.web.navigation import MenuEntry, MenuSection

MENU = (
    MenuSection(
        N_("Accompagner"),
        (
            MenuEntry(N_("Aujourd’hui"), "home.index", "home", Permission.READ_NETWORK),
            MenuEntry(N_("Séances"), "sessions.index", "messages", Permission.READ_NETWORK),
            MenuEntry(N_("Relances"), "follow_ups.index", "bell", Permission.READ_NETWORK),
            *wiring_paths.MENU,
        ),
    ),
    MenuSection(
        N_("Connaître"),
        (
            MenuEntry(N_("Structures"), "structures.index", "building", Permission.READ_NETWORK),
            MenuEntry(N_("Contacts"), "contacts.index", "users", Permission.READ_NETWORK),
            MenuEntry(N_("Projets"), "projects.index", "world", Permission.READ_NETWORK),
            MenuEntry(N_("Groupes"), "groups.index", "flag", Permission.READ_NETWORK),
            MenuEntry(N_("Mandats"), "mandates.index", "id", Permission.READ_NETWORK),
        ),
    ),
    MenuSection(N_("Financer"), (*wiring_funding.MENU, *wiring_coverage.MENU)),
    MenuSection(N_("Mobiliser"), wiring_outreach.MENU),
    MenuSection(
        N_("Rendre compte"),
        (
            MenuEntry(N_("Bilan"), "reports.index", "chart-bar", Permission.READ_REPORTS),
            *wiring_indicators.MENU,
        ),
    ),
    MenuSection(
        N_("Tenir les données"),
        (
            MenuEntry(N_("Imports"), "imports.index", "upload", Permission.IMPORT),
            MenuEntry(N_("Doublons"), "duplicates.index", "copy", Permission.READ_NETWORK),
            MenuEntry(N_("Corbeille"), "history.trash", "trash", Permission.READ_NETWORK),
            MenuEntry(N_("Listes"), "reference.index", "list-check", Permission.EDIT_REFERENCE),
            MenuEntry(N_("Exports"), "history.exports", "download", Permission.READ_EXPORTS),
        ),
    ),
    MenuSection(
        N_("Administrer"),
        (
            MenuEntry(N_("Utilisateurs"), "users.index", "user-check", Permission.MANAGE_USERS),
            MenuEntry(N_("Messages"), "outbox.index", "mail", Permission.READ_OUTBOX),
            MenuEntry(N_("Travaux"), "jobs.index", "clock", Permission.MANAGE_JOBS),
        ),
    ),
)
QUICK_ACTIONS = (
    MenuEntry(N_("Noter une séance"), "sessions.new", "messages", Permission.LOG_SESSIONS, "n s"),
    MenuEntry(
        N_("Nouvelle structure"), "structures.new", "building", Permission.EDIT_NETWORK, "n t"
    ),
    MenuEntry(N_("Nouveau contact"), "contacts.new", "user-plus", Permission.EDIT_NETWORK, "n c"),
    MenuEntry(N_("Nouveau projet"), "projects.new", "world", Permission.EDIT_NETWORK, "n p"),
    MenuEntry(N_("Nouveau groupe"), "groups.new", "flag", Permission.EDIT_NETWORK, "n g"),
    MenuEntry(N_("Nouvelle relance"), "follow_ups.new", "bell", Permission.LOG_SESSIONS, "n r"),
    *wiring_funding.QUICK_ACTIONS,
    *wiring_outreach.QUICK_ACTIONS,
)
