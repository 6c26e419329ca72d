"""The lists of sessions and of follow-ups."""

from crm.followups.listings.follow_ups import MINE, TO_DO, follow_up_list, narrow_by_text
from crm.followups.listings.session_filters import session_filters
from crm.followups.listings.sessions import narrow_by_name, session_list

__all__ = [
    "MINE",
    "TO_DO",
    "follow_up_list",
    "narrow_by_name",
    "narrow_by_text",
    "session_filters",
    "session_list",
]
