"""The tables of events."""

from crm.events.models.attendances import (
    Attendance,
    AttendanceFile,
    AttendanceHeading,
    AttendanceRow,
)
from crm.events.models.events import Event, EventMove, EventQuestion
from crm.events.models.outcomes import EventFollowUp, EventSession
from crm.events.models.registrations import EventReminder, Registration

__all__ = [
    "Attendance",
    "AttendanceFile",
    "AttendanceHeading",
    "AttendanceRow",
    "Event",
    "EventFollowUp",
    "EventMove",
    "EventQuestion",
    "EventReminder",
    "EventSession",
    "Registration",
]
