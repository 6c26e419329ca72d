"""What a project and a headcount must be: pure, no database."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from crm.core.errors import N_, RuleError
from crm.projects.types import HeadcountData, HeadcountKind, ProjectData, ProjectStatus, Role

LONGEST_NAME = 200
LONGEST_SUMMARY = 10_000
LONGEST_PLACES = 500
MOST_PARTICIPANTS = 100


def clean_project(data: ProjectData, today: date) -> ProjectData:
    """Return the data, each thing once; raise RuleError with the field that does not fit."""
    name = data.name.strip()
    if not name:
        raise RuleError("name", N_("Ce champ est nécessaire."))
    _check_length("name", name, LONGEST_NAME)
    _check_length("summary", data.summary or "", LONGEST_SUMMARY)
    if not data.lead:
        raise RuleError("lead", N_("Dites qui est chef de file."))
    if unknown := set(data.participants) - set(Role):
        raise RuleError("role", N_("Le rôle « %(role)s » n’existe pas."), role=min(unknown)[:30])
    if sum(map(len, data.participants.values())) > MOST_PARTICIPANTS:
        raise RuleError(
            "partenaire", N_("%(count)s participants au plus."), count=MOST_PARTICIPANTS
        )
    places = tuple(dict.fromkeys(place.strip() for place in data.places_abroad if place.strip()))
    _check_length("places_abroad", "; ".join(places), LONGEST_PLACES)
    if data.budget_cents is not None and data.budget_cents < 0:
        raise RuleError("budget", N_("Un montant ne peut pas être négatif."))
    check_dates(data.start_on, data.end_on)
    check_status(data.status, data.start_on, data.end_on, today)
    return replace(
        data,
        name=name,
        places_abroad=places,
        theme_ids=tuple(dict.fromkeys(data.theme_ids)),
        sdg_ids=tuple(dict.fromkeys(data.sdg_ids)),
        country_codes=tuple(dict.fromkeys(data.country_codes)),
    )


def check_dates(start_on: date | None, end_on: date | None) -> None:
    """Raise RuleError when a project ends before it starts."""
    if start_on and end_on and end_on < start_on:
        raise RuleError("end_on", N_("La fin ne peut pas précéder le début."))


def check_status(status: str, start_on: date | None, end_on: date | None, today: date) -> None:
    """Raise RuleError unless the status exists and the dates allow it."""
    if status not in set(ProjectStatus):
        raise RuleError("status", N_("Choisissez un statut de la liste."))
    begins_later = start_on is not None and start_on > today
    if begins_later and status == ProjectStatus.DONE:
        raise RuleError("status", N_("Un projet qui commence plus tard ne peut pas être terminé."))
    if begins_later and status == ProjectStatus.RUNNING:
        raise RuleError(
            "status",
            N_("Ce projet commence plus tard : choisissez « Idée » ou « En montage »."),
        )
    if status == ProjectStatus.DONE and end_on is not None and end_on > today:
        raise RuleError("status", N_("La fin est à venir : corrigez-la, ou gardez « En cours »."))


def clean_headcount(data: HeadcountData, today: date) -> HeadcountData:
    """Return the data; raise RuleError for a day to come or a number that is none."""
    if data.kind not in set(HeadcountKind):
        raise RuleError("kind", N_("Choisissez un public de la liste."))
    if data.count < 0:
        raise RuleError("count", N_("Un effectif ne peut pas être négatif."))
    if data.counted_on > today:
        raise RuleError("counted_on", N_("On ne compte pas des personnes un jour à venir."))
    return replace(data, wording=data.wording if data.is_approximate else None)


def split_places(text: str | None) -> tuple[str, ...]:
    """Return the places typed with commas, semicolons or lines, each once, in order."""
    parts: Iterable[str] = re.split(r"[,;\n]", text or "")
    return tuple(dict.fromkeys(part.strip() for part in parts if part.strip()))


def _check_length(field: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise RuleError(field, N_("C’est trop long : %(count)s caractères au plus."), count=longest)
