"""How changes of schemes are told."""

from crm.contacts.models import Structure
from crm.contacts.wording import named_by
from crm.core.errors import N_
from crm.history.wording import Wording

SCHEME_WORDING = Wording(
    N_("Dispositif"),
    {
        "name": N_("Nom"),
        "summary": N_("Ce qu’il finance"),
        "link": N_("Lien"),
        "is_recurring": N_("Revient chaque année"),
        "is_active": N_("En vigueur"),
        "deleted_at": N_("Mis à la corbeille"),
        "funders": N_("Financeurs"),
    },
    {"funders": named_by(Structure.id, Structure.name)},
)
