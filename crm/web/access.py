"""Who may use a route: each view says so, and the gate refuses a route that does not."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])

ACCESS_ATTRIBUTE = "__access__"


class Permission(StrEnum):
    """What a role may do; `crm.accounts.permissions` gives each role its own."""

    READ_NETWORK = "read_network"
    EDIT_NETWORK = "edit_network"
    LOG_SESSIONS = "log_sessions"
    READ_REPORTS = "read_reports"
    EXPORT = "export"
    IMPORT = "import"
    WRITE_MAILINGS = "write_mailings"
    SEND_MAILINGS = "send_mailings"
    MANAGE_CONSENTS = "manage_consents"
    EDIT_REFERENCE = "edit_reference"
    MANAGE_USERS = "manage_users"
    READ_OUTBOX = "read_outbox"
    MANAGE_OUTBOX = "manage_outbox"
    MANAGE_JOBS = "manage_jobs"
    READ_EXPORTS = "read_exports"
    EDIT_REPORTS = "edit_reports"
    CLOSE_YEARS = "close_years"


class Reach(StrEnum):
    """Access that is no permission: anyone at all, or anyone signed in."""

    PUBLIC = "public"
    SIGNED_IN = "signed_in"


Access = Permission | Reach


def allow(access: Access) -> Callable[[View], View]:
    """Mark a view with who may use it; it goes below the route decorator."""

    def mark(view: View) -> View:
        setattr(view, ACCESS_ATTRIBUTE, access)
        return view

    return mark


def signed_by_its_sender(view: View) -> View:
    """Mark a view that no page of ours sends to, and that checks who does by itself.

    The token that our forms carry is not asked for; it goes below the route decorator.
    """
    view.__csrf_exempt__ = True  # type: ignore[attr-defined]
    return view


def access_of(view: Callable[..., Any]) -> Access | None:
    """Return who may use the view; None when it does not say, which the gate refuses."""
    access: Access | None = getattr(view, ACCESS_ATTRIBUTE, None)
    return access
