"""Days and durations as French people type them."""

import calendar
import re
from datetime import date, timedelta

from crm.core.errors import N_, RuleError
from crm.core.text import fold

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "janvier janv jan january",
            "fevrier fevr fev february feb",
            "mars march mar",
            "avril avr april apr",
            "mai may",
            "juin june jun",
            "juillet juil july jul",
            "aout august aug",
            "septembre sept sep september",
            "octobre oct october",
            "novembre nov november",
            "decembre dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_WEEKDAYS = {
    name: number
    for number, names in enumerate(
        (
            "lundi monday",
            "mardi tuesday",
            "mercredi wednesday",
            "jeudi thursday",
            "vendredi friday",
            "samedi saturday",
            "dimanche sunday",
        )
    )
    for name in names.split()
}
_RELATIVE = {
    "aujourd hui": 0,
    "aujourdhui": 0,
    "today": 0,
    "hier": -1,
    "yesterday": -1,
    "avant hier": -2,
    "demain": 1,
    "tomorrow": 1,
    "apres demain": 2,
}
_UNIT_DAYS = {"jour": 1, "j": 1, "day": 1, "semaine": 7, "week": 7}
_FIRST_YEAR, _LAST_YEAR = 1950, 2100
_UNREADABLE = N_("Date non comprise. Écrivez par exemple « hier » ou « 12/03/2019 ».")
_UNREADABLE_AHEAD = N_("Date non comprise. Écrivez par exemple « demain » ou « lundi prochain ».")
_LONGEST_MINUTES = 24 * 60


def parse_day(text: str, today: date, *, prefer_past: bool = True, field: str = "day") -> date:
    """Return the day meant by « hier », « lundi dernier », « 12 mars », « 2019-03-12 » and so on.

    Without a year or a direction, the nearest day on or before today when `prefer_past`, else on
    or after. Raises RuleError when it cannot be understood or does not exist.
    """
    typed = re.sub(r"\b1er\b", "1", fold(text))
    typed = re.sub(r"^(le|on) ", "", typed)
    if typed in _RELATIVE:
        return today + timedelta(days=_RELATIVE[typed])
    for reader in (_numeric, _with_month_name, _weekday, _distance, _end_of_month):
        day = reader(typed, today, prefer_past=prefer_past)
        if day is not None:
            return day
    raise RuleError(field, _UNREADABLE if prefer_past else _UNREADABLE_AHEAD)


def french_month(month: int) -> str:
    """Return the folded French name of a month (1 is "janvier")."""
    return next(name for name, number in _MONTHS.items() if number == month)


def _build(year: int, month: int, day: int) -> date:
    try:
        built = date(year, month, day)
    except ValueError:
        raise RuleError("day", N_("Ce jour n’existe pas dans le calendrier.")) from None
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        raise RuleError("day", N_("L’année doit être entre 1950 et 2100."))
    return built


def _full_year(text: str) -> int:
    return int(text) + 2000 if len(text) == 2 else int(text)  # noqa: PLR2004 - "19" is 2019


def _nearest_year(day: int, month: int, today: date, *, prefer_past: bool) -> date:
    for step in range(9):  # the 29th of February comes back within eight years
        year = today.year - step if prefer_past else today.year + step
        if month == 2 and day == 29 and not calendar.isleap(year):  # noqa: PLR2004
            continue
        built = _build(year, month, day)
        if (built <= today) if prefer_past else (built >= today):
            return built
    raise RuleError("day", _UNREADABLE)


def _numeric(typed: str, today: date, *, prefer_past: bool) -> date | None:
    if match := re.fullmatch(r"(\d{4}) (\d{1,2}) (\d{1,2})", typed):
        year, month, day = map(int, match.groups())
        return _build(year, month, day)
    if match := re.fullmatch(r"(\d{1,2}) (\d{1,2}) (\d{4}|\d{2})", typed):
        return _build(_full_year(match[3]), int(match[2]), int(match[1]))
    if match := re.fullmatch(r"(\d{1,2}) (\d{1,2})", typed):
        return _nearest_year(int(match[1]), int(match[2]), today, prefer_past=prefer_past)
    return None


def _with_month_name(typed: str, today: date, *, prefer_past: bool) -> date | None:
    match = re.fullmatch(r"(?:[a-z]+ )?(\d{1,2}) ([a-z]+)(?: (\d{4}|\d{2}))?", typed)
    if not match or match[2] not in _MONTHS:
        return None
    day, month = int(match[1]), _MONTHS[match[2]]
    if match[3]:
        return _build(_full_year(match[3]), month, day)
    return _nearest_year(day, month, today, prefer_past=prefer_past)


def _weekday(typed: str, today: date, *, prefer_past: bool) -> date | None:
    match = re.fullmatch(r"(?:(last|next) )?([a-z]+)(?: (dernier|prochain|passe))?", typed)
    if not match or match[2] not in _WEEKDAYS:
        return None
    wanted = _WEEKDAYS[match[2]]
    direction = match[1] or match[3]
    back = (today.weekday() - wanted) % 7
    ahead = (wanted - today.weekday()) % 7
    if direction in ("dernier", "passe", "last"):
        return today - timedelta(days=back or 7)
    if direction in ("prochain", "next"):
        return today + timedelta(days=ahead or 7)
    return today - timedelta(days=back) if prefer_past else today + timedelta(days=ahead)


def _distance(typed: str, today: date, *, prefer_past: bool) -> date | None:  # noqa: ARG001 - as the others
    match = re.fullmatch(r"(dans|in|il y a) (\d{1,3}|une?) ([a-z]+?)s?(?: ago)?", typed)
    if not match:
        return None
    count = 1 if match[2].startswith("u") else int(match[2])
    sign = -1 if match[1] == "il y a" else 1
    if match[3] in _UNIT_DAYS:
        return today + timedelta(days=sign * count * _UNIT_DAYS[match[3]])
    if match[3] in ("moi", "month"):
        return add_months(today, sign * count)
    return None


def _end_of_month(typed: str, today: date, *, prefer_past: bool) -> date | None:
    match = re.fullmatch(r"(?:fin|end of) ([a-z]+)(?: (\d{4}))?", typed)
    if not match or match[1] not in _MONTHS:
        return None
    month = _MONTHS[match[1]]
    years = [int(match[2])] if match[2] else [today.year, today.year + (-1 if prefer_past else 1)]
    ends = [date(year, month, calendar.monthrange(year, month)[1]) for year in years]
    fitting = [day for day in ends if (day <= today if prefer_past else day >= today)]
    return ends[0] if match[2] else fitting[0]


def add_months(day: date, count: int) -> date:
    """Return the same day so many months later (or earlier), or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def meet(
    start: date | None, end: date | None, other_start: date | None, other_end: date | None
) -> bool:
    """Tell whether two periods have a day in common; a bound that is not known keeps none apart."""
    return (start is None or other_end is None or start <= other_end) and (
        other_start is None or end is None or other_start <= end
    )


def parse_duration(text: str, field: str = "duration") -> int:
    """Return the minutes meant by « 45 », « 45 min », « 1h30 », « 1,5 h », « 2 h »."""
    typed = text.strip().lower().replace(",", ".").replace("\u00a0", " ").replace("\u202f", " ")
    minutes: float | None = None
    if match := re.fullmatch(r"(\d{1,4})\s*(?:m|mn|min|minutes?)?", typed):
        minutes = int(match[1])
    elif match := re.fullmatch(r"(\d{1,2})\s*[h:]\s*(\d{2})?\s*(?:min|mn)?", typed):
        minutes = int(match[1]) * 60 + int(match[2] or 0)
    elif match := re.fullmatch(r"(\d{1,2}\.\d{1,2})\s*(?:h|heures?)", typed):
        minutes = float(match[1]) * 60
    elif match := re.fullmatch(r"(\d{1,2})\s*heures?", typed):
        minutes = int(match[1]) * 60
    if minutes is None:
        raise RuleError(
            field, N_("Durée non comprise. Écrivez par exemple « 45 min » ou « 1 h 30 ».")
        )
    if not 0 < minutes <= _LONGEST_MINUTES:
        raise RuleError(field, N_("La durée va de 1 minute à 24 heures."))
    return round(minutes)
