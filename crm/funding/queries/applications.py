"""Reads of applications: one with all its page shows, those of a record."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    Row,
    Select,
    bindparam,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session, joinedload, selectinload

from crm.contacts.models import Structure
from crm.contacts.queries.identities import ids_of
from crm.core.errors import NotFoundError
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
from crm.funding.queries.conditions import counted_on, is_kept

BENEFICIARY, FUNDER, CO_FUNDER = "beneficiaire", "financeur", "cofinanceur"
_RECORD_ID = bindparam("record_id", type_=Integer)
_ITSELF = ids_of("structure", _RECORD_ID)
# Each part a structure takes in applications, and those merged into it.
_PARTS = union_all(
    select(FundingApplication.id, literal(BENEFICIARY).label("part")).where(
        FundingApplication.beneficiary_id.in_(_ITSELF)
    ),
    select(ApplicationPartner.application_id, ApplicationPartner.role).where(
        ApplicationPartner.structure_id.in_(_ITSELF)
    ),
    select(FundingApplication.id, literal(FUNDER)).where(FundingApplication.funder_id.in_(_ITSELF)),
    select(CoFunding.application_id, literal(CO_FUNDER)).where(CoFunding.funder_id.in_(_ITSELF)),
).subquery()
_LINES = (
    select(
        FundingApplication.id,
        FundingApplication.title,
        FundingApplication.beneficiary_name,
        FundingApplication.status,
        FundingApplication.requested_cents,
        FundingApplication.awarded_cents,
        counted_on().label("day"),
    )
    .where(is_kept())
    .order_by(counted_on().desc().nulls_first(), FundingApplication.id.desc())
    .limit(bindparam("limit", type_=Integer))
)
_LINES_OF_STRUCTURE = _LINES.where(FundingApplication.id.in_(select(_PARTS.c.id)))
_LINES_OF_PROJECT = _LINES.where(FundingApplication.project_id == _RECORD_ID)


@dataclass(frozen=True, slots=True)
class ApplicationLine:
    """An application on the page of a record, and the parts that the record takes in it."""

    row: Row[Any]
    parts: list[str] = field(default_factory=list)


def application_for_page(session: Session, application_id: int) -> FundingApplication:
    """Return an application with all that it names; raise NotFoundError if it is in the trash."""
    record = session.scalar(
        select(FundingApplication)
        .where(FundingApplication.id == application_id, is_kept())
        .options(
            joinedload(FundingApplication.scheme),
            joinedload(FundingApplication.call).options(
                selectinload(FundingCall.families), selectinload(FundingCall.departements)
            ),
            joinedload(FundingApplication.beneficiary),
            joinedload(FundingApplication.funder),
            joinedload(FundingApplication.project),
            joinedload(FundingApplication.person),
            joinedload(FundingApplication.refusal_reason),
        )
    )
    if record is None:
        raise NotFoundError
    return record


def steps_of(session: Session, application_id: int) -> Sequence[ApplicationStep]:
    """Return the steps of an application with their authors, the latest first."""
    return session.scalars(
        select(ApplicationStep)
        .where(ApplicationStep.application_id == application_id)
        .options(joinedload(ApplicationStep.author))
        .order_by(ApplicationStep.changed_on.desc(), ApplicationStep.id.desc())
    ).all()


def partners_of(session: Session, application_id: int) -> Sequence[ApplicationPartner]:
    """Return the roles of an application's structures besides its beneficiary, by name."""
    return session.scalars(
        select(ApplicationPartner)
        .join(Structure, Structure.id == ApplicationPartner.structure_id)
        .where(ApplicationPartner.application_id == application_id)
        .options(joinedload(ApplicationPartner.structure))
        .order_by(Structure.sort_name, ApplicationPartner.structure_id, ApplicationPartner.id)
    ).all()


def co_fundings_of(session: Session, application_id: int) -> Sequence[CoFunding]:
    """Return what other funders were asked and gave, by their names."""
    return session.scalars(
        select(CoFunding)
        .join(Structure, Structure.id == CoFunding.funder_id)
        .where(CoFunding.application_id == application_id)
        .options(joinedload(CoFunding.funder))
        .order_by(Structure.sort_name, CoFunding.id)
    ).all()


def payments_of(session: Session, application_id: int) -> Sequence[Payment]:
    """Return what an application received, the latest first."""
    return session.scalars(
        select(Payment)
        .where(Payment.application_id == application_id)
        .order_by(Payment.received_on.desc(), Payment.id.desc())
    ).all()


def deadlines_of(session: Session, application_id: int) -> Sequence[ReportingDeadline]:
    """Return the reports owed, those not sent yet first, by day."""
    return session.scalars(
        select(ReportingDeadline)
        .where(ReportingDeadline.application_id == application_id)
        .order_by(
            ReportingDeadline.done_on.is_not(None), ReportingDeadline.due_on, ReportingDeadline.id
        )
    ).all()


def is_late(today: date) -> ColumnElement[bool]:
    """Return the condition of applications that owe a report since before today."""
    return FundingApplication.id.in_(
        select(ReportingDeadline.application_id).where(
            ReportingDeadline.done_on.is_(None), ReportingDeadline.due_on < today
        )
    )


def of_structures(ids: CompoundSelect[tuple[int]]) -> ColumnElement[bool]:
    """Return the condition of applications in which one of the structures takes any part."""
    partnered = select(ApplicationPartner.application_id).where(
        ApplicationPartner.structure_id.in_(ids)
    )
    return (
        FundingApplication.beneficiary_id.in_(ids)
        | FundingApplication.id.in_(partnered)
        | funded_by(ids)
    )


def funded_by(ids: Any) -> ColumnElement[bool]:
    """Return the condition of applications that one of the structures is asked to fund."""
    shared = select(CoFunding.application_id).where(CoFunding.funder_id.in_(ids))
    return FundingApplication.funder_id.in_(ids) | FundingApplication.id.in_(shared)


def applications_of_structure(
    session: Session, structure_id: int, limit: int
) -> list[ApplicationLine]:
    """Return the applications in which a structure takes part, the latest first, with its parts.

    Those of the structures merged into it are its own.
    """
    values = {"record_id": structure_id, "limit": limit}
    connection = session.connection()
    rows = connection.execute(_LINES_OF_STRUCTURE, values).all()
    parts: dict[int, list[str]] = defaultdict(list)
    if rows:
        of_these = select(_PARTS).where(_PARTS.c.id.in_([row.id for row in rows])).distinct()
        for application_id, part in connection.execute(of_these, {"record_id": structure_id}):
            parts[application_id].append(part)
    return [ApplicationLine(row, sorted(parts[row.id])) for row in rows]


def applications_of_project(session: Session, project_id: int, limit: int) -> list[ApplicationLine]:
    """Return the applications for a project, the latest first."""
    values = {"record_id": project_id, "limit": limit}
    rows = session.connection().execute(_LINES_OF_PROJECT, values)
    return [ApplicationLine(row) for row in rows]


def call_options(
    session: Session, kept: tuple[int, int | None] | None = None
) -> list[tuple[str, str]]:
    """Return (« scheme » or « scheme-call », name) of what an application may be filed to.

    Schemes by name, each followed by its calls, the latest first; what is over or gone is left out,
    but for the scheme and the call `kept`.
    """
    scheme_id, call_id = kept or (0, 0)
    is_there = FundingScheme.deleted_at.is_(None) & FundingScheme.is_active
    rows = session.execute(
        select(
            FundingScheme.id,
            FundingScheme.name,
            FundingCall.id.label("call_id"),
            FundingCall.name.label("call"),
        )
        .outerjoin(
            FundingCall,
            (FundingCall.scheme_id == FundingScheme.id)
            & (FundingCall.deleted_at.is_(None) | (FundingCall.id == (call_id or 0))),
        )
        .where(is_there | (FundingScheme.id == scheme_id))
        .order_by(
            FundingScheme.sort_name,
            FundingScheme.id,
            FundingCall.year.desc(),
            FundingCall.id.desc(),
        )
    ).all()
    options: dict[str, str] = {}
    for row in rows:
        options.setdefault(str(row.id), row.name)
        if row.call_id is not None:
            options[f"{row.id}-{row.call_id}"] = f"{row.name} › {row.call}"
    return list(options.items())


def told_of(session: Session, entity: str, record_id: int, limit: int) -> Sequence[Row[Any]]:
    """Return the latest filings and decisions of a structure's or project's applications.

    Columns: id, day, title, status, requested_cents, awarded_cents, is_decision.
    """
    statement = TOLD_OF.get(entity)
    if statement is None:
        return ()
    values = {"record_id": record_id, "limit": limit}
    return session.connection().execute(statement, values).all()


def _told(concerned: ColumnElement[bool]) -> Select[Any]:
    def moments(day: Any, *, is_decision: bool) -> Select[Any]:
        return select(
            FundingApplication.id,
            day.label("day"),
            FundingApplication.title,
            FundingApplication.status,
            FundingApplication.requested_cents,
            FundingApplication.awarded_cents,
            literal(int(is_decision)).label("is_decision"),
        ).where(is_kept(), day.is_not(None), concerned)

    both = union_all(
        moments(FundingApplication.filed_on, is_decision=False),
        moments(FundingApplication.decided_on, is_decision=True),
    ).subquery()
    return (
        select(both)
        .order_by(both.c.day.desc(), both.c.is_decision.desc(), both.c.id.desc())
        .limit(bindparam("limit", type_=Integer))
    )


_PARTNERED = select(ApplicationPartner.application_id).where(
    ApplicationPartner.structure_id.in_(_ITSELF)
)
TOLD_OF = {
    "structure": _told(
        FundingApplication.beneficiary_id.in_(_ITSELF) | FundingApplication.id.in_(_PARTNERED)
    ),
    "project": _told(FundingApplication.project_id == _RECORD_ID),
}
