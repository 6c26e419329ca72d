"""The pages of events, and those on which people register."""

from crm.events.views import events, lists, managing, public, questions, registrations, steps
from crm.events.views.blueprints import blueprint, registration

BLUEPRINTS = (blueprint, registration)
__all__ = [
    "BLUEPRINTS",
    "events",
    "lists",
    "managing",
    "public",
    "questions",
    "registrations",
    "steps",
]
