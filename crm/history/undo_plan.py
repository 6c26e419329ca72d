"""What undoing a save would do: its changes, the last first, and what has changed since."""

from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from crm.core.batches import in_batches
from crm.history.kinds import Kind, find_kind, load_records
from crm.history.models import Change
from crm.history.recording import REMOVED, identity_of, plain

IN_TRASH = "deleted_at"
WHOLE = ""  # the name of a whole record among fields: its creation or its deletion


@dataclass(frozen=True, slots=True)
class Move:
    """A field to put back: `was_changed` says that it holds something else than was saved then.

    `before` is what it becomes again.
    """

    field: str
    before: Any
    after: Any
    now: Any
    was_changed: bool


@dataclass(frozen=True, slots=True)
class Step:
    """A change to put back: its record as it is now (None when it is gone) and its moves."""

    change: Change
    kind: Kind | None
    record: Any
    moves: Sequence[Move]

    @property
    def is_possible(self) -> bool:
        """Tell whether this kind of record comes back and the record is there to be changed."""
        if self.kind is None or not self.change.fields:
            return False
        return self.record is None if self.change.action == "deleted" else self.record is not None


def plan_undo(
    session: Session,
    *,
    change_set_id: int,
    change_id: int | None = None,
    actions: Collection[str] = (),
    limit: int | None = None,
) -> list[Step]:
    """Return what undoing this save, or one change of it, would do: the last change first.

    `actions`, where given, narrows it to creations, updates or deletions.
    """
    statement = (
        select(Change).where(Change.change_set_id == change_set_id).order_by(Change.id.desc())
    )
    if change_id is not None:
        statement = statement.where(Change.id == change_id)
    if actions:
        statement = statement.where(Change.action.in_(actions))
    changes = session.scalars(statement.limit(limit)).all()
    records = _records_of(session, changes)
    later = _changed_later(session, changes)
    return [
        _step(change, records.get((change.entity, change.record_id)), later) for change in changes
    ]


def _step(change: Change, record: Any, later: AbstractSet[tuple[str, int]]) -> Step:
    kind = find_kind(change.entity)
    if kind is None or change.action != "updated":
        was_changed = change.action == "created" and (change.entity, change.record_id) in later
        return Step(change, kind, record, [Move(WHOLE, None, None, None, was_changed)])
    relations = inspect(kind.model).relationships
    rejoined = kind.rejoin(change.fields, record) if record is not None else {}
    moves = []
    for name, (before, after) in change.fields.items():
        if name.endswith(REMOVED) or not hasattr(kind.model, name):
            continue
        now = _now(record, name, name in relations) if record is not None else None
        was_changed = name not in relations and name != IN_TRASH and now != after
        becomes, was_changed = rejoined.get(name, (before, was_changed))
        moves.append(Move(name, becomes, after, now, was_changed))
    return Step(change, kind, record, moves)


def _now(record: Any, name: str, is_list: bool) -> Any:  # noqa: FBT001 - private, one call
    value = getattr(record, name)
    return sorted(identity_of(member) for member in value) if is_list else plain(value)


def _records_of(session: Session, changes: Iterable[Change]) -> dict[tuple[str, int], Any]:
    wanted: dict[str, set[int]] = {}
    for change in changes:
        wanted.setdefault(change.entity, set()).add(change.record_id)
    records: dict[tuple[str, int], Any] = {}
    for entity, ids in wanted.items():
        kind = find_kind(entity)
        if kind is None:
            continue
        for chunk in in_batches(sorted(ids)):
            found = load_records(session, kind, chunk)
            records.update({(entity, record.id): record for record in found})
    return records


def _changed_later(session: Session, changes: Sequence[Change]) -> set[tuple[str, int]]:
    """Return the records created by these changes that later saves have touched."""
    last = max((change.id for change in changes), default=0)
    created: dict[str, list[int]] = {}
    for change in changes:
        if change.action == "created":
            created.setdefault(change.entity, []).append(change.record_id)
    later: set[tuple[str, int]] = set()
    for entity, ids in created.items():
        for chunk in in_batches(ids):
            rows = session.execute(
                select(Change.entity, Change.record_id).where(
                    Change.entity == entity,
                    Change.record_id.in_(chunk),
                    Change.id > last,
                    Change.change_set_id != changes[0].change_set_id,
                )
            )
            later.update(rows.tuples())
    return later
