"""Reads of the named lists of communes."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from crm.core.errors import NotFoundError
from crm.territories.models import Commune, Territory, territory_commune


def territory_choices(session: Session) -> list[tuple[str, str]]:
    """Return (id as text, name) of the territories out of the trash, by name."""
    rows = session.execute(
        select(Territory.id, Territory.name)
        .where(Territory.deleted_at.is_(None))
        .order_by(Territory.sort_name, Territory.id)
    )
    return [(str(territory_id), name) for territory_id, name in rows.tuples()]


def territory_for_page(session: Session, territory_id: int) -> Territory:
    """Return a territory out of the trash with its communes; raise NotFoundError."""
    territory = session.scalar(
        select(Territory)
        .where(Territory.id == territory_id, Territory.deleted_at.is_(None))
        .options(selectinload(Territory.communes))
    )
    if territory is None:
        raise NotFoundError
    return territory


def population_of(session: Session, territory_id: int) -> int:
    """Return how many people live in the communes of a territory, as far as is known."""
    return (
        session.scalar(
            select(func.sum(Commune.population))
            .join(territory_commune, territory_commune.c.insee_code == Commune.insee_code)
            .where(territory_commune.c.territory_id == territory_id)
        )
        or 0
    )


def communes_named(session: Session, names: Sequence[str]) -> dict[str, list[Commune]]:
    """Return the present communes of each folded name."""
    found: dict[str, list[Commune]] = {}
    rows = session.scalars(
        select(Commune)
        .where(Commune.sort_name.in_(names))
        .order_by(Commune.sort_name, Commune.insee_code)
    )
    for commune in rows:
        found.setdefault(commune.sort_name, []).append(commune)
    return found
