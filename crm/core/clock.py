"""The one place that asks what time it is."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")


def now() -> datetime:
    """Return the current instant, aware, in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """Return today's date as people in Paris read it on the wall."""
    return now().astimezone(PARIS).date()


def in_paris(instant: datetime) -> datetime:
    """Return the aware instant as Europe/Paris wall time."""
    return instant.astimezone(PARIS)


def paris_instant(day: date, at: time) -> datetime:
    """Return the instant at which the clocks of Paris show this time on this day, in UTC.

    A time that the clocks jump over in March is an hour later; one they show twice, the first.
    """
    return datetime.combine(day, at, PARIS).astimezone(UTC)
