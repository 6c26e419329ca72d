"""How changes of series, points and formulas are told."""

from crm.accounts.models import User
from crm.contacts.wording import named_by
from crm.core.errors import N_
from crm.history.wording import Wording

WORDINGS = {
    "series": Wording(
        N_("Série"),
        {
            "name": N_("Nom"),
            "unit": N_("Unité"),
            "reading": N_("Ce que disent les relevés"),
            "source": N_("Source"),
            "notes": N_("Notes"),
            "deleted_at": N_("Mise à la corbeille"),
        },
    ),
    "series_point": Wording(
        N_("Relevé"),
        {
            "series_id": N_("Série"),
            "day": N_("Jour"),
            "count": N_("Valeur"),
            "is_approximate": N_("Approximatif"),
            "wording": N_("En toutes lettres"),
            "source": N_("Source"),
            "note": N_("Remarque"),
            "author_id": N_("Noté par"),
            "deleted_at": N_("Mise à la corbeille"),
        },
        {"author_id": named_by(User.id, User.name)},
    ),
    "formula": Wording(
        N_("Formule"),
        {
            "name": N_("Nom"),
            "expression": N_("Formule"),
            "rule": N_("Règle en toutes lettres"),
            "deleted_at": N_("Mise à la corbeille"),
        },
    ),
}
