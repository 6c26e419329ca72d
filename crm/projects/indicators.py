"""What the projects let a report count: a figure, its rule in words, the rows behind it."""

from datetime import date
from typing import Any

from sqlalchemy import Select
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.indicators import counting
from crm.indicators.indicator import Indicator, RowColumn
from crm.indicators.keys import country_key, item_key
from crm.indicators.types import By, Period, Scope, Unit
from crm.projects.models import Project, project_country, project_theme
from crm.projects.queries import project_rows

PROJECTS_LISTED = "projects_listed"


def _projects(scope: Scope) -> Select[Any]:
    return projects_listed_on(scope.period.end)


def projects_listed_on(day: date) -> Select[Any]:
    """Select the projects that are in the directory at the end of a day."""
    return project_rows().where(Project.listed_on <= day)


PROJECTS = Indicator(
    code=PROJECTS_LISTED,
    label=N_("projets recensés"),
    rule=N_(
        "Projets entrés dans l’annuaire au plus tard le dernier jour de la période, terminés ou"
        " non. Ceux sans date d’entrée et ceux à la corbeille ne comptent pas."
    ),
    unit=Unit.PROJECT,
    entity="project",
    facts=_projects,
    counted=Project.id.expression,
    is_single=True,
    is_stock=True,
    keys={
        By.THEME: item_key(
            project_theme.c.theme_id,
            "theme",
            link=(project_theme.c.project_id, Project.id.expression),
            is_ranked=True,
        ),
        By.COUNTRY: country_key(
            project_country.c.country_code, (project_country.c.project_id, Project.id.expression)
        ),
    },
    columns=(
        RowColumn("name", N_("Nom"), Project.name),
        RowColumn("listed_on", N_("Entrée dans l’annuaire"), Project.listed_on, "date"),
    ),
)
INDICATORS = (PROJECTS,)


def count_projects_listed_on(session: Session, day: date) -> int:
    """Return how many projects the directory holds at the end of a day."""
    return counting.total(session, PROJECTS, Scope(Period(day, day))).count or 0
