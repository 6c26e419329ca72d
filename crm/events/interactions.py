"""What events tell of when a person was last heard of: they registered, or they came."""

from sqlalchemy import Date, func, select

from crm.events.models import Attendance, Event, Registration
from crm.events.types import RegistrationSource

# Whoever the team registers has said nothing yet.
REGISTERED_BY_THEMSELVES = select(
    Registration.contact_id, func.date(Registration.created_at, type_=Date)
).where(Registration.contact_id.is_not(None), Registration.source != RegistrationSource.TEAM.value)
CAME = (
    select(Attendance.contact_id, Event.held_on)
    .join(Event, Event.id == Attendance.event_id)
    .where(
        Attendance.contact_id.is_not(None),
        Attendance.is_present,
        Event.deleted_at.is_(None),
        Event.held_on.is_not(None),
    )
)
