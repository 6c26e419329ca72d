"""Loads the geography of the départements that a network covers; loading twice changes nothing."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from crm.core.text import sort_key
from crm.territories.countries import country_rows
from crm.territories.indexing import index_territories
from crm.territories.models import (
    Arrondissement,
    Commune,
    CommunePostcode,
    Country,
    Departement,
    Epci,
    FormerCommune,
    Region,
)
from crm.territories.source import Division, Record, read_division

Row = dict[str, Any]


def load_territories(session: Session, departements: Sequence[str]) -> dict[str, int]:
    """Bring the geography up to date; return table name → rows added or changed.

    Départements and régions are those of the whole country, the rest of the covered ones. What an
    earlier division had and this one has not is kept, for records point to it. Raises ValueError
    for a département code that does not exist, MissingGeographyError without the data files.
    """
    division = read_division()
    covered = set(departements)
    if unknown := sorted(covered - {record["code"] for record in division.departements}):
        raise ValueError(f"There is no département {', '.join(unknown)}.")
    communes = [
        record
        for record in division.communes
        if record["type"] == "commune-actuelle" and record.get("departement") in covered
    ]
    tables: list[tuple[type[Any], Iterable[Row]]] = [
        (Country, country_rows()),
        (Region, _regions(division)),
        (Departement, _departements(division, covered)),
        (Arrondissement, _arrondissements(division, covered)),
        (Epci, _epci(division, communes)),
        (Commune, _communes(division, communes)),
        (CommunePostcode, _postcodes(communes)),
        (FormerCommune, _former_communes(division, communes)),
    ]
    changed = {
        model.__tablename__: _bring_up_to_date(session, model.__table__, rows)
        for model, rows in tables
    }
    if any(changed.values()):
        index_territories(session)
    return changed


def holds_territories(session: Session, departements: Sequence[str]) -> bool:
    """Tell whether these départements, and no others, are loaded."""
    loaded = select(Departement.code).where(
        Departement.is_covered, Departement.code.in_(select(Commune.departement_code))
    )
    return set(session.scalars(loaded)) == set(departements)


def _bring_up_to_date(session: Session, table: Table, rows: Iterable[Row]) -> int:
    keys = [str(column.name) for column in table.primary_key]
    known = {
        tuple(row[key] for key in keys): row for row in session.execute(select(table)).mappings()
    }
    new: list[Row] = []
    changed: list[Row] = []
    for row in rows:
        before = known.get(tuple(row[key] for key in keys))
        if before is None:
            new.append(row)
        elif any(before[name] != value for name, value in row.items()):
            changed.append({f"the_{name}": value for name, value in row.items()})
    if new:
        session.execute(insert(table), new)
    if changed:
        plain = [column.name for column in table.columns if column.name not in keys]
        session.connection().execute(
            update(table)
            .where(*(table.c[key] == bindparam(f"the_{key}") for key in keys))
            .values({name: bindparam(f"the_{name}") for name in plain}),
            changed,
        )
    return len(new) + len(changed)


def _typographic(name: str) -> str:
    return name.replace("'", "’")


def _regions(division: Division) -> list[Row]:
    return [{"code": record["code"], "name": record["nom"]} for record in division.regions]


def _departements(division: Division, covered: set[str]) -> list[Row]:
    regions = {record["code"] for record in division.regions}
    return [
        {
            "code": record["code"],
            "name": _typographic(record["nom"]),
            "region_code": record.get("region") if record.get("region") in regions else None,
            "is_covered": record["code"] in covered,
        }
        for record in division.departements
    ]


def _arrondissements(division: Division, covered: set[str]) -> list[Row]:
    return [
        {
            "code": record["code"],
            "name": _typographic(record["nom"]),
            "departement_code": record["departement"],
        }
        for record in division.arrondissements
        if record["departement"] in covered
    ]


def _epci(division: Division, communes: Sequence[Record]) -> list[Row]:
    """Return the EPCI with at least one covered member, in the département of most of them."""
    departement_of = {record["code"]: record["departement"] for record in communes}
    rows = []
    for record in division.epci:
        seats = Counter(
            departement_of[member["code"]]
            for member in record["membres"]
            if member["code"] in departement_of
        )
        if seats:
            rows.append(
                {
                    "siren": record["code"],
                    "name": _typographic(record["nom"]),
                    "kind": record["type"],
                    "population": record.get("populationMunicipale"),
                    "departement_code": min(seats, key=lambda code: (-seats[code], code)),
                    "sort_name": sort_key(record["nom"]),
                }
            )
    return rows


def _communes(division: Division, communes: Sequence[Record]) -> list[Row]:
    epci_of = {
        member["code"]: record["code"] for record in division.epci for member in record["membres"]
    }
    bearers = Counter(sort_key(record["nom"]) for record in communes)
    return [
        {
            "insee_code": record["code"],
            "name": _typographic(record["nom"]),
            "sort_name": sort_key(record["nom"]),
            "departement_code": record["departement"],
            "arrondissement_code": record.get("arrondissement"),
            "epci_siren": epci_of.get(record["code"]),
            "siren": record.get("siren"),
            "population": record.get("population"),
            "is_homonym": bearers[sort_key(record["nom"])] > 1,
        }
        for record in communes
    ]


def _postcodes(communes: Sequence[Record]) -> list[Row]:
    return [
        {"insee_code": record["code"], "postcode": postcode}
        for record in communes
        for postcode in sorted(set(record.get("codesPostaux", ())))
    ]


def _former_communes(division: Division, communes: Sequence[Record]) -> list[Row]:
    """Return the codes that lead to a present commune: those it had, and of its parts."""
    present = {record["code"] for record in communes}
    rows: dict[str, Row] = {}
    for record in communes:
        for code in record.get("anciensCodes", ()):
            rows[code] = {"insee_code": code, "name": None, "current_insee_code": record["code"]}
    for record in division.communes:
        chief = record.get("chefLieu") or record.get("commune")
        if record["type"] != "commune-actuelle" and chief in present:
            rows[record["code"]] = {
                "insee_code": record["code"],
                "name": _typographic(record["nom"]),
                "current_insee_code": chief,
            }
    return [row for code, row in rows.items() if code not in present]
