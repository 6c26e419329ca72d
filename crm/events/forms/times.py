"""Times of the day as people type them: « 14 h », « 9h30 », « 14:00 »."""

import re
from datetime import date, datetime, time, timedelta

from wtforms import StringField

from crm.core import clock
from crm.core.errors import N_
from crm.web.formats import NO_BREAK_SPACE
from crm.web.locale import translate

_TIME = re.compile(r"(\d{1,2})\s*(?:[h:]\s*(\d{2})?)?", re.IGNORECASE)
_HOURS, _MINUTES = 24, 60


class TimeField(StringField):
    """A time of the day, on the clock of Paris; `data` is a time or None."""

    data: time | None  # type: ignore[assignment]

    def told(self) -> str:
        """Return the time in words, as a conflict shows it."""
        if self.data is None:
            return ""
        minutes = f"{NO_BREAK_SPACE}{self.data:%M}" if self.data.minute else ""
        return f"{self.data.hour}{NO_BREAK_SPACE}h{minutes}"

    def _value(self) -> str:
        return str(self.raw_data[0]) if self.raw_data else self.told()

    def process_formdata(self, valuelist: list[str]) -> None:
        """Read the time; what is none raises ValueError with a sentence."""
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if text:
            self.data = read_time(text)
            if self.data is None:
                raise ValueError(translate(N_("Cette heure ne se lit pas. Exemple : 9 h 30.")))


def read_time(text: str) -> time | None:
    """Return a time typed as « 9 h 30 », « 9:30 » or « 14h »; None for anything else."""
    found = _TIME.fullmatch(text.replace(NO_BREAK_SPACE, " ").strip())
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    return time(hour, minute) if hour < _HOURS and minute < _MINUTES else None


def instant_at(day: date | None, at: time | None) -> datetime | None:
    """Return the instant of a day and a time in Paris; midnight without a time, None for no day."""
    return None if day is None else clock.paris_instant(day, at or time())


def day_of(moment: datetime | None) -> date | None:
    """Return the day of an instant in Paris."""
    return None if moment is None else clock.in_paris(moment).date()


def time_of(moment: datetime | None) -> time | None:
    """Return the time of an instant in Paris."""
    return None if moment is None else clock.in_paris(moment).time()


def end_of(day: date | None) -> datetime | None:
    """Return the end of a day in Paris: the midnight that follows."""
    return None if day is None else clock.paris_instant(day + timedelta(days=1), time())


def last_day(moment: datetime | None) -> date | None:
    """Return the last whole day before an instant that ends one."""
    day = day_of(moment)
    return None if day is None else day - timedelta(days=1)
