"""How applications and what belongs to them come back, and what they point at."""

from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.contacts.queries.identities import ids_of
from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.core.text import sort_key
from crm.funding import rules
from crm.funding.application_indexing import index_application
from crm.funding.models import (
    ApplicationPartner,
    ApplicationStep,
    CoFunding,
    FundingApplication,
    FundingCall,
    FundingScheme,
    Payment,
    ReportingDeadline,
)
from crm.funding.operations.applications import money_of, note_first_step
from crm.funding.operations.belongings import check_co_funder, check_payment
from crm.funding.operations.checks import check_received
from crm.funding.queries.applications import of_structures
from crm.funding.queries.conditions import is_kept
from crm.funding.types import STATUS_LABELS, ApplicationStatus
from crm.history.kinds import Kind, Pointer
from crm.projects.models import Project
from crm.web.formats import money, short_date
from crm.web.locale import translate

_OWNED = frozenset(
    {
        "application_partner", "application_step", "co_funding", "payment", "reporting_deadline",
        "session_application",
    }
)  # fmt: skip


def _mend_application(session: Session, record: FundingApplication) -> None:
    """See that the money, the dates and the call put back can stand together."""
    cleaned = rules.clean_money(money_of(record), clock.today())
    record.status, record.award_reason = cleaned.status, cleaned.award_reason
    record.sort_title = sort_key(record.title)
    if record.deleted_at is None:
        check_received(session, record, record.awarded_cents)
        _check_call(session, record)
    session.flush()
    if record.deleted_at is None:
        note_first_step(session, record)
    index_application(session, record)


def _check_call(session: Session, record: FundingApplication) -> None:
    with session.no_autoflush:
        call = session.get(FundingCall, record.call_id or 0)
    if call is not None and call.scheme_id != record.scheme_id:
        raise RuleError("scheme", N_("Choisissez un appel de ce dispositif."))


def _application_of(session: Session, record: Any) -> FundingApplication:
    """Return whose a row is, that comes back; raise RuleError when that is in the trash."""
    with session.no_autoflush:
        application = session.get(FundingApplication, record.application_id)
    if application is None or application.deleted_at is not None:
        raise RuleError("form", N_("Son dossier est dans la corbeille : rétablissez-le d’abord."))
    return application


def _mend_partner(session: Session, record: ApplicationPartner) -> None:
    application = _application_of(session, record)
    if record.structure_id == application.beneficiary_id:
        raise RuleError("form", N_("Le bénéficiaire y est déjà : il dépose le dossier."))


def _mend_co_funding(session: Session, record: CoFunding) -> None:
    application = _application_of(session, record)
    check_co_funder(session, application, record.funder_id, record_id=record.id)


def _mend_payment(session: Session, record: Payment) -> None:
    check_payment(session, _application_of(session, record), record)


def _mend_deadline(session: Session, record: ReportingDeadline) -> None:
    _application_of(session, record)


def _in_trash(session: Session, record: FundingApplication) -> str | None:
    """Return what an application cannot do without, where it is in the trash."""
    structure = session.get(Structure, record.beneficiary_id)
    if structure is not None and structure.deleted_at and structure.merged_into_id is None:
        return structure.name
    scheme = session.get(FundingScheme, record.scheme_id)
    if scheme is not None and scheme.deleted_at:
        return scheme.name
    call = session.get(FundingCall, record.call_id or 0)
    if call is not None and call.deleted_at:
        return call.name
    project = session.get(Project, record.project_id or 0)
    return project.name if project is not None and project.deleted_at else None


APPLICATION_KINDS = (
    Kind(
        "funding_application",
        FundingApplication,
        lambda record: record.title,
        page=("applications.show", "application_id"),
        mend=_mend_application,
        plain=frozenset({"notes", "person_id", "refusal_note", "refusal_reason_id"}),
        owned=_OWNED,
        missing=_in_trash,
    ),
    Kind(
        "application_partner",
        ApplicationPartner,
        lambda record: record.role,
        mend=_mend_partner,
    ),
    Kind(
        "application_step",
        ApplicationStep,
        lambda record: STATUS_LABELS[ApplicationStatus(record.status)],
    ),
    Kind("co_funding", CoFunding, lambda record: str(record.funder_id), mend=_mend_co_funding),
    Kind("payment", Payment, lambda record: money(record.amount_cents), mend=_mend_payment),
    Kind(
        "reporting_deadline",
        ReportingDeadline,
        lambda record: f"{record.what}, {short_date(record.due_on)}",
        mend=_mend_deadline,
    ),
)


def applications_of_structure(session: Session, structure_id: int) -> Pointer | None:
    """Say in how many applications a structure takes part."""
    ids = ids_of("structure", structure_id)
    url = url_for("applications.index", structure=structure_id)
    return _pointer(session, of_structures(ids), url)


def applications_of_project(session: Session, project_id: int) -> Pointer | None:
    """Say how many applications are for a project."""
    url = url_for("applications.index", projet=project_id)
    return _pointer(session, FundingApplication.project_id == project_id, url)


def applications_of_scheme(session: Session, scheme_id: int) -> Pointer | None:
    """Say how many applications a scheme has."""
    url = url_for("applications.index", dispositif=scheme_id)
    return _pointer(session, FundingApplication.scheme_id == scheme_id, url)


def applications_of_call(session: Session, call_id: int) -> Pointer | None:
    """Say how many applications a call has."""
    url = url_for("applications.index", appel=call_id)
    return _pointer(session, FundingApplication.call_id == call_id, url)


def _pointer(session: Session, condition: ColumnElement[bool], url: str) -> Pointer | None:
    count = session.scalar(
        select(func.count()).select_from(FundingApplication).where(is_kept(), condition)
    )
    if not count:
        return None
    return Pointer(translate(N_("Dossiers de financement : %(count)s"), count=count), url)


APPLICATION_POINTERS = (
    ("structure", applications_of_structure),
    ("project", applications_of_project),
    ("funding_scheme", applications_of_scheme),
    ("funding_call", applications_of_call),
)
