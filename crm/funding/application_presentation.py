"""What the pages of applications put together."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from crm.accounts.queries import team
from crm.attachments.presentation import files_of_page
from crm.contacts.models import Structure
from crm.contacts.queries import structures_by_values
from crm.core import clock
from crm.funding import rules
from crm.funding.forms.applications import ApplicationForm, StatusForm
from crm.funding.forms.belongings import (
    CoFundingForm,
    DeadlineForm,
    PartnerForm,
    PaymentForm,
)
from crm.funding.models import (
    ApplicationPartner,
    CoFunding,
    FundingApplication,
    FundingCall,
    Payment,
    ReportingDeadline,
)
from crm.funding.queries.applications import (
    application_for_page,
    call_options,
    co_fundings_of,
    deadlines_of,
    partners_of,
    payments_of,
    steps_of,
)
from crm.funding.types import (
    OBTAINED,
    PARTNER_ROLE_LABELS,
    STATUS_LABELS,
    ApplicationStatus,
)
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.projects.queries import projects_by_values
from crm.reference.queries import items_of, labels_by_code
from crm.web.locale import translate
from crm.web.panels import panels_of
from crm.web.timeline import timeline_of


@dataclass(slots=True)
class Partner:
    """A structure that takes part in an application, and its roles."""

    structure: Structure
    roles: list[ApplicationPartner] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Balance:
    """What others were asked and gave, what was received, and what is still to come, in cents.

    `to_come` is None where nothing is awarded yet.
    """

    others_requested: int
    others_awarded: int
    received: int
    to_come: int | None


@dataclass(frozen=True, slots=True)
class Deadline:
    """A report owed, and whether its day is past."""

    record: ReportingDeadline
    is_late: bool


def application_page(session: Session, application_id: int) -> dict[str, Any]:
    """Return what an application's page shows; raise NotFoundError."""
    record = application_for_page(session, application_id)
    partners = _partners(partners_of(session, application_id))
    co_fundings = co_fundings_of(session, application_id)
    payments = payments_of(session, application_id)
    return {
        "record": record,
        "is_gone": is_gone(record.beneficiary),
        "status_labels": STATUS_LABELS,
        "next_status": rules.next_status(record.status),
        "steps": steps_of(session, application_id),
        "misfits": misfits_of(record, len(partners)),
        "partners": partners,
        "role_labels": PARTNER_ROLE_LABELS,
        "co_fundings": co_fundings,
        "payments": payments,
        "deadlines": _deadlines(deadlines_of(session, application_id), clock.today()),
        "balance": _balance(record, co_fundings, payments),
        "is_obtained": record.status in OBTAINED,
        **_blank_forms(session),
        **files_of_page(session, entity="funding_application", record_id=application_id),
        "panels": panels_of(session, "funding_application", application_id),
        "timeline": timeline_of(session, entity="funding_application", record_id=application_id),
        "changes": tell(
            session,
            history_of(session, entity="funding_application", record_id=application_id, limit=20),
        ),
    }


def is_gone(structure: Structure) -> bool:
    """Tell whether a structure is in the trash, and not for having been merged."""
    return structure.deleted_at is not None and structure.merged_into_id is None


def misfits_of(record: FundingApplication, partners: int) -> list[str]:
    """Return in words what of an application does not fit its call; nothing without a call."""
    if record.call is None:
        return []
    found = rules.misfits(
        _terms(record.call),
        family_code=record.family_code,
        departement_code=record.departement_code,
        partners=partners,
        requested_cents=record.requested_cents,
        total_cents=record.total_cents,
        filed_on=record.filed_on,
    )
    return [translate(each) for each in found]


def _terms(call: FundingCall) -> rules.Terms:
    return rules.Terms(
        family_codes=frozenset(row.family_code for row in call.families),
        departement_codes=frozenset(row.departement_code for row in call.departements),
        minimum_partners=call.minimum_partners,
        cap_cents=call.cap_cents,
        rate_percent=call.rate_percent,
        closes_on=call.closes_on,
    )


def _partners(rows: Sequence[ApplicationPartner]) -> list[Partner]:
    found: dict[int, Partner] = {}
    for row in rows:
        found.setdefault(row.structure_id, Partner(row.structure)).roles.append(row)
    return list(found.values())


def _deadlines(rows: Sequence[ReportingDeadline], today: date) -> list[Deadline]:
    return [Deadline(row, row.done_on is None and row.due_on < today) for row in rows]


def _balance(
    record: FundingApplication, co_fundings: Sequence[CoFunding], payments: Sequence[Payment]
) -> Balance:
    received = sum(each.amount_cents for each in payments)
    awarded = record.awarded_cents
    return Balance(
        others_requested=sum(each.requested_cents or 0 for each in co_fundings),
        others_awarded=sum(each.awarded_cents or 0 for each in co_fundings),
        received=received,
        to_come=None if awarded is None else awarded - received,
    )


def _blank_forms(session: Session) -> dict[str, Any]:
    forms = {
        "partner_form": PartnerForm(formdata=None),
        "co_funding_form": CoFundingForm(formdata=None),
        "payment_form": PaymentForm(formdata=None),
        "deadline_form": DeadlineForm(formdata=None),
    }
    families = [("", "—"), *labels_by_code(session, "family")]
    for code, form in forms.items():
        form.new_family.choices = families
        for each in form:
            each.id = f"{code}-{each.id}"  # four forms on one page
    return forms


def offer_choices(
    session: Session, form: ApplicationForm, record: FundingApplication | None = None
) -> None:
    """Give the form's lists what they offer; what the application holds already stays offered."""
    kept = _kept_names(record) if record else {}
    form.new_family.choices = [("", "—"), *labels_by_code(session, "family")]
    for picker in form.pickers:
        chosen = list(picker.data or ())
        labels = kept | dict(structures_by_values(session, chosen))
        picker.offer([(value, labels[value]) for value in chosen if value in labels])
    projects = dict(projects_by_values(session, form.project.data or ()))
    if record and record.project:
        projects.setdefault(str(record.project_id), record.project.name)
    form.project.offer(
        [(value, projects[value]) for value in form.project.data or () if value in projects]
    )
    held = (record.scheme_id, record.call_id) if record else None
    form.scheme.choices = [("", "—"), *call_options(session, held)]
    kept_people = [record.person_id] if record and record.person_id else []
    form.person.choices = [("", "—"), *team(session, kept_people)]
    form.refusal_reason.choices = reasons(session, record)


def _kept_names(record: FundingApplication) -> dict[str, str]:
    found = (record.beneficiary, record.funder)
    return {str(each.id): each.name for each in found if each is not None}


def offer_reasons(session: Session, form: StatusForm, record: FundingApplication) -> None:
    """Give the form of a step the reasons of refusal."""
    form.refusal_reason.choices = reasons(session, record)


def reasons(session: Session, record: FundingApplication | None) -> list[tuple[str, str]]:
    """Return (id, label) of the reasons of refusal; a retired one stays where it is in use."""
    kept_id = record.refusal_reason_id if record else None
    items = items_of(session, "refusal_reason", with_retired=True)
    return [
        ("", "—"),
        *((str(item.id), item.label) for item in items if item.is_active or item.id == kept_id),
    ]


def other_statuses(record: FundingApplication) -> list[tuple[str, str]]:
    """Return (code, label) of where an application may go from where it stands."""
    return [
        (each.value, translate(label))
        for each, label in STATUS_LABELS.items()
        if each != record.status
    ]


def status_asked(record: FundingApplication, asked: str) -> ApplicationStatus:
    """Return the status that a URL asks, or the one that most often comes next."""
    if asked in set(ApplicationStatus) and asked != record.status:
        return ApplicationStatus(asked)
    following = rules.next_status(record.status)
    return following or ApplicationStatus(other_statuses(record)[0][0])
