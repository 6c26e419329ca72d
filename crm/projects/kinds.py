"""How projects come back, and what of them points at structures."""

from flask import url_for
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.core import clock
from crm.core.errors import N_
from crm.core.text import fold, sort_key
from crm.history.kinds import Kind, Pointer
from crm.projects.indexing import index_project
from crm.projects.models import Project, ProjectHeadcount, ProjectPartner
from crm.projects.rules import LONGEST_PLACES, check_dates, check_status
from crm.projects.types import ProjectStatus
from crm.web.locale import translate

_OWNED = frozenset(
    {"project_country", "project_headcount", "project_partner", "project_sdg", "project_theme"}
)


def _mend_project(session: Session, project: Project) -> None:
    check_dates(project.start_on, project.end_on)
    check_status(project.status, project.start_on, project.end_on, clock.today())
    project.sort_name = sort_key(project.name)
    project.places_key = fold(project.places_abroad or "")[:LONGEST_PLACES] or None
    session.flush()
    index_project(session, project)


def _mend_partner(session: Session, partner: ProjectPartner) -> None:
    session.flush()
    project = session.get(Project, partner.project_id)
    if project is not None:
        index_project(session, project)


def _structure_in_trash(session: Session, project: Project) -> str | None:
    partners = select(ProjectPartner.structure_id).where(ProjectPartner.project_id == project.id)
    return session.scalar(
        select(Structure.name)
        .where(
            or_(Structure.id == project.lead_structure_id, Structure.id.in_(partners)),
            Structure.deleted_at.is_not(None),
        )
        .order_by(Structure.id)
        .limit(1)
    )


def _archive(_session: Session, project: Project) -> None:
    project.status = ProjectStatus.DONE
    if project.end_on is None or project.end_on > clock.today():
        project.end_on = max(clock.today(), project.start_on or clock.today())


KINDS = (
    Kind(
        "project",
        Project,
        lambda project: project.name,
        page=("projects.show", "project_id"),
        mend=_mend_project,
        archive=_archive,
        archive_label=N_("Terminer le projet aujourd’hui"),
        owned=_OWNED,
        missing=_structure_in_trash,
    ),
    Kind("project_partner", ProjectPartner, lambda partner: partner.role, mend=_mend_partner),
    Kind("project_headcount", ProjectHeadcount, lambda headcount: str(headcount.count)),
)


def projects_of_structure(session: Session, structure_id: int) -> Pointer | None:
    """Say how many projects a structure leads or takes part in."""
    partnered = select(ProjectPartner.project_id).where(ProjectPartner.structure_id == structure_id)
    ids = session.scalars(
        select(Project.id).where(
            Project.deleted_at.is_(None),
            or_(Project.lead_structure_id == structure_id, Project.id.in_(partnered)),
        )
    ).all()
    if not ids:
        return None
    return Pointer(
        translate(
            N_("Projets qu’elle mène ou auxquels elle participe : %(count)s"), count=len(ids)
        ),
        url_for("projects.show", project_id=ids[0]) if len(ids) == 1 else url_for("projects.index"),
    )


POINTERS = (("structure", projects_of_structure),)
