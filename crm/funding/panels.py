"""What the pages of structures and projects tell of applications."""

from flask import url_for
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.funding.queries.applications import (
    BENEFICIARY,
    CO_FUNDER,
    FUNDER,
    ApplicationLine,
    applications_of_project,
    applications_of_structure,
)
from crm.funding.types import (
    PARTNER_ROLE_LABELS,
    STATUS_LABELS,
    ApplicationStatus,
    PartnerRole,
)
from crm.web.formats import money
from crm.web.locale import translate
from crm.web.panels import Panel, PanelRow

_SHOWN = 8
_PART_LABELS = {
    BENEFICIARY: N_("Bénéficiaire"),
    FUNDER: N_("Financeur"),
    CO_FUNDER: N_("Cofinanceur"),
    **{role.value: PARTNER_ROLE_LABELS[role] for role in PartnerRole},
}


def structure_applications(session: Session, structure_id: int) -> Panel:
    """Return the applications a structure takes part in, with its parts, and a way to add one."""
    found = applications_of_structure(session, structure_id, _SHOWN)
    more = url_for("applications.index", structure=structure_id) if found else None
    new = url_for("applications.new", structure=structure_id)
    return _panel(found, more, new)


def project_applications(session: Session, project_id: int) -> Panel:
    """Return the applications for a project, and a way to add one."""
    found = applications_of_project(session, project_id, _SHOWN)
    more = url_for("applications.index", projet=project_id) if found else None
    return _panel(found, more, url_for("applications.new", projet=project_id))


def _panel(found: list[ApplicationLine], more: str | None, new_url: str) -> Panel:
    rows = [
        PanelRow(
            title=line.row.title,
            url=url_for("applications.show", application_id=line.row.id),
            detail=_detail(line),
            aside=str(line.row.day.year) if line.row.day else None,
        )
        for line in found
    ]
    new = PanelRow(title=translate(N_("Nouveau dossier")), url=new_url, icon="plus")
    return Panel(translate(N_("Financements")), [*rows, new], more)


def _detail(line: ApplicationLine) -> str:
    """Return where an application stands, with its euros, and as what the record is in it."""
    row, others = line.row, [part for part in line.parts if part != BENEFICIARY]
    cents = row.requested_cents if row.awarded_cents is None else row.awarded_cents
    told = [
        translate(STATUS_LABELS[ApplicationStatus(row.status)]),
        None if cents is None else money(cents),
        row.beneficiary_name if BENEFICIARY not in line.parts else None,
        ", ".join(translate(_PART_LABELS[part]).lower() for part in others) or None,
    ]
    return " · ".join(each for each in told if each)
