"""How much of an event makes someone present: its own share, or the network's (a setting)."""

from flask import current_app

from crm.events.models import Event


def usual_presence_percent() -> int:
    """Return the share of an event that makes someone present, unless it says otherwise."""
    return int(current_app.config["SETTINGS"].presence_percent)


def presence_percent_of(event: Event) -> int:
    """Return the share of this event that makes someone present, in per cent."""
    return event.presence_percent or usual_presence_percent()
