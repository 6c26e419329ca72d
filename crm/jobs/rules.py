"""When a job is due, when it comes next, and when silence becomes worrying."""

from datetime import UTC, date, datetime, time, timedelta

from crm.core import clock

FIRST_RETRY = timedelta(minutes=15)
LONGEST_RETRY = timedelta(hours=4)
SILENCE = timedelta(minutes=5)


def is_due(starts_at: time, now: datetime) -> bool:
    """Tell whether the day's hour of a job has come, by the clocks of Paris.

    An hour that the clocks jump over in spring has come once they have jumped; in autumn, the run
    of the day being one, the hour that comes twice counts once.
    """
    return clock.in_paris(now).time() >= starts_at


def next_start(starts_at: time, day: date) -> datetime:
    """Return the instant at which a job of each day begins on a day of Paris, in UTC."""
    local = datetime.combine(day, starts_at, clock.PARIS)
    return local.astimezone(UTC)


def retry_delay(attempts: int) -> timedelta:
    """Return how long a job that failed waits: a quarter of an hour, doubled each time, four hours.

    >>> retry_delay(1), retry_delay(9)
    (datetime.timedelta(seconds=900), datetime.timedelta(seconds=14400))
    """
    times: int = 2 ** min(attempts - 1, 8)
    return min(FIRST_RETRY * times, LONGEST_RETRY)


def is_silent(beat_at: datetime | None, now: datetime) -> bool:
    """Tell whether the background work has given no sign of life for five minutes, or never."""
    return beat_at is None or now - beat_at >= SILENCE
