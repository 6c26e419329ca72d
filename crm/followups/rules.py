"""What a session and a follow-up must be: pure, no database."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from enum import StrEnum
from typing import TypeVar

from crm.core.days import add_months
from crm.core.errors import N_, RuleError
from crm.followups.name_lines import AT, read_person_at
from crm.followups.types import (
    FollowUpData,
    NextStep,
    Priority,
    Recurrence,
    SessionData,
    SessionStatus,
)
from crm.funding.types import SupportLevel

Member = TypeVar("Member")

MOST_STRUCTURES = 30
MOST_CONTACTS = 60
MOST_PROJECTS = 20
MOST_APPLICATIONS = 20
LONGEST_NOTES = 20_000
LONGEST_WHAT = 300
LONGEST_OUTCOME = 2_000
LONGEST_NAME = 100
LONGEST_ID = 9
LONGEST_MINUTES = 24 * 60


def clean_session(data: SessionData, today: date) -> SessionData:
    """Return the data, each thing once; raise RuleError with the field that does not fit."""
    data = replace(
        data,
        structures=_once(data.structures),
        contacts=_once(data.contacts),
        theme_ids=_once(data.theme_ids),
        country_codes=_once(data.country_codes),
        officer_ids=_once(data.officer_ids),
        project_ids=_once(data.project_ids),
        axis_ids=_once(data.axis_ids),
        application_ids=_once(data.application_ids),
        notes=(data.notes or "").strip() or None,
    )
    if not data.structures:
        raise RuleError("structures", N_("Choisissez au moins une structure."))
    _check_numbers(data)
    if data.support_level not in set(SupportLevel):
        raise RuleError("support_level", N_("Choisissez un niveau d’appui de la liste."))
    _check_values("structures", data.structures)
    _check_values("contacts", data.contacts)
    check_status(data.status, data.held_on, today)
    _check_duration(data.duration_minutes)
    if data.notes and len(data.notes) > LONGEST_NOTES:
        raise RuleError(
            "notes", N_("C’est trop long : %(count)s caractères au plus."), count=LONGEST_NOTES
        )
    return data


def _check_numbers(data: SessionData) -> None:
    for field, chosen, most, sentence in (
        (
            "structures",
            data.structures,
            MOST_STRUCTURES,
            N_("%(count)s structures au plus par séance."),
        ),
        ("contacts", data.contacts, MOST_CONTACTS, N_("%(count)s personnes au plus par séance.")),
        ("projects", data.project_ids, MOST_PROJECTS, N_("%(count)s projets au plus par séance.")),
        (
            "applications",
            data.application_ids,
            MOST_APPLICATIONS,
            N_("%(count)s dossiers au plus par séance."),
        ),
    ):
        if len(chosen) > most:
            raise RuleError(field, sentence, count=most)


def _check_values(field: str, values: Iterable[str]) -> None:
    for value in values:
        kind, _, name = value.partition(":")
        if value.startswith(AT):
            name = read_person_at(value)[1]
        if "\x00" in value or (kind.isdecimal() and len(kind) > LONGEST_ID):
            raise RuleError(field, N_("Ce choix n’existe pas ou plus."))
        if len(name) > LONGEST_NAME:
            raise RuleError(
                field,
                N_("Ce nom est trop long : %(count)s caractères au plus."),
                count=LONGEST_NAME,
            )


def check_status(status: str, held_on: date, today: date) -> None:
    """Raise RuleError unless the status exists and fits the day: what is to come is planned."""
    if status not in set(SessionStatus):
        raise RuleError("status", N_("Choisissez un statut de la liste."))
    if held_on > today and status in (SessionStatus.DONE, SessionStatus.NO_SHOW):
        raise RuleError(
            "held_on",
            N_("Cette date est à venir : corrigez-la, ou choisissez le statut « Prévue »."),
        )


def is_to_confirm(status: str, held_on: date, today: date) -> bool:
    """Tell whether a planned session's day has passed: someone must say what became of it."""
    return status == SessionStatus.PLANNED and held_on < today


def check_postponement(status: str, held_on: date, today: date) -> None:
    """Raise RuleError unless the session is planned and its new day is today or to come."""
    if status != SessionStatus.PLANNED:
        raise RuleError("held_on", N_("Seule une séance prévue se reporte."))
    if held_on < today:
        raise RuleError("held_on", N_("Ce jour est passé : choisissez un jour à venir."))


def _check_duration(minutes: int | None) -> None:
    if minutes is not None and not 1 <= minutes <= LONGEST_MINUTES:
        raise RuleError("duration", N_("La durée va de 1 minute à 24 heures."))


def clean_next_step(what: str | None, due_on: date | None) -> NextStep | None:
    """Return what is to be done and by when, or None; raise RuleError when one is missing."""
    what = (what or "").strip()
    if not what and due_on is None:
        return None
    if not what:
        raise RuleError("next_what", N_("Dites ce qu’il y aura à faire ce jour-là."))
    if due_on is None:
        raise RuleError("next_due", N_("Dites pour quand, par exemple « dans 15 jours »."))
    _check_what("next_what", what)
    return NextStep(what=what, due_on=due_on)


def clean_follow_up(data: FollowUpData) -> FollowUpData:
    """Return the data without spaces around it; raise RuleError naming what does not fit."""
    if data.priority not in set(Priority):
        raise RuleError("priority", N_("Choisissez une priorité de la liste."))
    if data.recurrence is not None and data.recurrence not in set(Recurrence):
        raise RuleError("recurrence", N_("Choisissez un rythme de la liste."))
    what = data.what.strip()
    if not what:
        raise RuleError("what", N_("Dites ce qu’il y a à faire."))
    _check_what("what", what)
    return replace(data, what=what)


def _check_what(field: str, what: str) -> None:
    if len(what) > LONGEST_WHAT:
        raise RuleError(
            field, N_("C’est trop long : %(count)s caractères au plus."), count=LONGEST_WHAT
        )


def clean_outcome(outcome: str | None) -> str | None:
    """Return what came of a follow-up, or None; raise RuleError when it is too long."""
    text = (outcome or "").strip()
    if len(text) > LONGEST_OUTCOME:
        raise RuleError(
            "outcome", N_("C’est trop long : %(count)s caractères au plus."), count=LONGEST_OUTCOME
        )
    return text or None


class Delay(StrEnum):
    """How much later a follow-up can be put off in one click."""

    DAY = "jour"
    WEEK = "semaine"


_DELAYS = {Delay.DAY: timedelta(days=1), Delay.WEEK: timedelta(weeks=1)}


def postponed(due_on: date, today: date, delay: Delay) -> date:
    """Return the new day: a late follow-up is put off from today, not from the day it missed."""
    return max(due_on, today) + _DELAYS[delay]


_STEPS_IN_DAYS = {Recurrence.WEEK: 7, Recurrence.FORTNIGHT: 14}
_STEPS_IN_MONTHS = {
    Recurrence.MONTH: 1,
    Recurrence.QUARTER: 3,
    Recurrence.HALF_YEAR: 6,
    Recurrence.YEAR: 12,
}


def next_due(anchored_on: date, recurrence: Recurrence, after: date) -> date:
    """Return the first day of the series after a day.

    The days are counted from the first one, so that a series begun on the 31st comes on the last
    day of the shorter months and on the 31st of the others.
    """
    if after < anchored_on:
        return anchored_on
    if days := _STEPS_IN_DAYS.get(recurrence):
        return anchored_on + timedelta(days=((after - anchored_on).days // days + 1) * days)
    step = _STEPS_IN_MONTHS[recurrence]
    months = (after.year - anchored_on.year) * 12 + after.month - anchored_on.month
    passed = months // step * step
    found = add_months(anchored_on, passed)
    return found if found > after else add_months(anchored_on, passed + step)


def _once(values: Iterable[Member]) -> tuple[Member, ...]:
    return tuple(dict.fromkeys(values))
