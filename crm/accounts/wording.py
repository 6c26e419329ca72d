"""How changes of users are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm.accounts.permissions import ROLE_LABELS
from crm.core.errors import N_
from crm.history.wording import Wording
from crm.web.locale import translate


def _role_names(_session: Session, roles: Sequence[Any]) -> Mapping[Any, str]:
    return {
        str(role): translate(label) for role, label in ROLE_LABELS.items() if str(role) in roles
    }


USER_WORDING = Wording(
    N_("Compte"),
    {
        "name": N_("Nom"),
        "email": N_("Adresse électronique"),
        "role": N_("Rôle"),
        "is_active": N_("Actif"),
    },
    {"role": _role_names},
)
