"""Reads of calls."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from crm.core.errors import NotFoundError
from crm.funding.models import FundingApplication, FundingCall, FundingScheme
from crm.funding.queries.conditions import is_kept
from crm.funding.queries.totals import cents_of
from crm.funding.types import CallPhase


def call_rows() -> Select[Any]:
    """Select what a list shows of each call that is not in the trash, with its scheme."""
    return (
        select(
            FundingCall.id,
            FundingCall.name,
            FundingCall.scheme_id,
            FundingScheme.name.label("scheme"),
            FundingCall.year,
            FundingCall.opens_on,
            FundingCall.predeposit_on,
            FundingCall.closes_on,
            FundingCall.results_on,
            FundingCall.cap_cents,
            (FundingCall.cap_cents / literal(100.0)).label("cap"),
            FundingCall.rate_percent,
            FundingCall.minimum_partners,
            FundingCall.link,
        )
        .join(FundingScheme, FundingScheme.id == FundingCall.scheme_id)
        .where(FundingCall.deleted_at.is_(None))
    )


def phase_of_calls(day: date) -> ColumnElement[str]:
    """Return where each call is on a day, as `rules.phase_on` says of one."""
    opens_on, closes_on = FundingCall.opens_on, FundingCall.closes_on
    return case(
        (and_(opens_on.is_(None), closes_on.is_(None)), CallPhase.UNDATED.value),
        (opens_on > day, CallPhase.TO_COME.value),
        (or_(closes_on.is_(None), closes_on >= day), CallPhase.OPEN.value),
        (FundingCall.results_on <= day, CallPhase.DECIDED.value),
        else_=CallPhase.CLOSED.value,
    )


def call_for_page(session: Session, call_id: int) -> FundingCall:
    """Return a call with its scheme, its funders and who may apply; raise NotFoundError."""
    call = session.scalar(
        select(FundingCall)
        .where(FundingCall.id == call_id, FundingCall.deleted_at.is_(None))
        .options(
            joinedload(FundingCall.scheme).selectinload(FundingScheme.funders),
            selectinload(FundingCall.families),
            selectinload(FundingCall.departements),
        )
    )
    if call is None:
        raise NotFoundError
    return call


def totals_by_status(session: Session, call_id: int) -> Sequence[Row[Any]]:
    """Return by status how many applications to a call there are, and their cents."""
    return session.execute(
        select(
            FundingApplication.status,
            func.count().label("number"),
            cents_of(FundingApplication.requested_cents).label("requested_cents"),
            cents_of(FundingApplication.awarded_cents).label("awarded_cents"),
        )
        .where(FundingApplication.call_id == call_id, is_kept())
        .group_by(FundingApplication.status)
    ).all()


def other_editions(session: Session, call: FundingCall, limit: int) -> Sequence[FundingCall]:
    """Return the other calls of the same scheme, the latest year first."""
    return session.scalars(
        select(FundingCall)
        .where(
            FundingCall.scheme_id == call.scheme_id,
            FundingCall.id != call.id,
            FundingCall.deleted_at.is_(None),
        )
        .order_by(
            FundingCall.year.desc(),
            FundingCall.closes_on.desc().nulls_last(),
            FundingCall.id.desc(),
        )
        .limit(limit)
    ).all()


def calls_between(
    session: Session, ids: Select[Any], start: date, end: date, limit: int
) -> Sequence[Row[Any]]:
    """Return the calls, among those of the ids, that have a date within the period."""
    dates = (
        FundingCall.opens_on,
        FundingCall.predeposit_on,
        FundingCall.closes_on,
        FundingCall.results_on,
    )
    return session.execute(
        call_rows()
        .where(FundingCall.id.in_(ids), or_(*(column.between(start, end) for column in dates)))
        .order_by(FundingCall.closes_on, FundingCall.id)
        .limit(limit)
    ).all()


def call_options(session: Session, scheme_id: int | None = None) -> list[tuple[str, str]]:
    """Return the calls that are not in the trash, of one scheme or of all, the latest first."""
    statement = select(FundingCall.id, FundingCall.name).where(FundingCall.deleted_at.is_(None))
    if scheme_id is not None:
        statement = statement.where(FundingCall.scheme_id == scheme_id)
    rows = session.execute(statement.order_by(FundingCall.year.desc(), FundingCall.id.desc()))
    return [(str(call_id), name) for call_id, name in rows.tuples()]
