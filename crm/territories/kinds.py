"""How the named lists of communes come back, and how their changes are told."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.core.text import sort_key
from crm.history.kinds import Kind
from crm.history.wording import Wording
from crm.territories.models import Commune, Territory
from crm.territories.territory_operations import check_name_is_free


def _mend(session: Session, territory: Territory) -> None:
    territory.sort_name = sort_key(territory.name)
    check_name_is_free(session, territory)


def _communes(session: Session, values: Sequence[Any]) -> Mapping[Any, str]:
    rows = session.execute(
        select(Commune.insee_code, Commune.name).where(Commune.insee_code.in_(values))
    )
    return {code: f"{name} ({code})" for code, name in rows.tuples()}


KINDS = (
    Kind(
        "territory",
        Territory,
        lambda territory: str(territory.name),
        page=("territory_lists.show", "territory_id"),
        mend=_mend,
        plain=frozenset({"description", "communes"}),
        owned=frozenset({"territory_commune"}),
    ),
)
POINTERS = ()
TERRITORY_WORDING = Wording(
    N_("Territoire"),
    {
        "name": N_("Nom"),
        "description": N_("Présentation"),
        "communes": N_("Communes"),
        "deleted_at": N_("Mis à la corbeille"),
    },
    {"communes": _communes},
)
