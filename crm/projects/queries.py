"""Reads of projects."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    Integer,
    Row,
    Select,
    Table,
    and_,
    bindparam,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session, joinedload, selectinload

from crm.contacts.models import Structure
from crm.contacts.queries.structures import Suggestion
from crm.core.errors import NotFoundError
from crm.core.numbers import parse_ids
from crm.projects.indexing import PROJECT
from crm.projects.models import (
    Project,
    ProjectHeadcount,
    ProjectPartner,
    project_country,
    project_sdg,
    project_theme,
)
from crm.projects.types import Role
from crm.reference.models import ReferenceItem
from crm.search.queries import RELEVANCE, joined_on_words, typed_words
from crm.territories.models import Country

_SUGGESTIONS = 8


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


def project_list_rows() -> Select[Any]:
    """Select what the list of projects shows, and what narrows it, of each project."""
    return project_rows().add_columns(
        Project.status,
        Project.is_pooled,
        Project.is_publishable,
        Project.budget_cents,
        (Project.budget_cents / literal(100.0)).label("budget"),
        Project.places_abroad,
        Structure.family_code,
        Structure.departement_code,
    )


def project_for_page(session: Session, project_id: int) -> Project:
    """Return a project with its lead, themes, goals and countries; raise NotFoundError."""
    project = session.scalar(
        select(Project)
        .where(Project.id == project_id, Project.deleted_at.is_(None))
        .options(
            joinedload(Project.lead_structure),
            selectinload(Project.themes),
            selectinload(Project.sdgs),
            selectinload(Project.countries),
        )
    )
    if project is None:
        raise NotFoundError
    return project


def partners_of(session: Session, project_id: int) -> Sequence[ProjectPartner]:
    """Return the roles of a project's structures besides its lead, by name of structure."""
    return session.scalars(
        select(ProjectPartner)
        .join(Structure, Structure.id == ProjectPartner.structure_id)
        .where(ProjectPartner.project_id == project_id, Structure.deleted_at.is_(None))
        .options(joinedload(ProjectPartner.structure))
        .order_by(Structure.sort_name, ProjectPartner.structure_id, ProjectPartner.id)
    ).all()


def headcounts_of(session: Session, project_id: int) -> Sequence[ProjectHeadcount]:
    """Return how many people a project counted, the latest first."""
    return session.scalars(
        select(ProjectHeadcount)
        .where(ProjectHeadcount.project_id == project_id)
        .order_by(ProjectHeadcount.counted_on.desc(), ProjectHeadcount.id.desc())
    ).all()


def projects_of_structure(session: Session, structure_id: int) -> list[tuple[Row[Any], list[str]]]:
    """Return the projects a structure takes part in, the latest first, with its roles in each."""
    projects: dict[int, Row[Any]] = {}
    roles: dict[int, set[str]] = defaultdict(set)
    values = {"structure_id": structure_id}
    for row in session.connection().execute(_OF_STRUCTURE, values):
        projects[row.id] = row
        roles[row.id] |= {row.role} if row.role else set()
        roles[row.id] |= {Role.LEAD.value} if row.lead_structure_id == structure_id else set()
    order = [role.value for role in Role]
    return [(row, sorted(roles[row.id], key=order.index)) for row in projects.values()]


_STRUCTURE_ID: BindParameter[int] = bindparam("structure_id", type_=Integer)
_OF_STRUCTURE = (
    select(
        Project.id, Project.name, Project.start_on, Project.lead_structure_id, ProjectPartner.role
    )
    .outerjoin(
        ProjectPartner,
        and_(ProjectPartner.project_id == Project.id, ProjectPartner.structure_id == _STRUCTURE_ID),
    )
    .where(
        Project.deleted_at.is_(None),
        Project.id.in_(
            union_all(
                select(Project.id).where(Project.lead_structure_id == _STRUCTURE_ID),
                select(ProjectPartner.project_id).where(
                    ProjectPartner.structure_id == _STRUCTURE_ID
                ),
            )
        ),
    )
    .order_by(Project.start_on.desc().nulls_last(), Project.id.desc(), ProjectPartner.id)
)


def find_projects(session: Session, text: str, limit: int = _SUGGESTIONS) -> list[Suggestion]:
    """Return the projects whose words begin like those typed, best first."""
    prefixes = typed_words(text)
    if not prefixes:
        return []
    statement = joined_on_words(project_rows(), Project.id, PROJECT, prefixes)
    rows = session.execute(statement.order_by(*RELEVANCE).limit(limit))
    return [Suggestion(str(row.id), row.name, row.lead) for row in rows]


def projects_by_values(session: Session, values: Sequence[str]) -> list[tuple[str, str]]:
    """Return (value, name) of what a picker holds, so that a page can show it again."""
    ids = parse_ids(list(values))
    if not ids:
        return []
    found = session.execute(
        select(Project.id, Project.name).where(Project.id.in_(ids), Project.deleted_at.is_(None))
    )
    known = {str(project_id): name for project_id, name in found.tuples()}
    return [(value, known[value]) for value in values if value in known]


def linked_names(
    session: Session, project_ids: Sequence[int] | None = None
) -> dict[str, dict[int, list[str]]]:
    """Return, for "themes", "sdgs" and "countries", the names linked to each project, in order.

    Without ids, those of every project.
    """
    statements = {
        "themes": _links(project_theme, project_theme.c.theme_id),
        "sdgs": _links(project_sdg, project_sdg.c.sdg_id),
        "countries": select(project_country.c.project_id, Country.name)
        .join(Country, Country.code == project_country.c.country_code)
        .order_by(Country.sort_name),
    }
    found: dict[str, dict[int, list[str]]] = {}
    for name, statement in statements.items():
        of_these = statement
        if project_ids is not None:
            of_these = statement.where(statement.selected_columns[0].in_(project_ids))
        names: dict[int, list[str]] = defaultdict(list)
        for project_id, label in session.execute(of_these).tuples():
            names[project_id].append(label)
        found[name] = names
    return found


def partner_names(session: Session) -> dict[int, list[tuple[str, str]]]:
    """Return (structure, role) of each project's participants besides its lead, by name."""
    names: dict[int, list[tuple[str, str]]] = defaultdict(list)
    rows = session.execute(
        select(ProjectPartner.project_id, Structure.name, ProjectPartner.role)
        .join(Structure, Structure.id == ProjectPartner.structure_id)
        .where(Structure.deleted_at.is_(None))
        .order_by(Structure.sort_name, ProjectPartner.id)
    )
    for project_id, structure, role in rows.tuples():
        names[project_id].append((structure, role))
    return names


def _links(link: Table, key: Column[Any]) -> Select[tuple[int, str]]:
    return (
        select(link.c.project_id, ReferenceItem.label)
        .join(ReferenceItem, ReferenceItem.id == key)
        .order_by(ReferenceItem.position, ReferenceItem.id)
    )
