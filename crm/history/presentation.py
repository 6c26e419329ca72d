"""What the pages of history show: a save, and what undoing it would do."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import Session

from crm.history.models import ChangeSet
from crm.history.queries import PastChange
from crm.history.undo_plan import WHOLE, Move, Step
from crm.history.wording import ToldChange, tell


@dataclass(frozen=True, slots=True)
class ShownMove:
    """A field: what it holds now and what it would hold again; `key` forces a changed one."""

    label: str
    now: str
    becomes: str
    key: str
    was_changed: bool


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A record of the save, and what undoing does to it."""

    title: str
    name: str
    url: str | None
    action: str
    is_possible: bool
    moves: Sequence[ShownMove]
    was_changed: bool
    key: str
    is_trashable: bool


def shown_steps(session: Session, change_set: ChangeSet, steps: Sequence[Step]) -> list[ShownStep]:
    """Return the steps in words; names are looked up once a field, however many the steps."""
    told = tell(session, [_as_change(change_set, step) for step in steps])
    return [_shown(step, words) for step, words in zip(steps, told, strict=True)]


def _as_change(change_set: ChangeSet, step: Step) -> PastChange:
    fields: dict[str, list[Any]] = {}
    for move in step.moves:
        if move.field != WHOLE:
            fields[move.field] = [move.now, _becomes(step, move)]
    return PastChange(
        at=change_set.at,
        actor_name=change_set.actor_name,
        source=change_set.source,
        action=step.change.action,
        entity=step.change.entity,
        record_id=step.change.record_id,
        fields=fields,
    )


def _becomes(step: Step, move: Move) -> Any:
    """Return what the field would hold: a list of records keeps what came to it since."""
    relations = inspect(step.kind.model).relationships if step.kind is not None else ()
    if move.field in relations and isinstance(move.now, list):
        added, removed = set(move.after) - set(move.before), set(move.before) - set(move.after)
        return sorted((set(move.now) - added) | removed)
    return move.before


def _shown(step: Step, told: ToldChange) -> ShownStep:
    is_there = step.kind is not None and step.record is not None
    by_name = {move.field: move for move in step.moves}
    return ShownStep(
        title=told.title,
        name=step.kind.name_of(step.record) if step.kind is not None and is_there else "",
        url=step.kind.url_of(step.change.record_id) if step.kind is not None and is_there else None,
        action=step.change.action,
        is_possible=step.is_possible,
        moves=[
            ShownMove(
                label=field.label,
                now=field.before,
                becomes=field.after,
                key=f"{step.change.id}:{field.name}",
                was_changed=by_name[field.name].was_changed,
            )
            for field in told.fields
        ],
        was_changed=any(move.was_changed for move in step.moves),
        key=f"{step.change.id}:{WHOLE}",
        is_trashable=step.kind is not None and step.kind.is_trashable,
    )
