"""What sessions tell of when a person was last met."""

from sqlalchemy import select

from crm.followups.models import AccompanimentSession, session_contact
from crm.followups.types import SessionStatus

SESSIONS_MET = (
    select(session_contact.c.contact_id, AccompanimentSession.held_on)
    .join(AccompanimentSession, AccompanimentSession.id == session_contact.c.session_id)
    .where(
        AccompanimentSession.status == SessionStatus.DONE.value,
        AccompanimentSession.deleted_at.is_(None),
    )
)
