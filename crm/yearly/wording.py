"""How changes of reports, of their texts and of closed years are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.agreements.models import Agreement
from crm.contacts.wording import named_by
from crm.core.errors import N_
from crm.history.wording import Wording
from crm.indicators.types import Level
from crm.web.locale import translate
from crm.yearly.types import PERIOD_LABELS, SUPPORT_LABELS, PeriodKind, Support

LEVEL_LABELS: Mapping[Level, str] = {
    Level.STRUCTURE: N_("Chaque structure pour elle-même"),
    Level.PARENT: N_("La structure parente, une seule fois"),
}


def _levels(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    return {value: translate(LEVEL_LABELS[Level(value)]) for value in values}


def _periods(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    return {value: translate(PERIOD_LABELS[PeriodKind(value)]) for value in values}


def _supports(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    return {value: translate(SUPPORT_LABELS[Support(value)]) for value in values}


WORDINGS = {
    "report_definition": Wording(
        N_("Rapport"),
        {
            "name": N_("Nom"),
            "funder": N_("Financeur"),
            "agreement_id": N_("Convention"),
            "level": N_("Niveau des structures"),
            "period": N_("Année comptée"),
            "support": N_("Appui compté"),
            "deleted_at": N_("Mise à la corbeille"),
        },
        {
            "agreement_id": named_by(Agreement.id, Agreement.name),
            "level": _levels,
            "period": _periods,
            "support": _supports,
        },
    ),
    "report_item": Wording(
        N_("Élément de rapport"),
        {
            "definition_id": N_("Rapport"),
            "position": N_("Place"),
            "kind": N_("Type"),
            "title": N_("Titre"),
            "code": N_("Chiffre ou liste"),
            "by": N_("Détail par"),
            "kept": N_("Ne compter que"),
            "deleted_at": N_("Mise à la corbeille"),
        },
    ),
    "report_template": Wording(
        N_("Modèle Word"),
        {
            "definition_id": N_("Rapport"),
            "name": N_("Nom"),
            "author_id": N_("Envoyé par"),
            "deleted_at": N_("Retiré"),
        },
        {"author_id": named_by(User.id, User.name)},
    ),
    "report_text": Wording(
        N_("Texte de rapport"),
        {
            "item_id": N_("Élément"),
            "year": N_("Année"),
            "body": N_("Texte"),
            "author_id": N_("Écrit par"),
        },
        {"author_id": named_by(User.id, User.name)},
    ),
    "report_closure": Wording(
        N_("Clôture d’une année"),
        {
            "definition_id": N_("Rapport"),
            "year": N_("Année"),
            "closed_at": N_("Close le"),
            "closed_by_id": N_("Close par"),
            "digest": N_("Empreinte"),
            "open_sessions": N_("Séances laissées ouvertes"),
            "reopened_at": N_("Rouverte le"),
            "reopened_by_id": N_("Rouverte par"),
            "reopen_reason": N_("Pourquoi"),
        },
        {
            "closed_by_id": named_by(User.id, User.name),
            "reopened_by_id": named_by(User.id, User.name),
        },
    ),
}
