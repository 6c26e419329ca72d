"""Opening a path, moving along it, closing it and opening it again."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session, joinedload, selectinload
from sqlalchemy.orm.attributes import flag_modified

from crm.accompaniment import rules
from crm.accompaniment.models import Accompaniment, StageChange
from crm.accompaniment.types import AccompanimentData, ClosingData, Stage
from crm.accounts.members import known_member
from crm.contacts.operations import resolve_structure
from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.history.recording import actor_of
from crm.projects.choices import known_project
from crm.reference.models import ReferenceItem

_UNKNOWN = N_("Aucune structure ne s’appelle « %(name)s » : créez d’abord sa fiche.")
_TAKEN = N_("« %(name)s » a déjà un accompagnement en cours, suivi par %(person)s.")
_TAKEN_MEANWHILE = N_(
    "Quelqu’un vient d’ouvrir un accompagnement pour cette structure : retrouvez-le sur sa fiche."
)


def open_accompaniment(session: Session, *, data: AccompanimentData) -> Accompaniment:
    """Open the path of a structure and return it.

    Raises RuleError with the field that does not fit, or when the structure has a current one:
    also when someone else opens it at the same moment.
    """
    data = rules.clean_accompaniment(data, clock.today())
    if data.structure.startswith("new:"):
        raise RuleError("structure", _UNKNOWN, name=data.structure[4:64])
    structure = resolve_structure(
        session, value=data.structure, family_code=None, field="structure"
    )
    check_is_free(session, structure.id)
    record = Accompaniment(
        structure_id=structure.id, stage=data.stage, created_at=clock.now(), obstacles=[]
    )
    _fill(session, record, data)
    session.add(record)
    _flush_as_only_one(session)
    # Into the table: the opening is told once, and undoing it leaves its step to the trash.
    session.execute(insert(StageChange).values(_step(session, record, data.opened_on)))
    return record


def check_is_free(session: Session, structure_id: int) -> None:
    """Raise RuleError, with the path that stands in the way, unless a structure has none now."""
    current = session.scalar(
        select(Accompaniment)
        .where(
            Accompaniment.structure_id == structure_id,
            Accompaniment.closed_on.is_(None),
            Accompaniment.deleted_at.is_(None),
        )
        .options(joinedload(Accompaniment.structure), joinedload(Accompaniment.person))
    )
    if current is not None:
        raise RuleError(
            "structure",
            _TAKEN,
            record=("accompaniment", current.id),
            name=current.structure.name,
            person=current.person.name,
        )


def update_accompaniment(
    session: Session, *, accompaniment_id: int, version: int, data: AccompanimentData
) -> Accompaniment:
    """Change a path as it was at that version; raise StaleRecordError if it has moved on.

    Its structure stays the same.
    """
    record = get_accompaniment(session, accompaniment_id)
    if record.version != version:
        raise StaleRecordError(record)
    data = rules.clean_accompaniment(data, clock.today())
    if record.closed_on is not None and data.opened_on > record.closed_on:
        raise RuleError("opened_on", N_("Cette date est après la fin de l’accompagnement."))
    if record.stage != data.stage:
        _check_is_current(record)
    if record.opened_on != data.opened_on:
        _move_first_step(session, record, data.opened_on)
    _fill(session, record, data)
    if record.stage != data.stage:
        record.stage = data.stage
        _note_stage(session, record, clock.today())
    session.flush()
    return record


def set_stage(session: Session, *, accompaniment_id: int, stage: str) -> bool:
    """Move a current path to a stage, today; return whether it was elsewhere before."""
    wanted = rules.check_stage(stage)
    record = get_accompaniment(session, accompaniment_id)
    _check_is_current(record)
    has_moved = move(session, record, wanted)
    session.flush()
    return has_moved


def move(session: Session, record: Accompaniment, stage: Stage) -> bool:
    """Move a loaded path to a stage, not flushed; return whether it was elsewhere before."""
    if record.stage == stage:
        return False
    record.stage = stage
    _note_stage(session, record, clock.today())
    return True


def close_accompaniment(session: Session, *, accompaniment_id: int, data: ClosingData) -> None:
    """Close a path with its outcome; one that is closed already takes the new date and outcome."""
    record = get_accompaniment(session, accompaniment_id)
    data = rules.clean_closing(data, record.opened_on, clock.today())
    record.closed_on, record.outcome, record.closing_note = data.closed_on, data.outcome, data.note
    session.flush()


def reopen_accompaniment(session: Session, *, accompaniment_id: int) -> None:
    """Make a path current again; raise RuleError when its structure has another one by now."""
    record = get_accompaniment(session, accompaniment_id)
    if record.closed_on is None:
        return
    check_is_free(session, record.structure_id)
    record.closed_on = record.outcome = record.closing_note = None
    _flush_as_only_one(session)


def get_accompaniment(session: Session, accompaniment_id: int) -> Accompaniment:
    """Return a path with its obstacles, ready to be changed; raise NotFoundError."""
    record = session.scalar(
        select(Accompaniment)
        .where(Accompaniment.id == accompaniment_id, Accompaniment.deleted_at.is_(None))
        .options(selectinload(Accompaniment.obstacles))
    )
    if record is None:
        raise NotFoundError
    return record


def known_obstacles(
    session: Session, ids: Sequence[int], *, kept: Collection[ReferenceItem] = ()
) -> list[ReferenceItem]:
    """Return the obstacles in their order; a retired one only where it was already."""
    found = session.scalars(
        select(ReferenceItem)
        .where(ReferenceItem.list_code == "obstacle", ReferenceItem.id.in_(ids))
        .order_by(ReferenceItem.position, ReferenceItem.id)
    ).all()
    if len(found) != len(ids) or any(not each.is_active and each not in kept for each in found):
        raise RuleError(
            "obstacles", N_("Un de ces obstacles n’est plus proposé : choisissez à nouveau.")
        )
    return list(found)


def known_person(session: Session, user_id: int, *, kept_id: int | None = None) -> int:
    """Return the id of a member of the team; someone who has left only where they were already."""
    return known_member(session, user_id, field="person", kept_id=kept_id)


def _fill(session: Session, record: Accompaniment, data: AccompanimentData) -> None:
    with session.no_autoflush:
        record.person_id = known_person(session, data.person_id, kept_id=record.person_id)
        record.project_id = known_project(session, data.project_id, kept_id=record.project_id)
        obstacles = known_obstacles(session, data.obstacle_ids, kept=record.obstacles)
    record.about = data.about
    record.opened_on = data.opened_on
    record.next_milestone = data.next_milestone
    record.next_milestone_on = data.next_milestone_on
    if record.obstacles != obstacles:
        record.obstacles = obstacles
        # A list alone does not touch the row: this makes its version grow all the same.
        flag_modified(record, "created_at")


def _check_is_current(record: Accompaniment) -> None:
    if record.closed_on is not None:
        raise RuleError("stage", N_("Cet accompagnement est clos : rouvrez-le pour le déplacer."))


def _note_stage(session: Session, record: Accompaniment, changed_on: date) -> None:
    session.add(StageChange(**_step(session, record, changed_on)))


def _step(session: Session, record: Accompaniment, changed_on: date) -> dict[str, Any]:
    return {
        "accompaniment_id": record.id,
        "stage": record.stage,
        "changed_on": changed_on,
        "author_id": actor_of(session).user_id,
    }


def _move_first_step(session: Session, record: Accompaniment, opened_on: date) -> None:
    """Let the step that a path began with be of the day it is said to have been opened."""
    first = session.scalars(
        select(StageChange)
        .where(StageChange.accompaniment_id == record.id)
        .order_by(StageChange.id)
        .limit(1)
    ).first()
    if first is not None and first.changed_on == record.opened_on:
        first.changed_on = opened_on


def _flush_as_only_one(session: Session) -> None:
    """Write, and say it clearly when a path of the same structure came first."""
    try:
        session.flush()
    except IntegrityError as error:
        raise RuleError("structure", _TAKEN_MEANWHILE) from error
