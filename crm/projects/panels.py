"""What a structure's page tells of its projects."""

from flask import url_for
from sqlalchemy.orm import Session

from crm.projects.queries import projects_of_structure
from crm.projects.types import ROLE_LABELS, Role
from crm.web.locale import translate
from crm.web.panels import Panel, PanelRow

_SHOWN = 8


def structure_projects(session: Session, structure_id: int) -> Panel:
    """Return the projects a structure takes part in with its roles, and a way to add one."""
    found = projects_of_structure(session, structure_id)
    rows = [
        PanelRow(
            title=project.name,
            url=url_for("projects.show", project_id=project.id),
            detail=", ".join(translate(ROLE_LABELS[Role(role)]).lower() for role in roles),
            aside=str(project.start_on.year) if project.start_on else None,
        )
        for project, roles in found[:_SHOWN]
    ]
    new = PanelRow(
        title=translate("Nouveau projet"),
        url=url_for("projects.new", structure=structure_id),
        icon="plus",
    )
    more = url_for("projects.index", structure=structure_id) if found else None
    return Panel(translate("Projets"), [*rows, new], more)
