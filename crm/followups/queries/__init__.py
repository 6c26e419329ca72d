"""The reads of accompaniment."""

from crm.followups.queries.follow_ups import (
    due_follow_ups,
    follow_up_for_page,
    follow_up_rows,
    follow_ups_between,
    open_follow_ups_of,
)
from crm.followups.queries.sessions import (
    Details,
    coming_sessions,
    details_of,
    follow_ups_of_session,
    most_used_themes,
    recent_sessions,
    session_for_page,
    session_rows,
    sessions_between,
    unsettled_sessions,
)

__all__ = [
    "Details",
    "coming_sessions",
    "details_of",
    "due_follow_ups",
    "follow_up_for_page",
    "follow_up_rows",
    "follow_ups_between",
    "follow_ups_of_session",
    "most_used_themes",
    "open_follow_ups_of",
    "recent_sessions",
    "session_for_page",
    "session_rows",
    "sessions_between",
    "unsettled_sessions",
]
