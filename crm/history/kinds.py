"""The kinds of record that history can put back: each package describes its own."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from sqlalchemy import Column, ColumnElement, Select, Table, and_, inspect, or_, select, true
from sqlalchemy.orm import Session, selectinload

from crm.core.errors import N_, NotFoundError
from crm.database import Base
from crm.web.access import Permission


def _leave(_session: Session, _record: Any) -> None:
    """Do nothing."""


def _nothing(_session: Session, _record: Any) -> str | None:
    return None


def _alone(_session: Session, _record: Any) -> Sequence[tuple[str, int]]:
    return ()


def _as_they_were(_fields: Mapping[str, Any], _record: Any) -> Mapping[str, tuple[Any, bool]]:
    return {}


def _anyone(_session: Session, _record_id: int, _person: Any) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of record comes back, goes to the trash and leaves it.

    `mend` puts right what is derived from the values just put back (a sort key, the search index)
    and raises RuleError when they cannot stand; it is not called when only `plain` fields, which
    nothing derives from, come back. `archive` is what to do instead of deleting a
    record that others point at. `owned` names the tables whose rows go with a purged record, or
    « table.column » where only that column says whose a row is; `released` the columns that are
    emptied instead. `readable_ids` selects the ids that a person may know of; all, without it.
    `missing` names a record in the trash without which this one cannot come out of it.
    `rejoin(fields of a change, record)` says of fields that hold several things what they become
    without that change alone, and whether what it touched has moved on since; the others become
    what they were. `told_by` names the field whose words stand for another on the pages of history.
    `companions` are the records (kind, id) that go to the trash with this one, and come out of it
    with it when they went together.
    """

    entity: str
    model: type[Any]
    name_of: Callable[[Any], str]
    page: tuple[str, str] | None = None
    permission: Permission = Permission.EDIT_NETWORK
    mend: Callable[[Session, Any], None] = _leave
    plain: frozenset[str] = frozenset()
    archive: Callable[[Session, Any], None] | None = None
    archive_label: str = N_("Archiver")
    owned: frozenset[str] = frozenset()
    released: frozenset[str] = frozenset()
    readable_ids: Callable[[Any], Select[tuple[int]]] | None = None
    may_read: Callable[[Session, int, Any], bool] = _anyone
    missing: Callable[[Session, Any], str | None] = _nothing
    companions: Callable[[Session, Any], Sequence[tuple[str, int]]] = _alone
    rejoin: Callable[[Mapping[str, Any], Any], Mapping[str, tuple[Any, bool]]] = _as_they_were
    told_by: Mapping[str, str] = field(default_factory=dict)

    def needs_mending(self, fields: Iterable[str]) -> bool:
        """Tell whether something may derive from one of these fields."""
        return self.mend is not _leave and not self.plain.issuperset(fields)

    @property
    def is_trashable(self) -> bool:
        """Tell whether deleting a record of this kind moves it to the trash."""
        return hasattr(self.model, "deleted_at")

    def url_of(self, record_id: int) -> str | None:
        """Return the address of a record's page, where it has one."""
        if self.page is None:
            return None
        endpoint, argument = self.page
        values: dict[str, Any] = {argument: record_id}
        return url_for(endpoint, **values)


@dataclass(frozen=True, slots=True)
class Pointer:
    """Records that point at another one; those that block keep it out of the trash.

    `fate` says what becomes of those that do not; without it, they go and come back with it.
    """

    label: str
    url: str | None = None
    blocks: bool = True
    fate: str = ""


def load_records(session: Session, kind: Kind, ids: Sequence[int]) -> list[Any]:
    """Return the records of these ids, in the trash or not, their lists loaded."""
    lists = [
        selectinload(getattr(kind.model, relation.key))
        for relation in inspect(kind.model).relationships
        if relation.uselist
    ]
    return list(
        session.scalars(
            select(kind.model)
            .where(kind.model.id.in_(ids))
            .options(*lists)
            .execution_options(populate_existing=True)
        )
    )


def load_record(session: Session, kind: Kind, record_id: int) -> Any:
    """Return a record, in the trash or not, its lists loaded; raise NotFoundError."""
    found = load_records(session, kind, [record_id])
    if not found:
        raise NotFoundError
    return found[0]


def references_to(table: Table) -> Iterator[tuple[Table, Column[Any]]]:
    """Yield each foreign key to a table, with the table that holds it."""
    for holder in Base.metadata.sorted_tables:
        for key in holder.foreign_keys:
            # Of a key of two columns, the one that holds the id: the other says what it is of.
            if key.column.table is table and key.column.primary_key:
                yield holder, key.parent


Purger = Callable[[Session, str, Sequence[int]], None]
_purgers: list[Purger] = []
_afterwards: list[Purger] = []


def on_purge(purger: Purger) -> None:
    """Call `purger(session, entity, ids)` when records are erased for good; twice is once."""
    if purger not in _purgers:
        _purgers.append(purger)


def on_purged(purger: Purger) -> None:
    """Call `purger` as `on_purge` does, once the records are gone; twice is once.

    For what the records themselves point at: it can only go after them.
    """
    if purger not in _afterwards:
        _afterwards.append(purger)


def tell_purgers(session: Session, entity: str, ids: Sequence[int]) -> None:
    """Let the packages forget what they keep of records without a foreign key."""
    for purger in _purgers:
        purger(session, entity, ids)


def tell_purged(session: Session, entity: str, ids: Sequence[int]) -> None:
    """Let the packages erase what records that are gone pointed at."""
    for purger in _afterwards:
        purger(session, entity, ids)


def readable(column: Any, entity_column: Any, person: Any) -> ColumnElement[bool]:
    """Return the condition of rows, by entity and id, whose record the person may know of."""
    return and_(
        *(
            or_(entity_column != kind.entity, column.in_(kind.readable_ids(person)))
            for kind in _kinds.values()
            if kind.readable_ids is not None
        ),
        true(),
    )


_owned: dict[str, set[str]] = {}


def own(entity: str, table: str) -> None:
    """Let the rows of a package above go with the record they name when it is purged."""
    _owned.setdefault(entity, set()).add(table)


def owned_of(kind: Kind) -> frozenset[str]:
    """Return the tables whose rows go with a record of this kind when it is purged."""
    return kind.owned | _owned.get(kind.entity, set())


_released: dict[str, set[str]] = {}


def release(entity: str, column: str) -> None:
    """Let « table.column » of a package above be emptied when the record it names is purged."""
    _released.setdefault(entity, set()).add(column)


def released_of(kind: Kind) -> frozenset[str]:
    """Return the columns that are emptied when a record of this kind is purged."""
    return kind.released | _released.get(kind.entity, set())


PointerSource = Callable[[Session, int], Pointer | None]
_kinds: dict[str, Kind] = {}
_pointers: dict[str, list[PointerSource]] = {}


def know_kind(kind: Kind) -> None:
    """Let history put back records of this kind."""
    _kinds[kind.entity] = kind


def find_kind(entity: str) -> Kind | None:
    """Return how this kind of record comes back; None when it cannot."""
    return _kinds.get(entity)


def trashable_kind(entity: str) -> Kind:
    """Return a kind whose records go to the trash; raise NotFoundError."""
    kind = _kinds.get(entity)
    if kind is None or not kind.is_trashable:
        raise NotFoundError
    return kind


def add_pointer(entity: str, source: PointerSource) -> None:
    """Let a package say what of its own points at such a record; twice is once."""
    if source not in _pointers.setdefault(entity, []):
        _pointers[entity].append(source)


def pointers_at(session: Session, entity: str, record_id: int) -> list[Pointer]:
    """Return what points at a record."""
    found = (source(session, record_id) for source in _pointers.get(entity, ()))
    return [pointer for pointer in found if pointer is not None]
