"""Writes the change sets: watches each flush and keeps every field before and after."""

import enum
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import event, insert, inspect
from sqlalchemy.orm import Session
from sqlalchemy.orm.base import PASSIVE_NO_INITIALIZE

from crm.core import clock
from crm.database import note_of_transaction
from crm.history.models import Change, ChangeSet, ChangeSubject

_CHANGE_SET_ID = note_of_transaction("change_set_id")
_ACTOR = note_of_transaction("actor")
_NEVER = frozenset({"id", "version"})
# Into the tables, not through the entities, which are never read back: three times as fast.
_NEW_SET = insert(ChangeSet).returning(ChangeSet.id)
_NEW_CHANGE = insert(Change).returning(Change.id)
_NEW_SUBJECT = insert(ChangeSubject)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is at work: a user, or a command without one."""

    user_id: int | None
    name: str
    source: str


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


def record_changes(session: Session, *_: Any) -> None:
    """Keep what this flush changes; called by SQLAlchemy after each flush, before it forgets."""
    changes = [
        (instance, action, fields)
        for action, instances in (
            ("created", session.new),
            ("updated", session.dirty),
            ("deleted", session.deleted),
        )
        for instance in instances
        if hasattr(instance, "__history__") and (fields := _changed_fields(instance, action))
    ]
    if not changes:
        return
    change_set_id = _open_change_set(session)
    for instance, action, fields in changes:
        _write(session, change_set_id, instance, action, fields)


def _open_change_set(session: Session) -> int:
    if _CHANGE_SET_ID not in session.info:
        actor = session.info.get(_ACTOR) or _who_is_acting()
        session.info[_CHANGE_SET_ID] = (
            session.connection()
            .execute(
                _NEW_SET,
                {
                    "at": clock.now(),
                    "actor_id": actor.user_id,
                    "actor_name": actor.name,
                    "source": actor.source,
                },
            )
            .scalar_one()
        )
    return int(session.info[_CHANGE_SET_ID])


def _write(
    session: Session, change_set_id: int, instance: Any, action: str, fields: dict[str, list[Any]]
) -> None:
    entity = instance.__history__
    connection = session.connection()
    change_id = connection.execute(
        _NEW_CHANGE,
        {
            "change_set_id": change_set_id,
            "action": action,
            "entity": entity,
            "record_id": instance.id,
            "fields": fields,
        },
    ).scalar_one()
    subjects = {(entity, instance.id)}
    if hasattr(instance, "history_subjects"):
        subjects.update(instance.history_subjects())
    connection.execute(
        _NEW_SUBJECT,
        [
            {"change_id": change_id, "entity": kind, "record_id": record_id}
            for kind, record_id in sorted(subjects)
        ],
    )


def _changed_fields(instance: Any, action: str) -> dict[str, list[Any]]:
    state = inspect(instance)
    excluded = _NEVER | getattr(instance, "__history_exclude__", frozenset())
    fields: dict[str, list[Any]] = {}
    for attribute in state.mapper.column_attrs:
        if attribute.key in excluded:
            continue
        before, after = _column_values(state, attribute.key, action)
        if before != after:
            fields[attribute.key] = [before, after]
    for relation in state.mapper.relationships:
        if relation.uselist:
            before, after = _collection_values(state, relation.key)
            if before != after:
                fields[relation.key] = [before, after]
    return fields


def _column_values(state: Any, key: str, action: str) -> tuple[Any, Any]:
    history = state.get_history(key, PASSIVE_NO_INITIALIZE)
    current = _plain(state.dict.get(key))
    if action == "created":
        return None, current
    if action == "deleted":
        return current, None
    if not history.has_changes():
        return None, None
    return _plain(history.deleted[0]) if history.deleted else None, current


def _collection_values(state: Any, key: str) -> tuple[list[Any] | None, list[Any] | None]:
    history = state.get_history(key, PASSIVE_NO_INITIALIZE)
    if not history.has_changes():
        return None, None
    kept = [_identity(member) for member in history.unchanged or ()]
    before = kept + [_identity(member) for member in history.deleted or ()]
    after = kept + [_identity(member) for member in history.added or ()]
    return sorted(before), sorted(after)


def _identity(member: Any) -> Any:
    for name in ("code", "id", "structure_id"):
        if type(value := getattr(member, name, None)) in (int, str) and (
            name != "code" or not hasattr(member, "id")
        ):
            return value
    raise TypeError(f"{type(member).__name__} has no identity that history can keep")


def _plain(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, enum.Enum) else value


def start_recording() -> None:
    """Watch every session from now on; twice is once."""
    if not event.contains(Session, "after_flush", record_changes):
        event.listen(Session, "after_flush", record_changes)
