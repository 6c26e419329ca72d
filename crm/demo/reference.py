"""What the demonstration takes from the lists and the geography already loaded."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.reference.models import ReferenceItem
from crm.territories.models import Commune, CommunePostcode, Departement, Epci


@dataclass(frozen=True, slots=True)
class Town:
    """A commune: where a seat may be."""

    insee_code: str
    name: str
    departement_code: str
    siren: str | None
    postcode: str | None


@dataclass(frozen=True, slots=True)
class Intercommunality:
    """An EPCI."""

    siren: str
    name: str
    departement_code: str


@dataclass(frozen=True, slots=True)
class Reference:
    """Ids of the lists by code; towns and EPCI from the most to the least populated."""

    items: dict[tuple[str, str], int]
    towns: Sequence[Town]
    epci: Sequence[Intercommunality]
    departements: Sequence[tuple[str, str]]

    def item(self, list_code: str, code: str) -> int:
        """Return the id of a list's entry."""
        return self.items[list_code, code]

    def codes(self, list_code: str) -> list[str]:
        """Return the codes of a list in their order."""
        return [code for name, code in self.items if name == list_code]


def read_reference(session: Session) -> Reference:
    """Return the lists and the geography of the covered départements."""
    items = session.execute(
        select(ReferenceItem.list_code, ReferenceItem.code, ReferenceItem.id).order_by(
            ReferenceItem.list_code, ReferenceItem.position, ReferenceItem.id
        )
    ).tuples()
    first_postcode = (
        select(CommunePostcode.insee_code, func.min(CommunePostcode.postcode).label("postcode"))
        .group_by(CommunePostcode.insee_code)
        .subquery()
    )
    towns = session.execute(
        select(
            Commune.insee_code,
            Commune.name,
            Commune.departement_code,
            Commune.siren,
            first_postcode.c.postcode,
        )
        .outerjoin(first_postcode, first_postcode.c.insee_code == Commune.insee_code)
        .order_by(func.coalesce(Commune.population, 0).desc(), Commune.insee_code)
    )
    epci = session.execute(
        select(Epci.siren, Epci.name, Epci.departement_code).order_by(
            func.coalesce(Epci.population, 0).desc(), Epci.siren
        )
    )
    departements = session.execute(
        select(Departement.code, Departement.name)
        .where(Departement.is_covered)
        .order_by(Departement.code)
    )
    return Reference(
        items={(list_code, code): item_id for list_code, code, item_id in items},
        towns=[Town(*row) for row in towns.tuples()],
        epci=[Intercommunality(*row) for row in epci.tuples()],
        departements=list(departements.tuples()),
    )
