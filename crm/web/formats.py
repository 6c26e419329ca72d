"""Dates and numbers as French (or English) readers expect them; used as template filters."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from flask import Flask, g

from crm.core import clock

NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
_MONTHS = {
    "fr": (
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre"
    ).split(),
    "en": (
        "January February March April May June July August September October November December"
    ).split(),
}
_DAYS = {
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche".split(),
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split(),
}


def current_locale() -> str:
    """Return "fr" or "en", as the signed-in person chose; French otherwise."""
    try:
        locale: str = g._get_current_object().get("locale", "fr")  # noqa: SLF001
    except RuntimeError:  # no application is at work
        return "fr"
    return locale


@contextmanager
def speaking(locale: str) -> Iterator[None]:
    """Let what is written here be in this language, whatever the reader chose."""
    before = current_locale()
    g.locale = locale
    try:
        yield
    finally:
        g.locale = before


def number(value: int) -> str:
    """Return `3 782` in French, `3,782` in English."""
    grouped = f"{value:,}"
    return grouped if current_locale() == "en" else grouped.replace(",", NARROW_SPACE)


def decimal(tenths: int) -> str:
    """Return tenths as a number with one decimal: `1 035,8` in French, `1,035.8` in English."""
    whole, tenth = divmod(abs(tenths), 10)
    comma = "." if current_locale() == "en" else ","
    return f"{'-' if tenths < 0 else ''}{number(whole)}{comma}{tenth}"


def agreed(count: int, one: str, many: str) -> str:
    """Return the words that go with a count: French says none like one, English like several.

    >>> agreed(0, "désinscrit", "désinscrits"), agreed(2, "désinscrit", "désinscrits")
    ('désinscrit', 'désinscrits')
    """
    is_one = count == 1 or (count == 0 and current_locale() != "en")
    return one if is_one else many


def money(cents: int) -> str:
    """Return an amount in cents as `1 250,50 €` in French, `€1,250.50` in English."""
    sign, euros, rest = ("-" if cents < 0 else ""), abs(cents) // 100, abs(cents) % 100
    if current_locale() == "en":
        return f"{sign}€{euros:,}.{rest:02}"
    return f"{sign}{number(euros)},{rest:02}{NO_BREAK_SPACE}€"


def round_money(cents: int) -> str:
    """Return an amount in cents without its cents where it is in whole euros."""
    written = money(cents)
    return written if cents % 100 else written.replace(",00", "").removesuffix(".00")


def short_date(day: date | None) -> str:
    """Return `12/03/2019`; an instant is read on the clock of Paris; nothing for None."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = clock.in_paris(day)
    return f"{day.day:02}/{day.month:02}/{day.year}"


def long_date(day: date | None) -> str:
    """Return `12 mars 2019`, `1er mars 2019`."""
    if day is None:
        return ""
    if isinstance(day, datetime):
        day = clock.in_paris(day)
    locale = current_locale()
    number_of_day = "1er" if locale == "fr" and day.day == 1 else str(day.day)
    return NO_BREAK_SPACE.join((number_of_day, _MONTHS[locale][day.month - 1], str(day.year)))


def day_date(day: date | None) -> str:
    """Return `lundi 11 mars 2019`."""
    return f"{_DAYS[current_locale()][day.weekday()]} {long_date(day)}" if day else ""


def month_name(day: date) -> str:
    """Return « novembre 2026 »."""
    return f"{_MONTHS[current_locale()][day.month - 1]} {day.year}"


def weekday_name(day: date) -> str:
    """Return « lundi »."""
    return _DAYS[current_locale()][day.weekday()]


def instant(moment: datetime | None) -> str:
    """Return `12 mars 2019 à 14:32`, on the clock of Paris."""
    if moment is None:
        return ""
    link = "à" if current_locale() == "fr" else "at"
    local = clock.in_paris(moment)
    return f"{long_date(local)} {link}{NO_BREAK_SPACE}{local:%H:%M}"


def duration(minutes: int | None) -> str:
    """Return `45 min`, `1 h 30`; nothing for None."""
    if minutes is None:
        return ""
    hours, rest = divmod(minutes, 60)
    if not hours:
        return f"{rest}{NO_BREAK_SPACE}min"
    return f"{hours}{NO_BREAK_SPACE}h" + (f"{NO_BREAK_SPACE}{rest:02}" if rest else "")


def phone(value: str | None) -> str:
    """Return a French number kept as +33… in pairs: `03 20 12 34 56`; others as they are."""
    if not value:
        return ""
    if value.startswith("+33") and len(value) == len("+33320123456"):
        digits = "0" + value[3:]
        return NO_BREAK_SPACE.join(digits[i : i + 2] for i in range(0, 10, 2))
    return value


def register_formats(app: Flask) -> None:
    """Make each of these a template filter."""
    for function in (
        number, agreed, money, round_money, short_date, long_date, day_date, month_name,
        weekday_name, instant, duration, phone,
    ):  # fmt: skip
        app.add_template_filter(function)
