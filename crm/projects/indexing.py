"""Which words lead to a project: its name, then who takes part in it and the countries it is in.

When a structure is renamed, the projects it takes part in follow at once (`refresh_projects`).
"""

from collections.abc import Iterator

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import Session

from crm.contacts.indexing import STRUCTURE
from crm.contacts.models import Structure
from crm.core.text import acronyms
from crm.projects.models import Project, ProjectPartner, project_country
from crm.search.events import WordsChanged
from crm.search.index import index_records, make_findable, ranked_words
from crm.territories.models import Country

PROJECT = "project"
Records = Iterator[tuple[int, dict[str, int]]]


def index_project(session: Session, project: Project) -> None:
    """Make a project findable by what it is today; in the trash it is not."""
    make_findable(session, PROJECT, project.id, all_projects(session, Project.id == project.id))


def refresh_projects(session: Session, event: WordsChanged) -> None:
    """Let the projects of a structure be found by its present name."""
    if event.kind == STRUCTURE:
        partnered = select(ProjectPartner.project_id).where(
            ProjectPartner.structure_id == event.record_id
        )
        concerned = or_(Project.lead_structure_id == event.record_id, Project.id.in_(partnered))
        index_records(session, PROJECT, dict(all_projects(session, concerned)))


def all_projects(session: Session, condition: ColumnElement[bool] | None = None) -> Records:
    """Yield (id, words) of the projects that are not in the trash, or of those that fit."""
    fits = true() if condition is None else condition
    around: dict[int, list[str]] = {}
    for statement in (
        select(Project.id, Structure.name).join(
            Structure, Structure.id == Project.lead_structure_id
        ),
        select(Project.id, Structure.name)
        .join(ProjectPartner, ProjectPartner.project_id == Project.id)
        .join(Structure, Structure.id == ProjectPartner.structure_id),
        select(Project.id, Country.name)
        .join(project_country, project_country.c.project_id == Project.id)
        .join(Country, Country.code == project_country.c.country_code),
    ):
        for project_id, name in session.execute(statement.where(fits)).tuples():
            around.setdefault(project_id, []).append(name)
    rows = session.execute(
        select(Project.id, Project.name)
        .where(Project.deleted_at.is_(None), fits)
        .order_by(Project.id)
    ).all()
    for record_id, name in rows:
        yield (
            record_id,
            ranked_words([name, *acronyms(name)], around.get(record_id, ()), names=[name]),
        )
