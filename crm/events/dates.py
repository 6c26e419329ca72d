"""When an event is, in words."""

from datetime import datetime

from crm.core import clock
from crm.core.errors import N_
from crm.web.formats import NO_BREAK_SPACE, day_date
from crm.web.locale import translate

TO_BE_FIXED = N_("Date à fixer")


def when_words(
    starts_at: datetime | None, ends_at: datetime | None, *, is_all_day: bool = False
) -> str:
    """Return « mardi 12 mars 2019, de 14 h à 16 h 30 », on the clock of Paris."""
    if starts_at is None:
        return translate(TO_BE_FIXED)
    start = clock.in_paris(starts_at)
    end = None if ends_at is None else clock.in_paris(ends_at)
    is_one_day = end is None or end.date() == start.date()
    if is_all_day:
        if is_one_day or end is None:
            return day_date(start.date())
        return translate(
            N_("du %(start)s au %(end)s"), start=day_date(start.date()), end=day_date(end.date())
        )
    if end is None or end == start:
        return translate(
            N_("%(day)s à %(start)s"), day=day_date(start.date()), start=hour_words(start)
        )
    if is_one_day:
        return translate(
            N_("%(day)s, de %(start)s à %(end)s"),
            day=day_date(start.date()),
            start=hour_words(start),
            end=hour_words(end),
        )
    return translate(
        N_("du %(first)s à %(start)s au %(last)s à %(end)s"),
        first=day_date(start.date()),
        start=hour_words(start),
        last=day_date(end.date()),
        end=hour_words(end),
    )


def hour_words(local: datetime) -> str:
    """Return « 14 h » or « 9 h 30 » of an instant that is on the clock of Paris already."""
    minutes = f"{NO_BREAK_SPACE}{local:%M}" if local.minute else ""
    return f"{local.hour}{NO_BREAK_SPACE}h{minutes}"
