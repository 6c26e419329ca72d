"""Reads of paths: one with all its page shows, those of a structure."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Integer, Row, bindparam, literal, select, union_all
from sqlalchemy.orm import Session, joinedload, selectinload

from crm.accompaniment.models import Accompaniment, StageChange, accompaniment_obstacle
from crm.accounts.models import User
from crm.contacts.models import Structure
from crm.contacts.queries.identities import ids_of
from crm.core.errors import NotFoundError
from crm.projects.models import Project
from crm.reference.models import ReferenceItem

_OF_PAGE = (
    select(Accompaniment)
    .where(Accompaniment.id == bindparam("accompaniment_id"), Accompaniment.deleted_at.is_(None))
    .options(
        joinedload(Accompaniment.structure),
        joinedload(Accompaniment.person),
        joinedload(Accompaniment.project),
        selectinload(Accompaniment.obstacles),
    )
)
# A path that could not follow a merge, for the other one has its own, is still told there.
_ITSELF = ids_of("structure", bindparam("record_id"))
_OF_STRUCTURE = (
    select(
        Accompaniment.id,
        Accompaniment.structure_id,
        Accompaniment.stage,
        Accompaniment.about,
        Accompaniment.opened_on,
        Accompaniment.next_milestone,
        Accompaniment.next_milestone_on,
        Accompaniment.closed_on,
        Accompaniment.outcome,
        User.name.label("person"),
    )
    .join(User, User.id == Accompaniment.person_id)
    .where(Accompaniment.structure_id.in_(_ITSELF))
    .where(Accompaniment.deleted_at.is_(None))
    .order_by(Accompaniment.closed_on.is_not(None), Accompaniment.closed_on.desc())
    .order_by(Accompaniment.id.desc())
)
_OBSTACLES = (
    select(ReferenceItem.id, ReferenceItem.label)
    .join(accompaniment_obstacle, accompaniment_obstacle.c.obstacle_id == ReferenceItem.id)
    .where(accompaniment_obstacle.c.accompaniment_id == bindparam("accompaniment_id"))
    .order_by(ReferenceItem.position)
)
_STEPS = (
    select(StageChange)
    .where(StageChange.accompaniment_id == bindparam("accompaniment_id"))
    .options(joinedload(StageChange.author))
    .order_by(StageChange.changed_on.desc(), StageChange.id.desc())
)
_TOLD = union_all(
    select(
        Accompaniment.id,
        StageChange.changed_on.label("day"),
        StageChange.stage.label("code"),
        User.name.label("who"),
        literal(0).label("is_end"),
        StageChange.id.label("rank"),
    )
    .join(StageChange, StageChange.accompaniment_id == Accompaniment.id)
    .outerjoin(User, User.id == StageChange.author_id)
    .where(Accompaniment.structure_id.in_(_ITSELF))
    .where(Accompaniment.deleted_at.is_(None)),
    select(
        Accompaniment.id,
        Accompaniment.closed_on,
        Accompaniment.outcome,
        User.name,
        literal(1),
        Accompaniment.id,
    )
    .join(User, User.id == Accompaniment.person_id)
    .where(Accompaniment.structure_id.in_(_ITSELF))
    .where(Accompaniment.deleted_at.is_(None), Accompaniment.closed_on.is_not(None)),
).subquery()
LATEST_TOLD = (
    select(_TOLD)
    .order_by(_TOLD.c.day.desc(), _TOLD.c.is_end.desc(), _TOLD.c.rank.desc())
    .limit(bindparam("limit", type_=Integer))
)


def accompaniment_for_page(session: Session, accompaniment_id: int) -> Accompaniment:
    """Return a path with its structure, person, project and obstacles; raise NotFoundError."""
    record = session.scalar(_OF_PAGE, {"accompaniment_id": accompaniment_id})
    if record is None or _is_in_trash(record.structure):
        raise NotFoundError
    return record


def _is_in_trash(structure: Structure) -> bool:
    return structure.deleted_at is not None and structure.merged_into_id is None


def steps_of(session: Session, accompaniment_id: int) -> Sequence[StageChange]:
    """Return the steps of a path with their authors, the latest first."""
    return session.scalars(_STEPS, {"accompaniment_id": accompaniment_id}).all()


def accompaniments_of(session: Session, structure_id: int) -> Sequence[Row[Any]]:
    """Return what is told of a structure's paths: the current one first, then the latest closed."""
    return session.connection().execute(_OF_STRUCTURE, {"record_id": structure_id}).all()


def obstacles_of(session: Session, accompaniment_id: int) -> Sequence[Row[Any]]:
    """Return the obstacles on a path, in the order of their list: id, label."""
    values = {"accompaniment_id": accompaniment_id}
    return session.connection().execute(_OBSTACLES, values).all()


def told_of(session: Session, structure_id: int, limit: int) -> Sequence[Row[Any]]:
    """Return the latest steps and ends of a structure's paths: id, day, code, who, is_end."""
    values = {"record_id": structure_id, "limit": limit}
    return session.connection().execute(LATEST_TOLD, values).all()


def structures_without_path(session: Session, structure_ids: Sequence[int]) -> Sequence[int]:
    """Return those of the structures that have no current path, in their order."""
    taken = set(
        session.scalars(
            select(Accompaniment.structure_id).where(
                Accompaniment.structure_id.in_(structure_ids),
                Accompaniment.closed_on.is_(None),
                Accompaniment.deleted_at.is_(None),
            )
        )
    )
    return [each for each in structure_ids if each not in taken]


def projects_to_choose(session: Session, structure_id: int | None) -> list[tuple[str, str]]:
    """Return (id, name) of the projects that a structure leads, by name."""
    if structure_id is None:
        return []
    rows = session.execute(
        select(Project.id, Project.name)
        .where(Project.lead_structure_id == structure_id, Project.deleted_at.is_(None))
        .order_by(Project.sort_name, Project.id)
    ).tuples()
    return [(str(project_id), name) for project_id, name in rows]
