"""Applications and calls as pickers offer them and as pages name them."""

from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from crm.contacts.models import Structure
from crm.contacts.queries import Suggestion
from crm.core.errors import NotFoundError
from crm.core.numbers import parse_ids
from crm.core.text import words
from crm.funding.models import FundingApplication, FundingCall, FundingScheme
from crm.funding.queries.conditions import is_kept

_SUGGESTIONS, _MOST_WORDS = 8, 8


def find_applications(
    session: Session, text: str, limit: int = _SUGGESTIONS
) -> list[Suggestion]:
    """Return the applications whose title, beneficiary or scheme holds each word, latest first."""
    typed = words(text)[:_MOST_WORDS]
    if not typed:
        return []
    statement = (
        select(FundingApplication.id, FundingApplication.title, Structure.name, FundingScheme.name)
        .join(Structure, Structure.id == FundingApplication.beneficiary_id)
        .join(FundingScheme, FundingScheme.id == FundingApplication.scheme_id)
        .where(is_kept())
        .order_by(FundingApplication.id.desc())
        .limit(limit)
    )
    for word in typed:
        statement = statement.where(
            or_(
                FundingApplication.sort_title.contains(word, autoescape=True),
                Structure.sort_name.contains(word, autoescape=True),
                FundingScheme.sort_name.contains(word, autoescape=True),
            )
        )
    rows = session.execute(statement).tuples()
    return [
        Suggestion(str(application_id), title, f"{beneficiary} · {scheme}")
        for application_id, title, beneficiary, scheme in rows
    ]


def applications_by_values(session: Session, values: Sequence[str]) -> list[tuple[str, str]]:
    """Return (value, title) of what a picker holds, so that a page can show it again."""
    ids = parse_ids(list(values))
    if not ids:
        return []
    found = session.execute(
        select(FundingApplication.id, FundingApplication.title).where(
            FundingApplication.id.in_(ids), is_kept()
        )
    )
    known = {str(application_id): title for application_id, title in found.tuples()}
    return [(value, known[value]) for value in values if value in known]


def calls_by_values(session: Session, values: Sequence[str]) -> list[tuple[str, str]]:
    """Return (value, scheme and name) of the calls that a control holds."""
    ids = parse_ids(list(values))
    if not ids:
        return []
    found = session.execute(
        select(FundingCall.id, FundingScheme.name, FundingCall.name)
        .join(FundingScheme, FundingScheme.id == FundingCall.scheme_id)
        .where(FundingCall.id.in_(ids), FundingCall.deleted_at.is_(None))
    )
    known = {str(call_id): f"{scheme} · {name}" for call_id, scheme, name in found.tuples()}
    return [(value, known[value]) for value in values if value in known]


def call_named(session: Session, call_id: int) -> FundingCall:
    """Return a call with its scheme, to be named on a page; raise NotFoundError."""
    call = session.scalar(
        select(FundingCall)
        .where(FundingCall.id == call_id, FundingCall.deleted_at.is_(None))
        .options(joinedload(FundingCall.scheme))
    )
    if call is None:
        raise NotFoundError
    return call
