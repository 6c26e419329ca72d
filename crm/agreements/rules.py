"""What agreements and what they plan may be; the years that a target is due in. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta

from crm.agreements.types import ActionData, AgreementData, RecordData, Rhythm
from crm.core.errors import N_, RuleError
from crm.core.headcounts import parse_headcount
from crm.core.text import fold
from crm.indicators.types import By, Period

LONGEST_NAME, LONGEST_REFERENCE, LONGEST_TEXT = 200, 60, 5000
LONGEST_LABEL, LONGEST_TARGET, LONGEST_AXIS, LONGEST_SOURCE = 300, 120, 120, 300
LONGEST_KEPT = 1000
MOST_AXES, MOST_ACTIONS, MOST_YEARS = 30, 60, 12
_FIRST_YEAR, _LAST_YEAR = 1990, 2100
_SMALL = {
    "un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "six": 6, "sept": 7,
    "huit": 8, "neuf": 9, "dix": 10,
}  # fmt: skip
_YEARLY = re.compile(r"\b(par an|chaque annee|tous les ans|annuel)")
_FIRST_WORD = re.compile(
    r"(?:au moins |environ |plus de )?"
    r"(?:(?P<number>[0-9][0-9 ]*)|(?P<words>(?P<word>[a-z]+)\b(?: [a-z]+)?))"
)
_LONGEST_NUMBER = 9


def clean_agreement(data: AgreementData) -> AgreementData:
    """Return the agreement as it is kept; raise RuleError with the field that does not fit."""
    if data.starts_on is None:
        raise RuleError("starts_on", N_("Dites quand la convention commence."))
    if data.ends_on is None:
        raise RuleError("ends_on", N_("Dites quand la convention se termine."))
    if data.ends_on < data.starts_on:
        raise RuleError("ends_on", N_("La fin ne peut pas précéder le début."))
    if not _FIRST_YEAR <= data.starts_on.year <= _LAST_YEAR:
        raise RuleError("starts_on", N_("Cette date n’est pas possible."))
    if data.ends_on.year - data.starts_on.year >= MOST_YEARS:
        raise RuleError(
            "ends_on", N_("Une convention dure %(count)s ans au plus."), count=MOST_YEARS
        )
    axes = tuple(dict.fromkeys(each for each in data.new_axes if each))
    if len(axes) + len(data.axis_ids) > MOST_AXES:
        raise RuleError("new_axes", N_("%(count)s axes au plus."), count=MOST_AXES)
    for each in axes:
        if len(each) > LONGEST_AXIS:
            raise RuleError(
                "new_axes", N_("Un axe tient en %(count)s caractères."), count=LONGEST_AXIS
            )
    return replace(data, new_axes=axes)


def clean_action(data: ActionData) -> ActionData:
    """Return the planned action as it is kept; the number is read in the words if not said."""
    if data.rhythm not in set(Rhythm):
        raise RuleError("rhythm", N_("Dites quand c’est attendu."))
    if data.rhythm == Rhythm.ONE_YEAR:
        if data.year is None:
            raise RuleError("year", N_("Dites de quelle année il s’agit."))
        if not _FIRST_YEAR <= data.year <= _LAST_YEAR:
            raise RuleError("year", N_("Cette année n’est pas possible."))
    else:
        data = replace(data, year=None)
    if data.target_count is None and data.target_text:
        data = replace(data, target_count=number_in(data.target_text))
    kept = tuple(dict.fromkeys(data.kept))
    if sum(len(each) + 1 for each in kept) > LONGEST_KEPT:
        raise RuleError("kept", N_("C’est trop de choix à la fois."))
    return replace(data, kept=kept)


def clean_record(data: RecordData, today: date) -> RecordData:
    """Return what was done as it is kept; raise RuleError for a day to come."""
    if data.done_on is None:
        raise RuleError("done_on", N_("Dites quand cela s’est fait."))
    if data.done_on > today:
        raise RuleError("done_on", N_("Ce qui est fait ne peut pas l’être un jour à venir."))
    return replace(data, count=1 if data.count is None else data.count)


def number_in(text: str) -> int | None:
    """Return the number that a target begins with: « 2 rencontres », « une rencontre par an ».

    >>> number_in("au moins trois ateliers")
    3
    """
    folded = fold(text)
    match = _FIRST_WORD.match(folded)
    if match is None:
        return None
    number, word = match["number"], match["word"]
    if number:
        return int(number.replace(" ", "")[:_LONGEST_NUMBER])
    for said in (match["words"], word):
        try:
            return parse_headcount(said).count
        except RuleError:
            continue
    return _SMALL.get(word)


def says_yearly(text: str) -> bool:
    """Tell whether the words of a target say by themselves that it is one of each year.

    >>> says_yearly("6 rencontres par an"), says_yearly("6 rencontres")
    (True, False)
    """
    return _YEARLY.search(fold(text)) is not None


def agreement_years(starts_on: date, ends_on: date) -> list[Period]:
    """Return the years of an agreement, from its first day to the eve of each anniversary.

    One that begins on 1 January has calendar years; the last one may be shorter.
    """
    first, last = starts_on.year, min(ends_on.year, starts_on.year + MOST_YEARS - 1)
    years = [agreement_year(starts_on, ends_on, year) for year in range(first, last + 1)]
    return [each for each in years if each.start <= ends_on]


def agreement_year(starts_on: date, ends_on: date, year: int) -> Period:
    """Return the year of an agreement that begins in a calendar year, to the eve of the next.

    The last one ends with the agreement; before it, and after it, whole years as they would be.
    """
    start, following = _anniversary(starts_on, year), _anniversary(starts_on, year + 1)
    end = following - timedelta(days=1)
    return Period(start, min(end, ends_on) if start <= ends_on else end)


def periods_of(rhythm: str, year: int | None, starts_on: date, ends_on: date) -> list[Period]:
    """Return the periods that a target is due in."""
    if rhythm == Rhythm.YEARLY:
        return agreement_years(starts_on, ends_on)
    if rhythm == Rhythm.ONE_YEAR and year is not None:
        return [Period.of_year(year)]
    return [Period(starts_on, ends_on)]


def write_kept(kept: Mapping[By, Sequence[str]]) -> str | None:
    """Return what a figure is narrowed to as it is kept: `theme:3 nature:5`; None for nothing."""
    return " ".join(f"{by.value}:{key}" for by, keys in kept.items() for key in keys) or None


def read_kept(values: Iterable[str]) -> dict[By, tuple[str, ...]]:
    """Return what `theme:3` and the like narrow to; what is no such thing raises RuleError."""
    kept: dict[By, tuple[str, ...]] = {}
    for value in values:
        name, separator, key = value.partition(":")
        if not separator or name not in set(By):
            raise RuleError("kept", N_("Ce choix n’existe pas."))
        kept[By(name)] = (*kept.get(By(name), ()), key)
    return kept


def _anniversary(day: date, year: int) -> date:
    try:
        return day.replace(year=year)
    except ValueError:  # 29 February
        return date(year, 3, 1)
