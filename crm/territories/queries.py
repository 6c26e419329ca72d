"""Reads of the geography: one commune, suggestions while typing, countries."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from crm.core.text import sort_key
from crm.territories.models import (
    Commune,
    CommunePostcode,
    Country,
    Departement,
    Epci,
    FormerCommune,
)


@dataclass(frozen=True, slots=True)
class CommuneSuggestion:
    """A commune that a picker offers; the label is never ambiguous."""

    insee_code: str
    label: str
    detail: str


def find_commune(session: Session, insee_code: str) -> Commune | None:
    """Return the present commune of an INSEE code, a former one followed; None if unknown."""
    commune = session.get(Commune, insee_code)
    if commune is not None:
        return commune
    former = session.get(FormerCommune, insee_code)
    return session.get(Commune, former.current_insee_code) if former else None


def search_communes(session: Session, text: str, limit: int = 10) -> list[CommuneSuggestion]:
    """Return the communes whose name holds words beginning so, or with that postcode or code."""
    typed = sort_key(text)
    if not typed:
        return []
    rows = session.execute(
        _suggested(typed).order_by(Commune.sort_name != typed, Commune.sort_name, Commune.insee_code)
        .limit(limit)
    )
    return [
        CommuneSuggestion(
            row.insee_code,
            f"{row.name} ({row.departement_code})",
            " · ".join(filter(None, (row.departement, row.epci, row.insee_code))),
        )
        for row in rows
    ]


def _suggested(typed: str) -> Select[tuple[str, str, str, str, str | None]]:
    statement = (
        select(
            Commune.insee_code,
            Commune.name,
            Commune.departement_code,
            Departement.name.label("departement"),
            Epci.name.label("epci"),
        )
        .join(Departement, Departement.code == Commune.departement_code)
        .outerjoin(Epci, Epci.siren == Commune.epci_siren)
    )
    if re.fullmatch(r"[0-9][0-9ab][0-9]{0,3}", typed):
        postcodes = select(CommunePostcode.insee_code).where(
            CommunePostcode.postcode.startswith(typed)
        )
        return statement.where(
            or_(Commune.insee_code.startswith(typed.upper()), Commune.insee_code.in_(postcodes))
        )
    for word in typed.split():
        statement = statement.where(
            or_(Commune.sort_name.startswith(word), Commune.sort_name.contains(f" {word}"))
        )
    return statement


def countries(session: Session) -> Sequence[Country]:
    """Return every country, in the order of French names."""
    return session.scalars(select(Country).order_by(Country.sort_name, Country.code)).all()
