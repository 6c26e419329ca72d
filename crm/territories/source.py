"""Reads the official division of the territory from the front-end package that carries it.

Source: the data files of `@etalab/decoupage-administratif` (INSEE's Code officiel géographique,
DGCL's list of EPCI, La Poste's postcodes), under Licence Ouverte.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_HERE = Path(__file__).resolve().parent
_PLACES = (
    _HERE / "data",
    _HERE.parent.parent / "node_modules" / "@etalab" / "decoupage-administratif" / "data",
)

Record = dict[str, Any]


class MissingGeographyError(RuntimeError):
    """The data files are not installed; the message says how to install them."""


@dataclass(frozen=True, slots=True)
class Division:
    """The whole country's division; held only while it is loaded, for it is large."""

    regions: list[Record]
    departements: list[Record]
    arrondissements: list[Record]
    epci: list[Record]
    communes: list[Record]


def read_division() -> Division:
    """Return the division of the territory; raise MissingGeographyError when not installed."""
    return Division(
        regions=_records("regions"),
        departements=_records("departements"),
        arrondissements=_records("arrondissements"),
        epci=_records("epci"),
        communes=_records("communes"),
    )


def _records(name: str) -> list[Record]:
    for place in _PLACES:
        path = place / f"{name}.json"
        if path.is_file():
            found: list[Record] = json.loads(path.read_bytes())
            return found
    raise MissingGeographyError(
        f"The reference geography ({name}.json) is not installed: run 'make run', or"
        " 'python3 tools/install.py base', which fetches it by the lock file."
    )
