"""How changes of paths are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm.accompaniment.types import OUTCOME_LABELS, STAGE_LABELS, Outcome, Stage
from crm.accounts.models import User
from crm.contacts.models import Structure
from crm.contacts.wording import named_by
from crm.core.errors import N_
from crm.history.wording import Wording
from crm.projects.models import Project
from crm.reference.models import ReferenceItem
from crm.web.locale import translate


def _stages(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    return {value: translate(STAGE_LABELS[Stage(value)]) for value in values}


def _outcomes(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    return {value: translate(OUTCOME_LABELS[Outcome(value)]) for value in values}


ACCOMPANIMENT_WORDING = Wording(
    N_("Accompagnement"),
    {
        "structure_id": N_("Structure"),
        "stage": N_("Étape"),
        "person_id": N_("Suivi par"),
        "about": N_("Sujet"),
        "project_id": N_("Projet"),
        "opened_on": N_("Ouvert le"),
        "obstacles": N_("Obstacles"),
        "next_milestone": N_("Prochaine échéance"),
        "next_milestone_on": N_("Date de l’échéance"),
        "closed_on": N_("Clos le"),
        "outcome": N_("Issue"),
        "closing_note": N_("Note de clôture"),
        "deleted_at": N_("Mise à la corbeille"),
    },
    {
        "structure_id": named_by(Structure.id, Structure.name),
        "stage": _stages,
        "person_id": named_by(User.id, User.name),
        "project_id": named_by(Project.id, Project.name),
        "obstacles": named_by(ReferenceItem.id, ReferenceItem.label),
        "outcome": _outcomes,
    },
)
STAGE_WORDING = Wording(
    N_("Passage à une étape"),
    {
        "stage": N_("Étape"),
        "changed_on": N_("Date"),
        "author_id": N_("Noté par"),
    },
    {"stage": _stages, "author_id": named_by(User.id, User.name)},
)
