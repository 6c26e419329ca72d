"""What belongs to an application, added, corrected and taken away: all in one way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError, StaleRecordError
from crm.funding import rules
from crm.funding.models import CoFunding, FundingApplication, Payment, ReportingDeadline
from crm.funding.operations.applications import get_application
from crm.funding.operations.checks import received_cents
from crm.funding.operations.picked import picked_structure
from crm.funding.types import CoFundingData, DeadlineData, PaymentData

Data = CoFundingData | PaymentData | DeadlineData
Fill = Callable[[Session, FundingApplication, Any, Any], None]


@dataclass(frozen=True, slots=True)
class Belonging:
    """A kind of thing that belongs to an application: its table, and how data goes into a row."""

    model: type[Any]
    fill: Fill


def add_belonging(session: Session, *, kind: Belonging, application_id: int, data: Data) -> Any:
    """Add one to an application and return it; raise RuleError with the field that is wrong."""
    application = get_application(session, application_id)
    record = kind.model(application_id=application.id)
    kind.fill(session, application, record, data)
    session.add(record)
    session.flush()
    return record


def update_belonging(
    session: Session, *, kind: Belonging, record_id: int, version: int, data: Data
) -> Any:
    """Correct one as it was at that version; raise StaleRecordError if it has moved on."""
    record = get_belonging(session, kind=kind, record_id=record_id)
    if record.version != version:
        raise StaleRecordError(record)
    kind.fill(session, get_application(session, record.application_id), record, data)
    session.flush()
    return record


def remove_belonging(session: Session, *, kind: Belonging, record_id: int) -> Any:
    """Take one away; return what it was."""
    record = get_belonging(session, kind=kind, record_id=record_id)
    get_application(session, record.application_id)
    session.delete(record)
    session.flush()
    return record


def mark_sent(session: Session, *, deadline_id: int) -> ReportingDeadline:
    """Say that a report was sent today, unless it was already; return its deadline."""
    record: ReportingDeadline = get_belonging(session, kind=DEADLINE, record_id=deadline_id)
    if record.done_on is None:
        record.done_on = clock.today()
        session.flush()
    return record


def get_belonging(session: Session, *, kind: Belonging, record_id: int) -> Any:
    """Return one of an application that is not in the trash; raise NotFoundError."""
    record = session.scalar(
        select(kind.model)
        .join(FundingApplication, FundingApplication.id == kind.model.application_id)
        .where(kind.model.id == record_id, FundingApplication.deleted_at.is_(None))
    )
    if record is None:
        raise NotFoundError
    return record


def check_co_funder(
    session: Session, application: FundingApplication, funder_id: int, *, record_id: int | None
) -> None:
    """Raise RuleError unless a funder is another one than those an application has already."""
    if funder_id == application.funder_id:
        raise RuleError("funder", N_("C’est déjà le financeur de ce dossier."))
    with session.no_autoflush:
        twin = session.scalar(
            select(CoFunding.id).where(
                CoFunding.application_id == application.id,
                CoFunding.funder_id == funder_id,
                CoFunding.id != (record_id or 0),
            )
        )
    if twin is not None:
        raise RuleError("funder", N_("Ce financeur est déjà noté sur ce dossier."))


def check_payment(session: Session, application: FundingApplication, record: Payment) -> None:
    """Raise RuleError when a payment to an application cannot stand beside the others."""
    rules.clean_payment(
        PaymentData(record.received_on, record.amount_cents, record.note),
        clock.today(),
        awarded_cents=application.awarded_cents,
        others_cents=received_cents(session, application.id, but_id=record.id),
    )


def _fill_co_funding(
    session: Session, application: FundingApplication, record: CoFunding, data: CoFundingData
) -> None:
    data = rules.clean_co_funding(data)
    funder_id = picked_structure(
        session,
        data.funder,
        field="funder",
        kept_id=record.funder_id,
        new_family=data.new_family,
    )
    check_co_funder(session, application, funder_id, record_id=record.id)
    record.funder_id = funder_id
    record.requested_cents, record.awarded_cents = data.requested_cents, data.awarded_cents
    record.note = data.note


def _fill_payment(
    session: Session, application: FundingApplication, record: Payment, data: PaymentData
) -> None:
    data = rules.clean_payment(
        data,
        clock.today(),
        awarded_cents=application.awarded_cents,
        others_cents=received_cents(session, application.id, but_id=record.id),
    )
    record.received_on, record.amount_cents = data.received_on, data.amount_cents
    record.note = data.note


def _fill_deadline(
    _session: Session,
    _application: FundingApplication,
    record: ReportingDeadline,
    data: DeadlineData,
) -> None:
    data = rules.clean_deadline(data, clock.today())
    record.what, record.due_on, record.done_on = data.what, data.due_on, data.done_on


CO_FUNDING = Belonging(CoFunding, _fill_co_funding)
PAYMENT = Belonging(Payment, _fill_payment)
DEADLINE = Belonging(ReportingDeadline, _fill_deadline)
