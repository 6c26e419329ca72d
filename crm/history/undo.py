"""Putting changes back: one field, one change or a whole save, and what would be lost by it."""

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from crm.core.errors import N_, NotFoundError, RuleError
from crm.history.kinds import Kind, find_kind, load_records
from crm.history.models import Change, ChangeSet
from crm.history.recording import REMOVED, describe_save, identity_of, plain
from crm.history.trash import move_to_trash, restore_from_trash

_CHUNK = 500
_IN_TRASH = "deleted_at"
WHOLE = ""  # the name of a whole record among fields: its creation or its deletion


@dataclass(frozen=True, slots=True)
class Move:
    """A field to put back: `was_changed` says that it holds something else than was saved then."""

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


@dataclass(frozen=True, slots=True)
class Undone:
    """What was put back and what was left as it is, because it had changed since."""

    put_back: int
    left: int


def change_set_by_id(session: Session, change_set_id: int) -> ChangeSet:
    """Return a change set; raise NotFoundError."""
    found = session.get(ChangeSet, change_set_id)
    if found is None:
        raise NotFoundError
    return found


def plan_undo(
    session: Session, *, change_set_id: int, change_id: int | None = None, limit: int | None = None
) -> list[Step]:
    """Return what undoing this save, or one change of it, would do: the last change first."""
    statement = (
        select(Change).where(Change.change_set_id == change_set_id).order_by(Change.id.desc())
    )
    if change_id is not None:
        statement = statement.where(Change.id == change_id)
    changes = session.scalars(statement.limit(limit)).all()
    records = _records_of(session, changes)
    later = _changed_later(session, changes)
    return [
        _step(change, records.get((change.entity, change.record_id)), later) for change in changes
    ]


def undo_changes(
    session: Session,
    *,
    change_set_id: int,
    change_id: int | None = None,
    forced: AbstractSet[tuple[int, str]] = frozenset(),
    steps: list[Step] | None = None,
) -> Undone:
    """Put back a save, or one change of it; what has changed since stays, unless `forced`.

    `forced` holds (change id, field) of what is put back all the same; WHOLE stands for the record
    itself. `steps` is the plan, where it was made in this transaction. Raises RuleError when what
    was there cannot be there any more.
    """
    steps = steps or plan_undo(session, change_set_id=change_set_id, change_id=change_id)
    if not any(step.is_possible for step in steps):
        raise RuleError("form", N_("Il n’y a plus rien à annuler ici."))
    describe_save(session, label="undo", undoes_id=change_set_id)
    put_back = left = 0
    try:
        for step in steps:
            done, kept = _put_back(session, step, forced) if step.is_possible else (0, 1)
            put_back, left = put_back + done, left + kept
        session.flush()
    except IntegrityError as error:
        raise RuleError(
            "form",
            N_(
                "Ce qui était là avant n’est plus possible : une autre fiche en dépend ou l’occupe."
            ),
        ) from error
    return Undone(put_back, left)


def _put_back(
    session: Session, step: Step, forced: AbstractSet[tuple[int, str]]
) -> tuple[int, int]:
    moves = [m for m in step.moves if not m.was_changed or (step.change.id, m.field) in forced]
    left = len(step.moves) - len(moves)
    if not moves or step.kind is None:
        return 0, left
    if step.change.action == "created":
        _take_away(session, step)
    elif step.change.action == "deleted":
        record = _recreated(step.kind, step.change)
        _send_deletions(session)
        session.add(record)
        with session.no_autoflush:
            step.kind.mend(session, record)
    else:
        _apply(session, step, moves)
    return len(moves), left


def _take_away(session: Session, step: Step) -> None:
    if step.kind is not None and step.kind.is_trashable:
        if step.record.deleted_at is None:
            move_to_trash(session, entity=step.change.entity, record_id=step.change.record_id)
    else:
        session.delete(step.record)


def _recreated(kind: Kind, change: Change) -> Any:
    values = {name: both[0] for name, both in change.fields.items() if both[0] is not None}
    columns = inspect(kind.model).column_attrs
    record = kind.model(
        id=change.record_id,
        **{name: _typed(kind, name, value) for name, value in values.items() if name in columns},
    )
    if hasattr(record, "created_at") and record.created_at is None:
        record.created_at = inspect(change).session.get_one(ChangeSet, change.change_set_id).at  # type: ignore[union-attr]
    return record


def _apply(session: Session, step: Step, moves: Sequence[Move]) -> None:
    kind, record = step.kind, step.record
    if kind is None:
        return
    relations = inspect(kind.model).relationships
    _send_deletions(session)
    for move in moves:
        if move.field == _IN_TRASH:
            _move_in_or_out(session, step, is_trashed=move.before is not None)
        elif move.field in relations:
            _put_back_members(session, step, move)
            if hasattr(record, "created_at"):
                # A list alone does not touch the row: this makes its version grow all the same.
                flag_modified(record, "created_at")
        else:
            setattr(record, move.field, _typed(kind, move.field, move.before))
    # What nothing derives from waits for the others: ten thousand rows go in a few statements.
    if kind.needs_mending(move.field for move in moves):
        session.flush()
        kind.mend(session, record)


def _send_deletions(session: Session) -> None:
    """Make room for what comes back: a flush of both would insert before it deletes."""
    if session.deleted:
        session.flush()


def _move_in_or_out(session: Session, step: Step, *, is_trashed: bool) -> None:
    entity, record_id = step.change.entity, step.change.record_id
    if is_trashed:
        move_to_trash(session, entity=entity, record_id=record_id)
    else:
        restore_from_trash(session, entity=entity, record_id=record_id)


def _put_back_members(session: Session, step: Step, move: Move) -> None:
    """Take out what was added and bring in what was taken out; what came since stays."""
    added, removed = set(move.after) - set(move.before), set(move.before) - set(move.after)
    relation = inspect(step.record).mapper.relationships[move.field]
    members = getattr(step.record, move.field)
    kept = [member for member in members if identity_of(member) not in added]
    missing = removed - {identity_of(member) for member in kept}
    keepsakes = step.change.fields.get(move.field + REMOVED, [{}, None])[0]
    if not missing:
        back: list[Any] = []
    elif relation.secondary is None:
        back = [
            relation.mapper.class_(structure_id=each, **keepsakes[str(each)])
            for each in sorted(missing)
            if str(each) in keepsakes
        ]
    else:
        key = inspect(relation.mapper.class_).primary_key[0]
        back = list(session.scalars(select(relation.mapper.class_).where(key.in_(sorted(missing)))))
    setattr(step.record, move.field, [*kept, *back])


def _step(change: Change, record: Any, later: AbstractSet[tuple[str, int]]) -> Step:
    kind = find_kind(change.entity)
    if kind is None or change.action != "updated":
        was_changed = change.action == "created" and (change.entity, change.record_id) in later
        return Step(change, kind, record, [Move(WHOLE, None, None, None, was_changed)])
    relations = inspect(kind.model).relationships
    moves = []
    for name, (before, after) in change.fields.items():
        if name.endswith(REMOVED) or not hasattr(kind.model, name):
            continue
        now = _now(record, name, name in relations) if record is not None else None
        was_changed = name not in relations and name != _IN_TRASH and now != after
        moves.append(Move(name, before, after, now, was_changed))
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
        for chunk in _chunks(sorted(ids)):
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
        for chunk in _chunks(ids):
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


def _typed(kind: Kind, name: str, value: Any) -> Any:
    wanted = inspect(kind.model).columns[name].type.python_type
    if not isinstance(value, str) or wanted is str:
        return value
    if wanted is datetime:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if wanted is date else value


def _chunks(ids: Sequence[int]) -> Iterable[Sequence[int]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))
