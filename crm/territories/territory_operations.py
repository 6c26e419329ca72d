"""Making and changing the named lists of communes."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.core.text import sort_key
from crm.territories.models import Commune, Territory

LONGEST_NAME, LONGEST_DESCRIPTION = 120, 2000


@dataclass(frozen=True, slots=True)
class TerritoryData:
    """What a form says of a territory; the codes are those of present communes."""

    name: str
    insee_codes: Sequence[str]
    description: str | None = None


def create_territory(session: Session, *, data: TerritoryData) -> Territory:
    """Make a territory and return it; raise RuleError with the field that does not fit."""
    territory = Territory(created_at=clock.now(), communes=[])
    _fill(session, territory, data)
    session.add(territory)
    session.flush()
    return territory


def update_territory(
    session: Session, *, territory_id: int, version: int, data: TerritoryData
) -> Territory:
    """Change a territory as it was at that version; raise StaleRecordError if it has moved on."""
    territory = get_territory(session, territory_id)
    if territory.version != version:
        raise StaleRecordError(territory)
    _fill(session, territory, data)
    session.flush()
    return territory


def get_territory(session: Session, territory_id: int) -> Territory:
    """Return a territory out of the trash, ready to be changed; raise NotFoundError."""
    territory = session.scalar(
        select(Territory)
        .where(Territory.id == territory_id, Territory.deleted_at.is_(None))
        .options(selectinload(Territory.communes))
        .with_for_update()
    )
    if territory is None:
        raise NotFoundError
    return territory


def check_name_is_free(session: Session, territory: Territory) -> None:
    """Raise RuleError when another territory has this name."""
    other = session.scalar(
        select(Territory.id).where(
            Territory.sort_name == territory.sort_name,
            Territory.deleted_at.is_(None),
            Territory.id != (territory.id or 0),
        )
    )
    if other is not None:
        raise RuleError("name", N_("Un territoire porte déjà ce nom."), record=("territory", other))


def _fill(session: Session, territory: Territory, data: TerritoryData) -> None:
    name = " ".join(data.name.split())
    if not sort_key(name):
        raise RuleError("name", N_("Ce champ est nécessaire."))
    if not data.insee_codes:
        raise RuleError("pasted", N_("Donnez au moins une commune."))
    with session.no_autoflush:
        communes = session.scalars(
            select(Commune)
            .where(Commune.insee_code.in_(data.insee_codes))
            .order_by(Commune.sort_name, Commune.insee_code)
        ).all()
        territory.name, territory.sort_name = name, sort_key(name)
        territory.description = data.description
        check_name_is_free(session, territory)
    if {each.insee_code for each in territory.communes} != {each.insee_code for each in communes}:
        territory.communes = list(communes)
        # A list alone does not touch the row: this makes its version grow all the same.
        flag_modified(territory, "created_at")
