"""What the projects let a report count: a figure, its rule in words, the rows behind it."""

from datetime import date
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.projects.models import Project
from crm.projects.queries import project_rows

PROJECTS_LISTED = "projects_listed"
PROJECTS_LISTED_LABEL = N_("projets recensés")
PROJECTS_LISTED_RULE = N_(
    "Projets entrés dans l’annuaire au plus tard le dernier jour de la période, terminés ou non."
    " Ceux sans date d’entrée et ceux à la corbeille ne comptent pas."
)


def projects_listed_on(day: date) -> Select[Any]:
    """Select the projects that are in the directory at the end of a day."""
    return project_rows().where(Project.listed_on <= day)


def count_projects_listed_on(session: Session, day: date) -> int:
    """Return the figure: the number of `projects_listed_on`."""
    rows = projects_listed_on(day).with_only_columns(Project.id).order_by(None).subquery()
    return session.scalar(select(func.count()).select_from(rows)) or 0
