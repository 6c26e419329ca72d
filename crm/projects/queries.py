"""Reads of projects."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from crm.contacts.models import Structure
from crm.core.errors import NotFoundError
from crm.projects.models import Project, ProjectPartner


def project_rows() -> Select[Any]:
    """Select what a list shows of each project that is not in the trash."""
    return (
        select(
            Project.id,
            Project.name,
            Project.lead_structure_id,
            Structure.name.label("lead"),
            Project.start_on,
            Project.end_on,
            Project.listed_on,
        )
        .join(Structure, Structure.id == Project.lead_structure_id)
        .where(Project.deleted_at.is_(None))
    )


def project_for_page(session: Session, project_id: int) -> Project:
    """Return a project with its lead, themes and countries; raise NotFoundError."""
    project = session.scalar(
        select(Project)
        .where(Project.id == project_id, Project.deleted_at.is_(None))
        .options(
            joinedload(Project.lead_structure),
            selectinload(Project.themes),
            selectinload(Project.countries),
        )
    )
    if project is None:
        raise NotFoundError
    return project


def partners_of(session: Session, project_id: int) -> Sequence[ProjectPartner]:
    """Return the structures that take part in a project, by name."""
    return session.scalars(
        select(ProjectPartner)
        .join(Structure, Structure.id == ProjectPartner.structure_id)
        .where(ProjectPartner.project_id == project_id, Structure.deleted_at.is_(None))
        .options(joinedload(ProjectPartner.structure))
        .order_by(Structure.sort_name)
    ).all()


_OF_STRUCTURE = (
    select(Project)
    .where(
        Project.deleted_at.is_(None),
        or_(
            Project.lead_structure_id == bindparam("structure_id"),
            Project.id.in_(
                select(ProjectPartner.project_id).where(
                    ProjectPartner.structure_id == bindparam("structure_id")
                )
            ),
        ),
    )
    .order_by(Project.start_on.desc().nulls_last(), Project.id.desc())
)


def projects_of_structure(session: Session, structure_id: int) -> Sequence[Project]:
    """Return the projects a structure leads or takes part in, the latest first."""
    return session.scalars(_OF_STRUCTURE, {"structure_id": structure_id}).all()
