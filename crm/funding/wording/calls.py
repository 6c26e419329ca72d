"""How changes of calls are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm.contacts.wording import name_families, named_by
from crm.core.errors import N_
from crm.funding.models import FundingScheme
from crm.history.wording import Wording
from crm.territories.models import Departement
from crm.web.formats import money


def _amounts(_session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    return {value: money(value) for value in values}


CALL_WORDING = Wording(
    N_("Appel à projets"),
    {
        "scheme_id": N_("Dispositif"),
        "name": N_("Nom"),
        "year": N_("Année"),
        "opens_on": N_("Ouverture"),
        "predeposit_on": N_("Prédépôt au plus tard"),
        "closes_on": N_("Clôture"),
        "results_on": N_("Résultats"),
        "minimum_partners": N_("Partenaires au moins"),
        "cap_cents": N_("Plafond par dossier"),
        "rate_percent": N_("Taux maximal (%)"),
        "budget_cents": N_("Enveloppe totale"),
        "link": N_("Lien"),
        "notes": N_("Notes"),
        "deleted_at": N_("Mis à la corbeille"),
        "families": N_("Familles éligibles"),
        "departements": N_("Départements éligibles"),
    },
    {
        "scheme_id": named_by(FundingScheme.id, FundingScheme.name),
        "cap_cents": _amounts,
        "budget_cents": _amounts,
        "families": name_families,
        "departements": named_by(Departement.code, Departement.name),
    },
)
