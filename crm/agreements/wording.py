"""How changes of agreements and of what they plan are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.agreements.models import PlannedAction
from crm.agreements.presentation import narrowings
from crm.agreements.types import RHYTHM_LABELS, Rhythm
from crm.contacts.models import Structure
from crm.contacts.wording import named_by
from crm.core.errors import N_
from crm.history.wording import Wording
from crm.reference.models import ReferenceItem
from crm.web.locale import translate


def _rhythms(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    return {value: translate(RHYTHM_LABELS[Rhythm(value)]) for value in values}


def _narrowed(session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    known = dict(narrowings(session))
    return {
        value: ", ".join(known.get(each, each) for each in str(value).split()) for value in values
    }


WORDINGS = {
    "agreement": Wording(
        N_("Convention"),
        {
            "name": N_("Nom"),
            "reference": N_("Référence"),
            "starts_on": N_("Début"),
            "ends_on": N_("Fin"),
            "funders": N_("Financeurs"),
            "axes": N_("Axes"),
            "notes": N_("Notes"),
            "deleted_at": N_("Mise à la corbeille"),
        },
        {
            "funders": named_by(Structure.id, Structure.name),
            "axes": named_by(ReferenceItem.id, ReferenceItem.label),
        },
    ),
    "planned_action": Wording(
        N_("Action prévue"),
        {
            "agreement_id": N_("Convention"),
            "axis_id": N_("Axe"),
            "position": N_("Place"),
            "label": N_("Action"),
            "target_text": N_("Cible, en toutes lettres"),
            "target_count": N_("Cible, en nombre"),
            "rhythm": N_("Attendue"),
            "year": N_("Année"),
            "figure_code": N_("Chiffre qui compte"),
            "by_axis": N_("Compter seulement ce qui est rattaché à l’axe"),
            "kept": N_("Ne compter que"),
            "deleted_at": N_("Mise à la corbeille"),
        },
        {
            "axis_id": named_by(ReferenceItem.id, ReferenceItem.label),
            "rhythm": _rhythms,
            "kept": _narrowed,
        },
    ),
    "action_record": Wording(
        N_("Réalisation"),
        {
            "action_id": N_("Action prévue"),
            "done_on": N_("Date"),
            "what": N_("Ce qui a été fait"),
            "count": N_("Compte pour"),
            "source": N_("Source"),
            "author_id": N_("Noté par"),
            "deleted_at": N_("Mise à la corbeille"),
        },
        {
            "action_id": named_by(PlannedAction.id, PlannedAction.label),
            "author_id": named_by(User.id, User.name),
        },
    ),
}
