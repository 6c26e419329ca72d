"""When a person is reminded, and when they are left in peace: pure."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from importlib import import_module

from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.reminders.types import Absence, Rhythm

FIRST_HOUR, LAST_HOUR = 5, 21
MOST_ATTEMPTS = 5
LONGEST_ABSENCE = timedelta(days=366)


def is_due(rhythm: Rhythm, absences: Iterable[Absence], now: datetime) -> bool:
    """Tell whether a person's message of the day may leave: they work today and their hour is past.

    The hour is that of the wall in Paris: the days when clocks change have one like the others.
    """
    there = clock.in_paris(now)
    return rhythm.is_on and there.hour >= rhythm.hour and works_on(there.date(), rhythm, absences)


def works_on(day: date, rhythm: Rhythm, absences: Iterable[Absence]) -> bool:
    """Tell whether a person works on a day: one of theirs, no public holiday, no day off."""
    return (
        str(day.isoweekday()) in rhythm.weekdays
        and day not in public_holidays(day.year)
        and not any(absence.start_on <= day <= absence.end_on for absence in absences)
    )


@lru_cache(maxsize=16)
def public_holidays(year: int) -> frozenset[date]:
    """Return the eleven public holidays of metropolitan France (Code du travail, L3133-1)."""
    # Loaded where days are first counted: it weighs 4 MB, and most pages count none.
    holidays = import_module("holidays")
    return frozenset(holidays.country_holidays("FR", years=year))


def next_working_day(day: date, rhythm: Rhythm, absences: Iterable[Absence]) -> date | None:
    """Return the first day a person works after this one; None within a year."""
    known = list(absences)
    days = (day + timedelta(days=count) for count in range(1, 366))
    return next((each for each in days if works_on(each, rhythm, known)), None)


def last_working_day(day: date, rhythm: Rhythm, absences: Iterable[Absence]) -> date:
    """Return the last day a person worked before this one; the day before it if none in a year."""
    known = list(absences)
    days = [day - timedelta(days=count) for count in range(1, 366)]
    return next((each for each in days if works_on(each, rhythm, known)), days[0])


def stops_making_sense_at(day: date) -> datetime:
    """Return the instant from which a message of a day is old: the next one says it better."""
    return datetime.combine(day + timedelta(days=1), time(), clock.PARIS)


def next_attempt(now: datetime, attempts: int) -> datetime | None:
    """Return when to try again after so many failures, one minute to eight; None to give up."""
    return None if attempts >= MOST_ATTEMPTS else now + timedelta(minutes=2 ** (attempts - 1))


def clean_rhythm(rhythm: Rhythm) -> Rhythm:
    """Return the rhythm with its days in order; raise RuleError with the field that is wrong."""
    if not FIRST_HOUR <= rhythm.hour <= LAST_HOUR:
        raise RuleError("hour", N_("Choisissez une heure de la liste."))
    days = "".join(sorted(set(rhythm.weekdays)))
    if not set(days) <= set("1234567"):
        raise RuleError("weekdays", N_("Choisissez des jours de la semaine."))
    if rhythm.is_on and not days:
        raise RuleError("weekdays", N_("Choisissez au moins un jour, ou ne recevez rien."))
    return Rhythm(rhythm.is_on, rhythm.hour, days)


def check_absence(absence: Absence, today: date) -> None:
    """Raise RuleError unless the days follow one another, for a year at most, and are not past."""
    if absence.end_on < absence.start_on:
        raise RuleError("end_on", N_("La fin vient avant le début."))
    if absence.end_on - absence.start_on > LONGEST_ABSENCE:
        raise RuleError("end_on", N_("C’est plus d’un an : vérifiez les dates."))
    if absence.end_on < today:
        raise RuleError("end_on", N_("Cette absence est déjà passée."))
