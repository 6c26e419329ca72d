"""What the invented sessions are about: projects of their structures, axes they count for."""

from sqlalchemy import case, insert, or_, select
from sqlalchemy.orm import Session, aliased

from crm.followups.models import (
    AccompanimentSession,
    SessionStructure,
    session_axis,
    session_project,
)
from crm.projects.models import Project
from crm.reference.models import ReferenceItem

_AXES = {"atelier": "axe_1", "b2b": "axe_1", "info": "axe_2", "mise_en_relation": "axe_2"}
_USUAL_AXIS = "axe_3"


def add_subjects(session: Session) -> None:
    """Link each session to the projects that its structures led that day, and to an axis."""
    held_on = AccompanimentSession.held_on
    led = (
        select(AccompanimentSession.id, Project.id)
        .join(SessionStructure, SessionStructure.session_id == AccompanimentSession.id)
        .join(Project, Project.lead_structure_id == SessionStructure.structure_id)
        .where(
            Project.start_on <= held_on, or_(Project.end_on.is_(None), Project.end_on >= held_on)
        )
        .distinct()
    )
    session.execute(insert(session_project).from_select(["session_id", "project_id"], led))
    kind, axis = aliased(ReferenceItem), aliased(ReferenceItem)
    counted = (
        select(AccompanimentSession.id, axis.id)
        .join(kind, kind.id == AccompanimentSession.kind_id)
        .join(axis, axis.code == case(_AXES, value=kind.code, else_=_USUAL_AXIS))
        .where(axis.list_code == "axis")
    )
    session.execute(insert(session_axis).from_select(["session_id", "axis_id"], counted))
