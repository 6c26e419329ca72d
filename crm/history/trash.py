"""The trash: a record goes in with a reason, comes back for thirty days, then is purged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.batches import in_batches
from crm.core.errors import N_, NotFoundError, RuleError
from crm.history.kinds import (
    Kind,
    Pointer,
    load_record,
    owned_of,
    pointers_at,
    references_to,
    released_of,
    tell_purged,
    tell_purgers,
    trashable_kind,
)
from crm.history.models import Change, ChangeSubject, TrashEntry
from crm.history.recording import actor_of

KEPT_FOR = timedelta(days=30)
_LONGEST_TEXT = 300


class StillUsedError(RuleError):
    """Other records point at this one: `pointers` says which."""

    def __init__(self, pointers: Sequence[Pointer]) -> None:
        super().__init__("reason", N_("D’autres fiches s’appuient sur celle-ci."))
        self.pointers = pointers


@dataclass(frozen=True, slots=True)
class Purge:
    """What a purge did: records gone for good, and those that others still point at."""

    purged: int
    kept: int


def move_to_trash(
    session: Session,
    *,
    entity: str,
    record_id: int,
    reason: str | None = None,
    at: datetime | None = None,
) -> TrashEntry:
    """Put a record in the trash, and its companions at the same instant: `at`, or now.

    Raises NotFoundError, or StillUsedError with what points at it.
    """
    record = load_record(session, trashable_kind(entity), record_id)
    if record.deleted_at is not None:
        raise NotFoundError
    return move_all_to_trash(session, entity=entity, records=[record], reason=reason, at=at)[0]


def move_all_to_trash(
    session: Session,
    *,
    entity: str,
    records: Sequence[Any],
    reason: str | None = None,
    at: datetime | None = None,
) -> list[TrashEntry]:
    """Put loaded records in the trash at once; raise StillUsedError with what points at one."""
    kind = trashable_kind(entity)
    for record in records:
        blocking = [each for each in pointers_at(session, entity, record.id) if each.blocks]
        if blocking:
            raise StillUsedError(blocking)
    at = at or clock.now()
    entries = [_entry(session, kind, record, at, reason) for record in records]
    for record in records:
        record.deleted_at = at
    session.add_all(entries)
    session.flush()
    for record in records:
        kind.mend(session, record)
        for each, each_id in _companions(session, kind, record, went_at=None):
            move_to_trash(session, entity=each, record_id=each_id, at=at)
    return entries


def _entry(
    session: Session, kind: Kind, record: Any, at: datetime, reason: str | None
) -> TrashEntry:
    actor = actor_of(session)
    return TrashEntry(
        entity=kind.entity,
        record_id=record.id,
        name=kind.name_of(record)[:_LONGEST_TEXT],
        reason=(reason or "").strip()[:_LONGEST_TEXT] or None,
        at=at,
        actor_id=actor.user_id,
        actor_name=actor.name,
    )


def restore_from_trash(session: Session, *, entity: str, record_id: int) -> Any:
    """Take a record out of the trash and return it; raise NotFoundError, or RuleError.

    RuleError says what has taken its place meanwhile (another structure with its SIRET, say) or
    what must come back first.
    """
    kind = trashable_kind(entity)
    record = load_record(session, kind, record_id)
    if record.deleted_at is None:
        raise NotFoundError
    if (name := kind.missing(session, record)) is not None:
        raise RuleError(
            "reason", N_("Rétablissez d’abord « %(name)s », qui est dans la corbeille."), name=name
        )
    went_at, record.deleted_at = record.deleted_at, None
    try:
        session.flush()
    except IntegrityError as error:
        raise RuleError(
            "reason",
            N_("Une autre fiche a pris sa place : elle porte le même nom ou le même numéro."),
        ) from error
    session.execute(
        delete(TrashEntry).where(TrashEntry.entity == entity, TrashEntry.record_id == record_id)
    )
    kind.mend(session, record)
    for each, each_id in _companions(session, kind, record, went_at=went_at):
        restore_from_trash(session, entity=each, record_id=each_id)
    return record


def _companions(
    session: Session, kind: Kind, record: Any, *, went_at: datetime | None
) -> list[tuple[str, int]]:
    """Return the companions of a record that went to the trash then; None: those not in it."""
    return [
        (entity, record_id)
        for entity, record_id in kind.companions(session, record)
        if load_record(session, trashable_kind(entity), record_id).deleted_at == went_at
    ]


def archive_record(session: Session, *, entity: str, record_id: int) -> Any:
    """Archive a record that others point at, and return it; raise NotFoundError."""
    kind = trashable_kind(entity)
    record = load_record(session, kind, record_id)
    if record.deleted_at is not None or kind.archive is None:
        raise NotFoundError
    kind.archive(session, record)
    session.flush()
    kind.mend(session, record)
    return record


def purge_trash(session: Session, *, now: datetime) -> Purge:
    """Delete for good what has been in the trash for thirty days; safe to run twice.

    What others still point at stays. Of a purged record history keeps who and when, no value.
    """
    due: dict[str, list[int]] = {}
    for entity, record_id in session.execute(
        select(TrashEntry.entity, TrashEntry.record_id)
        .where(TrashEntry.at <= now - KEPT_FOR)
        .order_by(TrashEntry.id)
    ).tuples():
        due.setdefault(entity, []).append(record_id)
    purged = kept = 0
    for entity, ids in due.items():
        kind = trashable_kind(entity)
        held = _pointed_at(session, kind, ids)
        free = [record_id for record_id in ids if record_id not in held]
        for batch in in_batches(free):
            _purge(session, kind, batch)
        purged, kept = purged + len(free), kept + len(ids) - len(free)
    return Purge(purged, kept)


def _pointed_at(session: Session, kind: Kind, ids: Sequence[int]) -> set[int]:
    """Return those of the ids that rows of others still point at."""
    found: set[int] = set()
    for table, column in references_to(kind.model.__table__):
        if not _is_among(table, column, owned_of(kind) | released_of(kind)):
            for batch in in_batches(ids):
                found.update(session.scalars(select(column).where(column.in_(batch)).distinct()))
    return found


def _purge(session: Session, kind: Kind, ids: Sequence[int]) -> None:
    tell_purgers(session, kind.entity, ids)
    _delete_owned(session, kind.model.__table__, ids, kind)
    session.execute(delete(kind.model.__table__).where(kind.model.__table__.c.id.in_(ids)))
    tell_purged(session, kind.entity, ids)
    session.execute(
        delete(TrashEntry).where(TrashEntry.entity == kind.entity, TrashEntry.record_id.in_(ids))
    )
    told = select(ChangeSubject.change_id).where(
        ChangeSubject.entity == kind.entity, ChangeSubject.record_id.in_(ids)
    )
    session.execute(update(Change).where(Change.id.in_(told)).values(fields={}))
    session.expire_all()


def _delete_owned(session: Session, parent: Table, ids: Sequence[int], kind: Kind) -> None:
    for table, column in references_to(parent):
        if _is_among(table, column, released_of(kind)):
            session.execute(update(table).where(column.in_(ids)).values({column.name: None}))
        elif _is_among(table, column, owned_of(kind)):
            if "id" in table.c:
                found = session.scalars(select(table.c.id).where(column.in_(ids))).all()
                for batch in in_batches(found):
                    _delete_owned(session, table, batch, kind)
            session.execute(delete(table).where(column.in_(ids)))


def _is_among(table: Table, column: Any, names: frozenset[str]) -> bool:
    return table.name in names or f"{table.name}.{column.name}" in names
