"""How changes of projects are told."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.contacts.wording import named_by
from crm.core.errors import N_
from crm.history.wording import Namer, Wording
from crm.projects.types import (
    HEADCOUNT_LABELS,
    PROJECT_STATUS_LABELS,
    ROLE_LABELS,
    HeadcountKind,
    ProjectStatus,
    Role,
)
from crm.reference.models import ReferenceItem
from crm.territories.models import Country
from crm.web.formats import money
from crm.web.locale import translate


def _labelled(kind: Callable[[Any], Any], labels: Mapping[Any, str]) -> Namer:
    def look_up(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
        return {value: translate(labels[kind(value)]) for value in values}

    return look_up


def _amounts(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    return {value: money(value) for value in values}


PROJECT_WORDING = Wording(
    N_("Projet"),
    {
        "name": N_("Nom"),
        "summary": N_("Résumé"),
        "lead_structure_id": N_("Chef de file"),
        "status": N_("Statut"),
        "is_pooled": N_("Mutualisé"),
        "is_publishable": N_("Publiable"),
        "places_abroad": N_("Régions ou lieux à l’étranger"),
        "budget_cents": N_("Budget"),
        "listed_on": N_("Référencé le"),
        "start_on": N_("Début"),
        "end_on": N_("Fin"),
        "deleted_at": N_("Mis à la corbeille"),
        "themes": N_("Thèmes"),
        "sdgs": N_("Objectifs de développement durable"),
        "countries": N_("Pays"),
    },
    {
        "lead_structure_id": named_by(Structure.id, Structure.name),
        "status": _labelled(ProjectStatus, PROJECT_STATUS_LABELS),
        "budget_cents": _amounts,
        "themes": named_by(ReferenceItem.id, ReferenceItem.label),
        "sdgs": named_by(ReferenceItem.id, ReferenceItem.label),
        "countries": named_by(Country.code, Country.name),
    },
)
PARTNER_WORDING = Wording(
    N_("Participation à un projet"),
    {"structure_id": N_("Structure"), "role": N_("Rôle")},
    {
        "structure_id": named_by(Structure.id, Structure.name),
        "role": _labelled(Role, ROLE_LABELS),
    },
)
HEADCOUNT_WORDING = Wording(
    N_("Effectif"),
    {
        "counted_on": N_("Date"),
        "kind": N_("Public"),
        "count": N_("Combien"),
        "is_approximate": N_("Approximatif"),
        "wording": N_("Tel que saisi"),
    },
    {"kind": _labelled(HeadcountKind, HEADCOUNT_LABELS)},
)
