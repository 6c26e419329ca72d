"""What the pages of projects put together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from crm.attachments.presentation import files_of_page
from crm.contacts.models import Structure
from crm.contacts.queries import structures_by_values
from crm.core import clock
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.projects.forms import HeadcountForm, PartnersForm, ProjectForm, StructuresForm
from crm.projects.models import Project, ProjectPartner
from crm.projects.queries import headcounts_of, partners_of, project_for_page
from crm.projects.types import (
    HEADCOUNT_LABELS,
    PROJECT_STATUS_LABELS,
    ROLE_LABELS,
    ProjectStatus,
    Role,
)
from crm.reference.queries import items_of, labels_by_code
from crm.territories.queries import countries
from crm.web.panels import panels_of
from crm.web.timeline import timeline_of


@dataclass(slots=True)
class Participant:
    """A structure of a project and its roles; only the first lead's cannot be taken away."""

    structure: Structure
    is_first_lead: bool = False
    roles: list[ProjectPartner] = field(default_factory=list)


def project_page(session: Session, project_id: int) -> dict[str, Any]:
    """Return what a project's page shows; raise NotFoundError."""
    project = project_for_page(session, project_id)
    form = PartnersForm(formdata=None)
    offer_partner_choices(session, form)
    return {
        "project": project,
        "status_label": PROJECT_STATUS_LABELS[ProjectStatus(project.status)],
        "participants": _participants(project, partners_of(session, project_id)),
        "role_labels": ROLE_LABELS,
        "headcounts": headcounts_of(session, project_id),
        "headcount_labels": HEADCOUNT_LABELS,
        "partners_form": form,
        "headcount_form": HeadcountForm(formdata=None, counted_on=clock.today()),
        **files_of_page(session, entity="project", record_id=project_id),
        "panels": panels_of(session, "project", project_id),
        "timeline": timeline_of(session, entity="project", record_id=project_id),
        "changes": tell(
            session, history_of(session, entity="project", record_id=project_id, limit=20)
        ),
    }


def _participants(project: Project, partners: Sequence[ProjectPartner]) -> list[Participant]:
    found = {project.lead_structure_id: Participant(project.lead_structure, is_first_lead=True)}
    order = list(Role)
    for partner in partners:
        seat = found.setdefault(partner.structure_id, Participant(partner.structure))
        seat.roles.append(partner)
    for seat in found.values():
        seat.roles.sort(key=lambda one: order.index(Role(one.role)))
    return list(found.values())


def offer_project_choices(
    session: Session, form: ProjectForm, project: Project | None = None
) -> None:
    """Give the form's lists what they offer; a retired entry stays where it is in use already."""
    _offer_structures(session, form, form.pickers)
    for name, list_code in (("themes", "theme"), ("sdgs", "sdg")):
        kept = set(getattr(project, name)) if project else set()
        items = items_of(session, list_code, with_retired=True)
        form._fields[name].offer(
            (str(item.id), item.label) for item in items if item.is_active or item in kept
        )
    form.countries.offer([(country.code, country.name) for country in countries(session)])


def offer_partner_choices(session: Session, form: PartnersForm) -> None:
    """Give the form the families, and the labels of the structures chosen."""
    _offer_structures(session, form, form.pickers)


def _offer_structures(session: Session, form: StructuresForm, fields: Iterable[Any]) -> None:
    form.new_family.choices = [("", "—"), *labels_by_code(session, "family")]
    chosen = {value for one in fields for value in one.data or ()}
    labels = dict(structures_by_values(session, sorted(chosen)))
    for one in fields:
        one.offer([(value, labels[value]) for value in one.data or () if value in labels])
