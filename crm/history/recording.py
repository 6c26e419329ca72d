"""Writes the change sets: watches each flush and keeps every field before and after."""

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, event, insert, inspect, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.base import PASSIVE_NO_INITIALIZE

from crm.core import clock
from crm.database import note_of_transaction
from crm.history.models import Change, ChangeSet, ChangeSubject
from crm.history.subjects import subjects_of
from crm.row_writing import insert_many, reserve_ids

_CHANGE_SET_ID = note_of_transaction("change_set_id")
_ACTOR = note_of_transaction("actor")
_DESCRIPTION = note_of_transaction("change_set_description")
_NEVER = frozenset({"id", "version"})
REMOVED = ":removed"
# Into the tables, not through the entities, which are never read back: three times as fast.
_NEW_SET = insert(ChangeSet).returning(ChangeSet.id)
_NEW_CHANGE = insert(Change).returning(Change.id)
_OF_CHANGE = ("change_set_id", "action", "entity", "record_id", "fields")

Fields = dict[str, list[Any]]


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is at work: a user, or a command without one."""

    user_id: int | None
    name: str
    source: str


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """A change to keep: `fields` maps a name to [before, after]; `subjects` tell of it too."""

    action: str
    entity: str
    record_id: int
    fields: Fields
    subjects: Sequence[tuple[str, int]] = ()


COMMAND = Actor(user_id=None, name="Passerelle", source="command")


def _nobody() -> Actor:
    return COMMAND


_who_is_acting: Callable[[], Actor] = _nobody


def identify_actor(provider: Callable[[], Actor]) -> None:
    """Let the wiring say who acts; before that, everything is a command's doing."""
    global _who_is_acting  # noqa: PLW0603 - one provider for the process, set once
    _who_is_acting = provider


def act_as(session: Session, actor: Actor) -> None:
    """Name the actor of this transaction instead of the signed-in user."""
    session.info[_ACTOR] = actor


def actor_of(session: Session) -> Actor:
    """Return who acts in this transaction."""
    actor: Actor | None = session.info.get(_ACTOR)
    return actor or _who_is_acting()


def describe_save(session: Session, *, label: str, undoes_id: int | None = None) -> None:
    """Say in words what this transaction does at once; before its first change."""
    session.info[_DESCRIPTION] = {"label": label[:200], "undoes_id": undoes_id}


def change_set_of(session: Session) -> int | None:
    """Return the change set that this transaction has opened; None while nothing has changed."""
    known: int | None = session.info.get(_CHANGE_SET_ID)
    return known


def record_changes(session: Session, *_: Any) -> None:
    """Keep what this flush changes; called by SQLAlchemy after each flush, before it forgets."""
    keep_changes(
        session,
        [
            RecordedChange(
                action,
                instance.__history__,
                instance.id,
                fields,
                subjects_of(instance, action),
            )
            for action, instances in (
                ("created", session.new),
                ("updated", sorted(session.dirty, key=_kind_and_identity)),
                ("deleted", session.deleted),
            )
            for instance in instances
            if hasattr(instance, "__history__") and (fields := _changed_fields(instance, action))
        ],
    )


def _kind_and_identity(instance: Any) -> tuple[str, Any]:
    """Order what SQLAlchemy keeps in a set, so that the same work always tells the same history."""
    return type(instance).__name__, inspect(instance).identity


def keep_changes(session: Session, changes: Sequence[RecordedChange]) -> None:
    """Write changes into this transaction's change set: three statements, however many.

    Flushes come here by themselves; an operation that writes many rows by SQL calls it.
    """
    if not changes:
        return
    change_set_id = open_change_set(session)
    insert_many(
        session,
        ChangeSubject.__table__,
        ("change_id", "entity", "record_id"),
        [
            (change_id, entity, record_id)
            for change_id, each in zip(
                _insert_changes(session, change_set_id, changes), changes, strict=True
            )
            for entity, record_id in sorted({(each.entity, each.record_id), *each.subjects})
        ],
    )


def _insert_changes(
    session: Session, change_set_id: int, changes: Sequence[RecordedChange]
) -> Sequence[int]:
    """Insert changes and return their ids, in the same order."""
    rows = [
        (change_set_id, each.action, each.entity, each.record_id, each.fields) for each in changes
    ]
    if len(rows) == 1:  # one statement instead of two for the save of a form
        only = dict(zip(_OF_CHANGE, rows[0], strict=True))
        return [session.connection().execute(_NEW_CHANGE, only).scalar_one()]
    ids = reserve_ids(session, Change.__table__, len(rows))
    insert_many(
        session,
        Change.__table__,
        ("id", *_OF_CHANGE),
        [(number, *row) for number, row in zip(ids, rows, strict=True)],
    )
    return ids


def hide_from_others(session: Session, *, entity: str, record_id: int) -> None:
    """Let a record's changes be told on its own page only, those of the past too."""
    own = select(Change.id).where(Change.entity == entity, Change.record_id == record_id)
    session.execute(
        delete(ChangeSubject).where(
            ChangeSubject.change_id.in_(own),
            (ChangeSubject.entity != entity) | (ChangeSubject.record_id != record_id),
        )
    )


def open_change_set(session: Session) -> int:
    """Return this transaction's change set, made now if nothing had changed yet."""
    if _CHANGE_SET_ID not in session.info:
        actor = actor_of(session)
        description = session.info.get(_DESCRIPTION) or {"label": None, "undoes_id": None}
        values = {
            "at": clock.now(),
            "actor_id": actor.user_id,
            "actor_name": actor.name,
            "source": actor.source,
            **description,
        }
        session.info[_CHANGE_SET_ID] = session.connection().execute(_NEW_SET, values).scalar_one()
    return int(session.info[_CHANGE_SET_ID])


def _changed_fields(instance: Any, action: str) -> Fields:
    state = inspect(instance)
    excluded = _NEVER | getattr(instance, "__history_exclude__", frozenset())
    fields: Fields = {}
    for attribute in state.mapper.column_attrs:
        if attribute.key in excluded:
            continue
        before, after = _column_values(state, attribute.key, action)
        if before != after:
            fields[attribute.key] = [before, after]
    for relation in state.mapper.relationships:
        if relation.uselist and relation.key not in excluded:
            before, after = _collection_values(state, relation.key)
            if action == "deleted" and relation.secondary is not None:
                before, after = _members_at_the_end(state, relation.key), None
            if before != after:
                fields[relation.key] = [before, after]
                fields.update(_keepsakes(instance, state, relation.key))
    return fields


def _column_values(state: Any, key: str, action: str) -> tuple[Any, Any]:
    history = state.get_history(key, PASSIVE_NO_INITIALIZE)
    current = plain(state.dict.get(key))
    if action == "created":
        return None, current
    if action == "deleted":
        return current, None
    if not history.has_changes():
        return None, None
    return plain(history.deleted[0]) if history.deleted else None, current


def _collection_values(state: Any, key: str) -> tuple[list[Any] | None, list[Any] | None]:
    history = state.get_history(key, PASSIVE_NO_INITIALIZE)
    if not history.has_changes():
        return None, None
    kept = [identity_of(member) for member in history.unchanged or ()]
    before = kept + [identity_of(member) for member in history.deleted or ()]
    after = kept + [identity_of(member) for member in history.added or ()]
    return sorted(before), sorted(after)


def _members_at_the_end(state: Any, key: str) -> list[Any] | None:
    """Return whom a deleted record takes out of a list that outlives it; None for nobody."""
    history = state.get_history(key, PASSIVE_NO_INITIALIZE)
    gone = [*(history.unchanged or ()), *(history.deleted or ())]
    return sorted(identity_of(member) for member in gone) or None


def _keepsakes(instance: Any, state: Any, key: str) -> Fields:
    """Return what must be known to bring back members that carry values of their own."""
    names = getattr(instance, "__history_keep__", {}).get(key)
    if not names:
        return {}
    kept = {
        str(identity_of(member)): {name: plain(getattr(member, name)) for name in names}
        for member in state.get_history(key, PASSIVE_NO_INITIALIZE).deleted or ()
    }
    if not kept:
        return {}
    return {key + REMOVED: [kept, None]}


def identity_of(member: Any) -> Any:
    """Return what history keeps of a member of a collection: its code or its id.

    A row of a list that has neither names its own column in `__history_identity__`.
    """
    if (own := getattr(member, "__history_identity__", None)) is not None:
        return getattr(member, own)
    for name in ("code", "id", "structure_id"):
        if type(value := getattr(member, name, None)) in (int, str) and (
            name != "code" or not hasattr(member, "id")
        ):
            return value
    raise TypeError(f"{type(member).__name__} has no identity that history can keep")


def plain(value: Any) -> Any:
    """Return a column's value as JSON keeps it."""
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, enum.Enum) else value


def start_recording() -> None:
    """Watch every session from now on; twice is once."""
    if not event.contains(Session, "after_flush", record_changes):
        event.listen(Session, "after_flush", record_changes)
