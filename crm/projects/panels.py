"""What a structure's page tells of its projects."""

from flask import url_for
from sqlalchemy.orm import Session

from crm.projects.queries import projects_of_structure
from crm.web.locale import translate
from crm.web.panels import Panel, PanelRow

_SHOWN = 8


def structure_projects(session: Session, structure_id: int) -> Panel:
    """Return the projects a structure leads or takes part in."""
    rows = [
        PanelRow(
            title=project.name,
            url=url_for("projects.show", project_id=project.id),
            detail=translate("chef de file")
            if project.lead_structure_id == structure_id
            else translate("partenaire"),
            aside=str(project.start_on.year) if project.start_on else None,
        )
        for project in projects_of_structure(session, structure_id)[:_SHOWN]
    ]
    return Panel(translate("Projets"), rows)
