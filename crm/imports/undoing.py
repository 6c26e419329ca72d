"""Undoing what one chunk of an import wrote: what was changed or used since stays, and is told.

Updates go back field by field, as any save does (`crm.history.undo`). What was made goes away by
hundreds: to the trash, or for good where its kind has none; history keeps each, as if by hand.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, delete, insert, select, update
from sqlalchemy.orm import Session

from crm.consents.taking_away import prove_taken_away
from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.followups.indexing import SESSION, number_of
from crm.history.kinds import Kind, find_kind
from crm.history.models import Change, TrashEntry
from crm.history.recording import RecordedChange, actor_of, describe_save, keep_changes, plain
from crm.history.undo import undo_changes
from crm.history.undo_plan import Step, plan_undo
from crm.imports.models import ImportChunk
from crm.imports.references import used_ids
from crm.search.index import forget_records

CHANGED = N_("modifiée depuis")
USED = N_("utilisée depuis")
HELD = N_("tient à une fiche gardée")
_LAST_FIRST = ("funding_application", "project_partner", "project", "session",
               "group_representative", "membership", "affiliation", "contact_point", "consent",
               "contact",
               "structure")  # fmt: skip
# What hangs on a record that is kept stays with it: (what hangs, its column, on what).
_HANGING = (("affiliation", "contact_id", "contact"), ("contact_point", "contact_id", "contact"),
            ("contact_point", "structure_id", "structure"),
            ("project_partner", "project_id", "project"),
            ("group_representative", "membership_id", "membership"))  # fmt: skip
_LONGEST_TEXT = 300
_PROVEN = "consent"


@dataclass(slots=True)
class Undoing:
    """What is being undone: the records that this chunk made, and those of them that stay."""

    session: Session
    change_set_id: int
    own_sets: Select[tuple[int]]
    last_change: int = 0
    made: dict[str, dict[int, Any]] = field(default_factory=dict)
    doomed: dict[str, set[int]] = field(default_factory=dict)
    kept: list[list[Any]] = field(default_factory=list)

    def keep(self, entity: str, ids: Iterable[int], why: str) -> None:
        """Let records stay, and tell why."""
        for record_id in sorted(set(ids) & self.doomed.get(entity, set())):
            self.doomed[entity].discard(record_id)
            self.kept.append([entity, record_id, why])


@dataclass(frozen=True, slots=True)
class Undone:
    """What stays, (entity, id, why) or (entity, id, why, field), and what was made, by kind."""

    kept: list[list[Any]]
    made: dict[str, set[int]]


def own_sets(import_id: int) -> Select[tuple[int]]:
    """Select the change sets of an import, and those that undid it."""
    written = select(ImportChunk.change_set_id).where(
        ImportChunk.import_id == import_id, ImportChunk.change_set_id.is_not(None)
    )
    undone = select(ImportChunk.undo_set_id).where(
        ImportChunk.import_id == import_id, ImportChunk.undo_set_id.is_not(None)
    )
    return select(written.union(undone).subquery().c[0])


def undo_chunk(session: Session, *, import_id: int, change_set_id: int, label: str) -> Undone:
    """Undo a chunk's change set: a constant number of statements for what was made.

    What was made, in the trash or not, is left to be indexed.
    """
    describe_save(session, label=label, undoes_id=change_set_id)
    kept = _put_fields_back(session, change_set_id)
    undoing = Undoing(session, change_set_id, own_sets(import_id))
    _find_made(undoing)
    _spare_what_changed(undoing)
    _spare_what_is_used(undoing)
    for entity in _LAST_FIRST:
        kind = find_kind(entity)
        ids = sorted(undoing.doomed.get(entity, ()))
        if kind is not None and ids:
            (_trash if kind.is_trashable else _delete)(undoing, kind, ids)
    return Undone(kept + undoing.kept, {entity: set(ids) for entity, ids in undoing.made.items()})


def _put_fields_back(session: Session, change_set_id: int) -> list[list[Any]]:
    steps = plan_undo(session, change_set_id=change_set_id, actions=("updated",))
    kept = [
        [step.change.entity, step.change.record_id, CHANGED, move.field]
        for step in steps
        for move in step.moves
        if move.was_changed
    ]
    if any(_moves(step) for step in steps):
        try:
            undo_changes(session, change_set_id=change_set_id, steps=steps)
        except RuleError:
            return [[step.change.entity, step.change.record_id, USED] for step in steps]
    return kept


def _moves(step: Step) -> bool:
    return step.is_possible and any(not move.was_changed for move in step.moves)


def _find_made(undoing: Undoing) -> None:
    rows = undoing.session.execute(
        select(Change.id, Change.entity, Change.record_id)
        .where(Change.change_set_id == undoing.change_set_id, Change.action == "created")
        .order_by(Change.id)
    )
    ids: dict[str, list[int]] = {}
    for change_id, entity, record_id in rows.tuples():
        ids.setdefault(entity, []).append(record_id)
        undoing.last_change = change_id
    for entity, wanted in ids.items():
        kind = find_kind(entity)
        if kind is None:
            continue
        statement = select(kind.model).where(kind.model.id.in_(wanted))
        if kind.is_trashable:
            statement = statement.where(kind.model.deleted_at.is_(None))
        found = undoing.session.scalars(statement.execution_options(populate_existing=True))
        undoing.made[entity] = {record.id: record for record in found}
        undoing.doomed[entity] = set(undoing.made[entity])


def _spare_what_changed(undoing: Undoing) -> None:
    for entity, records in undoing.made.items():
        touched = undoing.session.scalars(
            select(Change.record_id).where(
                Change.entity == entity,
                Change.record_id.in_(records),
                Change.id > undoing.last_change,
                Change.change_set_id.not_in(undoing.own_sets),
            )
        )
        undoing.keep(entity, touched, CHANGED)


def _spare_what_is_used(undoing: Undoing) -> None:
    """Keep what others point at, and with each kept record what hangs on it."""
    for entity in _LAST_FIRST:
        kind = find_kind(entity)
        doomed = undoing.doomed.get(entity)
        if kind is None or not doomed:
            continue
        used = used_ids(undoing.session, kind, sorted(doomed), undoing.doomed)
        undoing.keep(entity, used, USED)
        stays = set(undoing.made[entity]) - undoing.doomed[entity]
        for hanging, column, owner in _HANGING:
            if owner == entity and stays:
                own = undoing.made.get(hanging, {}).values()
                held = [each.id for each in own if getattr(each, column) in stays]
                undoing.keep(hanging, held, HELD)


def _trash(undoing: Undoing, kind: Kind, ids: Sequence[int]) -> None:
    """Put records in the trash, as one by one would have."""
    session, now, actor = undoing.session, clock.now(), actor_of(undoing.session)
    table = kind.model.__table__
    session.execute(
        update(table).where(table.c.id.in_(ids)).values(deleted_at=now, version=table.c.version + 1)
    )
    session.execute(
        insert(TrashEntry),
        [
            {
                "entity": kind.entity,
                "record_id": each,
                "name": kind.name_of(undoing.made[kind.entity][each])[:_LONGEST_TEXT],
                "reason": None,
                "at": now,
                "actor_id": actor.user_id,
                "actor_name": actor.name,
            }
            for each in ids
        ],
    )
    if kind.entity == SESSION:
        forget_records(session, SESSION, [number_of(each) for each in ids])
    both = {"deleted_at": [None, plain(now)]}
    keep_changes(session, [RecordedChange("updated", kind.entity, each, both) for each in ids])
    _forget(undoing, kind, ids)


def _delete(undoing: Undoing, kind: Kind, ids: Sequence[int]) -> None:
    """Take records away; history can bring them back."""
    records: Mapping[int, Any] = undoing.made[kind.entity]
    if kind.entity == _PROVEN:
        prove_taken_away(undoing.session, [records[each] for each in ids])
    excluded = {"id", "version", *getattr(kind.model, "__history_exclude__", ())}
    names = [name for name in kind.model.__table__.c.keys() if name not in excluded]  # noqa: SIM118
    changes = []
    for each in ids:
        values = {name: plain(getattr(records[each], name)) for name in names}
        fields = {name: [value, None] for name, value in values.items() if value is not None}
        subjects = records[each].history_subjects()
        changes.append(RecordedChange("deleted", kind.entity, each, fields, subjects))
    table = kind.model.__table__
    undoing.session.execute(delete(table).where(table.c.id.in_(ids)))
    keep_changes(undoing.session, changes)
    _forget(undoing, kind, ids)


def _forget(undoing: Undoing, kind: Kind, ids: Sequence[int]) -> None:
    """Let the session read these anew: they were written beside it."""
    for each in ids:
        undoing.session.expunge(undoing.made[kind.entity][each])
