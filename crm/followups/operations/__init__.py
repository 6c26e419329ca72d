"""The writes of accompaniment."""

from crm.followups.operations.call_plans import plan_call
from crm.followups.operations.follow_ups import (
    complete_follow_up,
    create_follow_up,
    get_follow_up,
    postpone_follow_up,
    reopen_follow_up,
    update_follow_up,
)
from crm.followups.operations.planned import postpone_session
from crm.followups.operations.private_notes import may_write_private_note, write_private_note
from crm.followups.operations.sessions import (
    delete_session,
    log_session,
    restore_session,
    set_status,
    update_session,
)

__all__ = [
    "complete_follow_up",
    "create_follow_up",
    "delete_session",
    "get_follow_up",
    "log_session",
    "may_write_private_note",
    "plan_call",
    "postpone_follow_up",
    "postpone_session",
    "reopen_follow_up",
    "restore_session",
    "set_status",
    "update_follow_up",
    "update_session",
    "write_private_note",
]
