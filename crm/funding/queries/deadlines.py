"""What is due to funders: calls that close, reports owed."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, func, select
from sqlalchemy.orm import Session

from crm.funding.models import (
    FundingApplication,
    FundingCall,
    FundingScheme,
    ReportingDeadline,
)
from crm.funding.queries.conditions import is_kept
from crm.funding.types import PREPARED


def closing_calls(
    session: Session, *, person_id: int, days: Sequence[date], limit: int
) -> Sequence[Row[Any]]:
    """Return the calls that close on these days and for which someone is preparing applications.

    Each with how many of theirs (`being_written`), the first to close first.
    """
    return session.execute(
        select(
            FundingCall.id,
            FundingCall.name,
            FundingScheme.name.label("scheme"),
            FundingCall.closes_on,
            func.count().label("being_written"),
        )
        .join(FundingScheme, FundingScheme.id == FundingCall.scheme_id)
        .join(FundingApplication, FundingApplication.call_id == FundingCall.id)
        .where(
            FundingCall.closes_on.in_(days),
            FundingCall.deleted_at.is_(None),
            FundingApplication.person_id == person_id,
            FundingApplication.status.in_(PREPARED),
            is_kept(),
        )
        .group_by(FundingCall.id, FundingCall.name, FundingScheme.name, FundingCall.closes_on)
        .order_by(FundingCall.closes_on, FundingCall.id)
        .limit(limit)
    ).all()


def owed_reports(
    session: Session, *, person_id: int, today: date, within: timedelta, limit: int
) -> Sequence[Row[Any]]:
    """Return the reports not sent yet, late or due within so long, of someone's applications."""
    return session.execute(
        select(
            ReportingDeadline.id,
            ReportingDeadline.what,
            ReportingDeadline.due_on,
            FundingApplication.id.label("application_id"),
            FundingApplication.title,
        )
        .join(FundingApplication, FundingApplication.id == ReportingDeadline.application_id)
        .where(
            ReportingDeadline.done_on.is_(None),
            ReportingDeadline.due_on <= today + within,
            FundingApplication.person_id == person_id,
            is_kept(),
        )
        .order_by(ReportingDeadline.due_on, ReportingDeadline.id)
        .limit(limit)
    ).all()
