"""Reads that tie an EPCI to its communes in the network."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.territories.models import Commune

_COMMUNES = (
    select(Structure.id, Structure.name, Structure.departement_code)
    .join(Commune, Commune.insee_code == Structure.insee_code)
    .where(Commune.epci_siren == bindparam("siren"), Structure.deleted_at.is_(None))
    .order_by(Structure.sort_name, Structure.id)
)


def communes_of_epci(session: Session, siren: str | None) -> Sequence[Row[Any]]:
    """Return the communes of an EPCI that are actors of the network, by name."""
    if siren is None:
        return ()
    return session.connection().execute(_COMMUNES, {"siren": siren}).all()
