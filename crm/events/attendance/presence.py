"""How long makes someone present at an event."""

from crm.core.errors import N_
from crm.events.attendance.rules import needed_minutes
from crm.events.models import Event
from crm.events.threshold import presence_percent_of
from crm.web.formats import duration
from crm.web.locale import translate


def needed_for(event: Event) -> int | None:
    """Return the minutes that make someone present; None where its length is not known."""
    return needed_minutes(
        event.starts_at, event.ends_at, presence_percent_of(event), is_all_day=event.is_all_day
    )


def threshold_words(event: Event) -> str:
    """Return the rule of an event in a sentence."""
    needed = needed_for(event)
    if needed is None:
        return translate(
            N_("Sans heure de fin, la durée n’est pas connue : qui est dans le fichier est là.")
        )
    return translate(
        N_("Présente à partir de %(minutes)s, soit %(percent)s %% de la durée prévue."),
        minutes=duration(needed),
        percent=presence_percent_of(event),
    )
