"""The one map of roles to permissions."""

from enum import StrEnum

from crm.core.errors import N_
from crm.web.access import Permission


class Role(StrEnum):
    """What someone does in the team."""

    OFFICER = "officer"
    CAMPAIGN_MANAGER = "campaign_manager"
    DIRECTOR = "director"
    ADMINISTRATOR = "administrator"


ROLE_LABELS = {
    Role.OFFICER: N_("Chargé·e de mission"),
    Role.CAMPAIGN_MANAGER: N_("Responsable de campagne"),
    Role.DIRECTOR: N_("Direction"),
    Role.ADMINISTRATOR: N_("Administration"),
}

_TEAM = frozenset(
    {
        Permission.READ_NETWORK,
        Permission.EDIT_NETWORK,
        Permission.LOG_SESSIONS,
        Permission.READ_REPORTS,
        Permission.EXPORT,
        Permission.WRITE_MAILINGS,
    }
)
_SENDING = frozenset({Permission.SEND_MAILINGS, Permission.MANAGE_CONSENTS, Permission.IMPORT})

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.OFFICER: _TEAM,
    Role.CAMPAIGN_MANAGER: _TEAM | _SENDING,
    # Publishing a year binds the network towards its funders: the director does it, nobody else.
    Role.DIRECTOR: _TEAM
    | _SENDING
    | {
        Permission.EDIT_REFERENCE,
        Permission.READ_EXPORTS,
        Permission.EDIT_REPORTS,
        Permission.CLOSE_YEARS,
    },
    Role.ADMINISTRATOR: _TEAM
    | _SENDING
    | {
        Permission.EDIT_REFERENCE,
        Permission.EDIT_REPORTS,
        Permission.MANAGE_USERS,
        Permission.READ_OUTBOX,
        Permission.MANAGE_OUTBOX,
        Permission.MANAGE_JOBS,
        Permission.READ_EXPORTS,
    },
}


def permissions_of(role: str) -> frozenset[Permission]:
    """Return what the role may do; an unknown role may do nothing."""
    return PERMISSIONS[Role(role)] if role in set(Role) else frozenset()
