"""Keeping what the directory says, and giving it to the records of communes that have nothing."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from crm.campaigns.directory.types import FIELDS, TownHall
from crm.campaigns.models import DirectoryEntry
from crm.contacts.indexing import STRUCTURE, all_structures
from crm.contacts.models import Structure
from crm.core.batches import in_batches
from crm.core.errors import N_, RuleError
from crm.history.bulk import check_selection
from crm.history.recording import describe_save
from crm.search.index import index_records
from crm.territories.models import Commune


def keep_town_halls(session: Session, halls: Sequence[TownHall], *, now: datetime) -> int:
    """Keep what the directory says of communes; return how many are of communes not covered.

    A commune said twice in a batch keeps what was said first; reading again replaces.
    """
    named = {each.insee_code: each for each in reversed(halls)}
    known = set(session.scalars(select(Commune.insee_code).where(Commune.insee_code.in_(named))))
    rows = [
        {"insee_code": code, "read_at": now, **{name: getattr(hall, name) for name in FIELDS}}
        for code, hall in sorted(named.items())
        if code in known and hall.says_something
    ]
    if rows:
        statement = _insert(session)(DirectoryEntry).values(rows)
        changed = {name: statement.excluded[name] for name in (*FIELDS, "read_at")}
        session.execute(
            statement.on_conflict_do_update(index_elements=["insee_code"], set_=changed)
        )
    return sum(each.insee_code not in known for each in halls)


def _insert(session: Session) -> type[sqlite.Insert] | type[postgresql.Insert]:
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.Insert if is_sqlite else postgresql.Insert


def _offered(name: str) -> ColumnElement[bool]:
    """Return whether the directory has a value where the record has none."""
    return and_(getattr(DirectoryEntry, name).is_not(None), getattr(Structure, name).is_(None))


def differs(name: str) -> ColumnElement[bool]:
    """Return whether the directory and the record both say something, and not the same."""
    there, here = getattr(DirectoryEntry, name), getattr(Structure, name)
    return and_(there.is_not(None), here.is_not(None), func.lower(there) != func.lower(here))


def town_halls() -> Select[Any]:
    """Select the records of communes beside what the directory says of them."""
    return (
        select(Structure, DirectoryEntry)
        .join(DirectoryEntry, DirectoryEntry.insee_code == Structure.insee_code)
        .where(Structure.deleted_at.is_(None))
    )


def fill_empty(session: Session, only: ColumnElement[bool] | None = None) -> int:
    """Give the records of communes what they lack and the directory has; return how many values.

    What a record says already stays.
    """
    statement = town_halls().where(
        or_(*(_offered(name) for name in FIELDS)), true() if only is None else only
    )
    filled, changed = 0, []
    for structure, entry in session.execute(statement.order_by(Structure.id)).tuples():
        for name in FIELDS:
            if getattr(structure, name) is None and getattr(entry, name) is not None:
                setattr(structure, name, getattr(entry, name))
                filled += 1
        changed.append(structure.id)
    _index(session, changed)
    return filled


def take_values(session: Session, *, ids: Sequence[int], name: str) -> int:
    """Let the records chosen say what the directory says in a field; return how many changed."""
    if name not in FIELDS:
        raise RuleError("value", N_("Choisissez le courriel, le téléphone ou le site."))
    wanted = check_selection(ids)
    describe_save(session, label=N_("Coordonnées prises dans l’annuaire des mairies"))
    changed = []
    for batch in in_batches(wanted):
        statement = town_halls().where(Structure.id.in_(batch), or_(differs(name), _offered(name)))
        for structure, entry in session.execute(statement.order_by(Structure.id)).tuples():
            setattr(structure, name, getattr(entry, name))
            changed.append(structure.id)
    _index(session, changed)
    return len(changed)


def _index(session: Session, ids: Collection[int]) -> None:
    session.flush()
    for batch in in_batches(sorted(ids)):
        index_records(session, STRUCTURE, dict(all_structures(session, Structure.id.in_(batch))))


def count_differing(session: Session) -> int:
    """Return how many records say something else than the directory."""
    found = town_halls().where(or_(*(differs(name) for name in FIELDS)))
    counted = found.with_only_columns(func.count(), maintain_column_froms=True)
    return session.execute(counted).scalar_one()
