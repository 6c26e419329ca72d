"""Reads that tie a commune to its EPCI, and an EPCI to its communes in the network."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row, and_, bindparam, select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.territories.models import Commune, Epci

_EPCI = (
    select(Epci.siren, Epci.name, Structure.id)
    .outerjoin(Structure, and_(Structure.epci_siren == Epci.siren, Structure.deleted_at.is_(None)))
    .where(Epci.siren == bindparam("siren"))
)
_COMMUNES = (
    select(Structure.id, Structure.name, Structure.departement_code)
    .join(Commune, Commune.insee_code == Structure.insee_code)
    .where(Commune.epci_siren == bindparam("siren"), Structure.deleted_at.is_(None))
    .order_by(Structure.sort_name, Structure.id)
)


def epci_of(session: Session, commune: Commune | None) -> Row[Any] | None:
    """Return the EPCI that a commune belongs to: SIREN, name, and its id when it is an actor."""
    if commune is None or commune.epci_siren is None:
        return None
    return session.connection().execute(_EPCI, {"siren": commune.epci_siren}).one_or_none()


def communes_of_epci(session: Session, siren: str | None) -> Sequence[Row[Any]]:
    """Return the communes of an EPCI that are actors of the network, by name."""
    if siren is None:
        return ()
    return session.connection().execute(_COMMUNES, {"siren": siren}).all()
