"""Reads of the geography: one commune, suggestions while typing, départements, countries."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select
from sqlalchemy.orm import Session

from crm.core.text import sort_key
from crm.territories.models import (
    Arrondissement,
    Commune,
    CommunePostcode,
    Country,
    Departement,
    Epci,
    FormerCommune,
)

_CODE = re.compile(r"[0-9][0-9ab][0-9]{0,3}")


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
    """Return the communes whose name holds words beginning so, or with that postcode or code.

    The name typed in full comes first, then the names that begin so. A former INSEE code or
    name leads to the present commune.
    """
    typed = sort_key(text)
    if not typed:
        return []
    matches = _matches(typed)
    if merged := _merged_into(session, typed):
        matches = or_(matches, Commune.insee_code.in_(merged))
    found = session.execute(
        _described()
        .where(matches)
        .order_by(
            Commune.sort_name != typed,
            ~Commune.sort_name.startswith(typed),
            Commune.sort_name,
            Commune.insee_code,
        )
        .limit(limit)
    ).all()
    postcodes = _postcodes_of(session, [row.insee_code for row in found])
    return [_suggestion(row, postcodes[row.insee_code]) for row in found]


def departements_covered(session: Session) -> Sequence[Departement]:
    """Return the départements in which the network works, by code."""
    return session.scalars(
        select(Departement).where(Departement.is_covered).order_by(Departement.code)
    ).all()


def epci_choices(session: Session) -> list[tuple[str, str]]:
    """Return (SIREN, name with its département) of each EPCI, in the order of names."""
    rows = session.execute(
        select(Epci.siren, Epci.name, Epci.departement_code).order_by(Epci.sort_name, Epci.siren)
    )
    return [(siren, f"{name} ({departement})") for siren, name, departement in rows.tuples()]


def arrondissement_choices(session: Session) -> list[tuple[str, str]]:
    """Return (code, name with its département) of each arrondissement, in the order of names."""
    rows = session.execute(
        select(Arrondissement.code, Arrondissement.name, Arrondissement.departement_code).order_by(
            Arrondissement.name, Arrondissement.code
        )
    )
    return [(code, f"{name} ({departement})") for code, name, departement in rows.tuples()]


def country_choices(session: Session) -> list[tuple[str, str]]:
    """Return (code, name) of each country, in the order of French names."""
    rows = session.execute(
        select(Country.code, Country.name).order_by(Country.sort_name, Country.code)
    )
    return list(rows.tuples().all())


def commune_labels(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Return the label of each of these communes that exists, by INSEE code."""
    rows = session.execute(_described().where(Commune.insee_code.in_(codes))).all()
    postcodes = _postcodes_of(session, [row.insee_code for row in rows])
    return {row.insee_code: _suggestion(row, postcodes[row.insee_code]).label for row in rows}


def countries(session: Session) -> Sequence[Country]:
    """Return every country, in the order of French names."""
    return session.scalars(select(Country).order_by(Country.sort_name, Country.code)).all()


def _described() -> Select[tuple[str, str, str, bool, str, str]]:
    return (
        select(
            Commune.insee_code,
            Commune.name,
            Commune.departement_code,
            Commune.is_homonym,
            Departement.name.label("departement"),
            Epci.name.label("epci"),
        )
        .join(Departement, Departement.code == Commune.departement_code)
        .outerjoin(Epci, Epci.siren == Commune.epci_siren)
    )


def _matches(typed: str) -> ColumnElement[bool]:
    """Return the condition for a folded text: of letters, digits and spaces, so safe in LIKE."""
    if _CODE.fullmatch(typed):
        code = typed.upper()
        postcodes = select(CommunePostcode.insee_code).where(
            CommunePostcode.postcode.startswith(code)
        )
        former = select(FormerCommune.current_insee_code).where(FormerCommune.insee_code == code)
        return or_(
            Commune.insee_code.startswith(code),
            Commune.insee_code.in_(postcodes),
            Commune.insee_code.in_(former),
        )
    name = Commune.sort_name
    return and_(*(or_(name.startswith(word), name.contains(f" {word}")) for word in typed.split()))


def _merged_into(session: Session, typed: str) -> list[str]:
    """Return the present codes of the communes of the past whose name holds the words typed."""
    rows = session.execute(
        select(FormerCommune.name, FormerCommune.current_insee_code).where(
            FormerCommune.name.is_not(None)
        )
    ).tuples()
    return [
        code
        for name, code in rows
        if all(
            any(part.startswith(word) for part in sort_key(name or "").split())
            for word in typed.split()
        )
    ]


def _postcodes_of(session: Session, insee_codes: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = defaultdict(list)
    rows = session.execute(
        select(CommunePostcode.insee_code, CommunePostcode.postcode)
        .where(CommunePostcode.insee_code.in_(insee_codes))
        .order_by(CommunePostcode.insee_code, CommunePostcode.postcode)
    )
    for insee_code, postcode in rows.tuples():
        found[insee_code].append(postcode)
    return found


def _suggestion(
    row: Row[tuple[str, str, str, bool, str, str]], postcodes: Sequence[str]
) -> CommuneSuggestion:
    where = row.departement_code
    if row.is_homonym:
        where = ", ".join((row.departement, *postcodes[:1]))
    details = (row.departement, row.epci, ", ".join(postcodes))
    return CommuneSuggestion(
        insee_code=row.insee_code,
        label=f"{row.name} ({where})",
        detail=" · ".join(filter(None, details)),
    )
