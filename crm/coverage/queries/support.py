"""How much our support weighed in an application: each counts once, at its heaviest level."""

from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, case, func, select

from crm.followups.models import AccompanimentSession, SessionApplication
from crm.followups.types import SessionStatus
from crm.funding.models import FundingApplication
from crm.funding.types import SupportLevel

_WEIGHTS = {level: weight for weight, level in enumerate(reversed(SupportLevel), start=1)}


def _weight() -> ScalarSelect[Any]:
    return (
        select(func.max(case(_WEIGHTS, value=SessionApplication.level)))
        .join(AccompanimentSession, AccompanimentSession.id == SessionApplication.session_id)
        .where(
            SessionApplication.application_id == FundingApplication.id,
            AccompanimentSession.status == SessionStatus.DONE,
            AccompanimentSession.deleted_at.is_(None),
        )
        .correlate(FundingApplication)
        .scalar_subquery()
    )


def support_level() -> ColumnElement[Any]:
    """Return the heaviest level of the sessions done that helped an application; NULL for none."""
    return case({weight: level.value for level, weight in _WEIGHTS.items()}, value=_weight())


def is_supported() -> ColumnElement[bool]:
    """Return the condition of applications that a session done helped, at any level."""
    return (
        select(SessionApplication.application_id)
        .join(AccompanimentSession, AccompanimentSession.id == SessionApplication.session_id)
        .where(
            SessionApplication.application_id == FundingApplication.id,
            AccompanimentSession.status == SessionStatus.DONE,
            AccompanimentSession.deleted_at.is_(None),
        )
        .correlate(FundingApplication)
        .exists()
    )
