"""How changes of projects are told."""

from crm.contacts.models import Structure
from crm.contacts.wording import named_by
from crm.core.errors import N_
from crm.history.wording import Wording
from crm.reference.models import ReferenceItem
from crm.territories.models import Country

PROJECT_WORDING = Wording(
    N_("Projet"),
    {
        "name": N_("Nom"),
        "summary": N_("Résumé"),
        "lead_structure_id": N_("Chef de file"),
        "listed_on": N_("Référencé le"),
        "start_on": N_("Début"),
        "end_on": N_("Fin"),
        "themes": N_("Thèmes"),
        "countries": N_("Pays"),
    },
    {
        "lead_structure_id": named_by(Structure.id, Structure.name),
        "themes": named_by(ReferenceItem.id, ReferenceItem.label),
        "countries": named_by(Country.code, Country.name),
    },
)
