"""Putting changes back: one field, one change or a whole save, as it was planned."""

from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, inspect, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from crm.core.errors import N_, NotFoundError, RuleError
from crm.history.kinds import Kind
from crm.history.models import Change, ChangeSet
from crm.history.recording import REMOVED, describe_save, identity_of, open_change_set
from crm.history.trash import move_to_trash, restore_from_trash
from crm.history.undo_plan import IN_TRASH, Move, Step, plan_undo

_OCCUPIED = N_("Ce qui était là avant n’est plus possible : une autre fiche en dépend ou l’occupe.")


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
    describe_save(session, label=N_("Annulation"), undoes_id=change_set_id)
    open_change_set(session)  # outside the savepoints: it must outlive one that is given up
    try:
        with session.begin_nested():
            return _put_all_back(session, steps, forced)
    except (IntegrityError, RuleError):
        return _put_back_one_by_one(session, [step.change for step in steps], forced)


def _put_all_back(
    session: Session, steps: Sequence[Step], forced: AbstractSet[tuple[int, str]]
) -> Undone:
    put_back = left = 0
    for step in steps:
        done, kept = _put_back(session, step, forced) if step.is_possible else (0, 1)
        put_back, left = put_back + done, left + kept
    session.flush()
    return Undone(put_back, left)


def _put_back_one_by_one(
    session: Session, changes: Sequence[Change], forced: AbstractSet[tuple[int, str]]
) -> Undone:
    """Put back what can be; raise RuleError with the first reason when nothing can."""
    put_back = left = 0
    reason: RuleError | None = None
    for change_set_id, change_id in [(each.change_set_id, each.id) for each in changes]:
        try:
            with session.begin_nested():
                steps = plan_undo(session, change_set_id=change_set_id, change_id=change_id)
                done = _put_all_back(session, steps, forced)
            put_back, left = put_back + done.put_back, left + done.left
        except RuleError as error:
            left, reason = left + 1, reason or error
        except IntegrityError:
            left, reason = left + 1, reason or RuleError("form", _OCCUPIED)
    if not put_back and reason is not None:
        raise reason
    return Undone(put_back, left)


def _put_back(
    session: Session, step: Step, forced: AbstractSet[tuple[int, str]]
) -> tuple[int, int]:
    told_by = step.kind.told_by if step.kind is not None else {}
    moves = [
        each
        for each in step.moves
        if not each.was_changed or (step.change.id, told_by.get(each.field, each.field)) in forced
    ]
    left = len(step.moves) - len(moves)
    if not moves or step.kind is None:
        return 0, left
    if step.change.action == "created":
        _take_away(session, step)
    elif step.change.action == "deleted":
        record = _recreated(session, step.kind, step.change)
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


def _recreated(session: Session, kind: Kind, change: Change) -> Any:
    values = {name: both[0] for name, both in change.fields.items() if both[0] is not None}
    columns = inspect(kind.model).column_attrs
    record = kind.model(
        id=change.record_id,
        **{name: _typed(kind, name, value) for name, value in values.items() if name in columns},
    )
    for relation in inspect(kind.model).relationships:
        if relation.secondary is not None and relation.key in values:
            setattr(record, relation.key, _members(session, relation, values[relation.key]))
    if hasattr(record, "version"):
        # Beyond any version it ever had: a form opened before must not pass for a recent one.
        told = Change.entity == change.entity, Change.record_id == change.record_id
        count = session.scalar(select(func.count()).where(*told))
        record.version = (count or 0) + 1
    if hasattr(record, "created_at") and record.created_at is None:
        record.created_at = session.get_one(ChangeSet, change.change_set_id).at
    return record


def _apply(session: Session, step: Step, moves: Sequence[Move]) -> None:
    kind, record = step.kind, step.record
    if kind is None:
        return
    relations = inspect(kind.model).relationships
    _send_deletions(session)
    for move in moves:
        if move.field == IN_TRASH:
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
        with session.no_autoflush:  # what cannot stand is said in words, not by the database
            kind.mend(session, record)
        session.flush()


def _send_deletions(session: Session) -> None:
    """Make room for what comes back: a flush of both would insert before it deletes."""
    if session.deleted:
        session.flush()


def _move_in_or_out(session: Session, step: Step, *, is_trashed: bool) -> None:
    entity, record_id = step.change.entity, step.change.record_id
    if is_trashed == (step.record.deleted_at is not None):
        return  # it went with another record of the same save
    if is_trashed:
        # One instant for all that is undone: what went together comes back together.
        at = session.get_one(ChangeSet, open_change_set(session)).at
        move_to_trash(session, entity=entity, record_id=record_id, at=at)
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
        back = _rows_again(relation.mapper.class_, missing, keepsakes, kept)
    else:
        back = _members(session, relation, missing)
    setattr(step.record, move.field, [*kept, *back])


def _rows_again(
    model: type[Any],
    identities: Collection[Any],
    keepsakes: Mapping[str, Any],
    kept: Sequence[Any],
) -> list[Any]:
    """Return rows made anew; one that has more to it than its identity needs its keepsake."""
    own = getattr(model, "__history_identity__", None)
    if own is not None:
        again = [model(**{own: each}) for each in sorted(identities)]
        # One that is there under another guise stays as it is now: it came since.
        return [each for each in again if not any(each.is_same(member) for member in kept)]
    return [
        model(structure_id=each, **keepsakes[str(each)])
        for each in sorted(identities)
        if str(each) in keepsakes
    ]


def _members(session: Session, relation: Any, identities: Collection[Any]) -> list[Any]:
    """Return the records of a list that are still there, by what history keeps of them."""
    key = inspect(relation.mapper.class_).primary_key[0]
    statement = select(relation.mapper.class_).where(key.in_(sorted(identities)))
    return list(session.scalars(statement))


def _typed(kind: Kind, name: str, value: Any) -> Any:
    wanted = inspect(kind.model).columns[name].type.python_type
    if not isinstance(value, str) or wanted is str:
        return value
    if wanted is datetime:
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if wanted is date else value
