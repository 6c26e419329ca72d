"""How attendances come back when a change of them is undone."""

from typing import Any

from crm.events.models import Attendance
from crm.history.kinds import Kind
from crm.web.access import Permission

KINDS = (
    Kind(
        "attendance",
        Attendance,
        lambda attendance: attendance.name,
        permission=Permission.LOG_SESSIONS,
        plain=frozenset({"is_present", "minutes", "match", "source"}),
    ),
)
POINTERS: tuple[tuple[str, Any], ...] = ()
# What came of an event goes with it, and with what came of it.
OWNED = (
    ("event", "event_follow_up"),
    ("event", "event_session"),
    ("follow_up", "event_follow_up"),
    ("session", "event_session"),
)
