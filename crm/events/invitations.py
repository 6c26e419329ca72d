"""What events tell of invitations: who registered by the link of theirs."""

from sqlalchemy import select

from crm.events.models import Event, Registration
from crm.events.queries.registrations import is_live

EVER_REGISTERED = select(Registration.recipient_id).where(Registration.recipient_id.is_not(None))
REGISTERED = (
    EVER_REGISTERED.join(Event, Event.id == Registration.event_id)
    .where(is_live(), Event.deleted_at.is_(None))
)  # fmt: skip
