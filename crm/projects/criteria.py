"""What a segment may ask of the projects that structures take part in."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select

from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.criteria.conditions import is_found
from crm.criteria.criterion import Criterion, Field, Values, fixed
from crm.criteria.types import Subject
from crm.projects.models import Project, ProjectPartner, project_country, project_theme
from crm.projects.types import PROJECT_STATUS_LABELS, ROLE_LABELS, Role
from crm.reference.queries import labels_by_id
from crm.territories.queries import country_choices

GROUP = N_("Projets")


def _projects(column: Any, values: Values) -> Select[Any]:
    """Select a column of the projects asked for, out of the trash."""
    found: Select[Any] = select(column).select_from(Project).where(Project.deleted_at.is_(None))
    if statuses := values.get("statuses"):
        found = found.where(Project.status.in_(statuses))
    for name, key in (
        ("countries", project_country.c.country_code),
        ("themes", project_theme.c.theme_id),
    ):
        if chosen := values.get(name):
            owner = key.table.c.project_id
            found = found.where(Project.id.in_(select(owner).where(key.in_(chosen))))
    return found


def _takes_part(values: Values, _day: date) -> ColumnElement[bool]:
    roles = values.get("roles") or tuple(Role)
    others = (
        _projects(ProjectPartner.structure_id, values)
        .join(ProjectPartner, ProjectPartner.project_id == Project.id)
        .where(ProjectPartner.role.in_(roles))
    )
    is_other = is_found(Structure.id, others)
    if Role.LEAD not in roles:
        return is_other
    # The first lead is on the project itself; a further one is a partner with that role.
    return or_(is_found(Structure.id, _projects(Project.lead_structure_id, values)), is_other)


PROJECT_CRITERIA = (
    Criterion(
        code="projet",
        label=N_("Projet et rôle"),
        subject=Subject.STRUCTURE,
        group=GROUP,
        yes=N_("participent à un projet%(roles)s%(statuses)s%(countries)s%(themes)s"),
        no=N_("ne participent à aucun projet%(roles)s%(statuses)s%(countries)s%(themes)s"),
        fields=(
            Field(
                name="roles",
                label=N_("Rôles"),
                is_needed=False,
                options=fixed(ROLE_LABELS),
                phrase=N_(" comme %(value)s"),
            ),
            Field(
                name="statuses",
                label=N_("États du projet"),
                is_needed=False,
                options=fixed(PROJECT_STATUS_LABELS),
                phrase=N_(" à l’état %(value)s"),
            ),
            Field(
                name="countries",
                label=N_("Pays du projet"),
                is_needed=False,
                options=country_choices,
                phrase=N_(" avec le pays %(value)s"),
            ),
            Field(
                name="themes",
                label=N_("Thèmes du projet"),
                is_id=True,
                is_needed=False,
                options=lambda session: labels_by_id(session, "theme"),
                phrase=N_(" sur le thème %(value)s"),
            ),
        ),
        condition=_takes_part,
    ),
)
