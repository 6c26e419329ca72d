"""Applications and calls as pickers offer them and as pages name them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from crm.contacts.models import Structure
from crm.contacts.queries.structures import Suggestion
from crm.core.errors import NotFoundError
from crm.core.numbers import parse_ids
from crm.funding.application_indexing import APPLICATION
from crm.funding.call_indexing import CALL
from crm.funding.models import FundingApplication, FundingCall, FundingScheme
from crm.funding.queries.conditions import is_kept
from crm.search.queries import RELEVANCE, joined_on_words, typed_words

_SUGGESTIONS = 8


def find_applications(session: Session, text: str, limit: int = _SUGGESTIONS) -> list[Suggestion]:
    """Return the applications whose words begin like those typed, best first."""
    prefixes = typed_words(text)
    if not prefixes:
        return []
    statement: Select[Any] = (
        select(FundingApplication.id, FundingApplication.title, Structure.name, FundingScheme.name)
        .join(Structure, Structure.id == FundingApplication.beneficiary_id)
        .join(FundingScheme, FundingScheme.id == FundingApplication.scheme_id)
        .where(is_kept())
    )
    found = joined_on_words(statement, FundingApplication.id, APPLICATION, prefixes)
    rows = session.execute(found.order_by(*RELEVANCE).limit(limit))
    return [
        Suggestion(str(record_id), title, f"{beneficiary} · {scheme}")
        for record_id, title, beneficiary, scheme in rows
    ]


def find_calls(session: Session, text: str, limit: int = _SUGGESTIONS) -> list[Suggestion]:
    """Return the calls whose words begin like those typed, best first."""
    prefixes = typed_words(text)
    if not prefixes:
        return []
    statement: Select[Any] = (
        select(FundingCall.id, FundingCall.name, FundingScheme.name)
        .join(FundingScheme, FundingScheme.id == FundingCall.scheme_id)
        .where(FundingCall.deleted_at.is_(None))
    )
    found = joined_on_words(statement, FundingCall.id, CALL, prefixes)
    rows = session.execute(found.order_by(*RELEVANCE).limit(limit))
    return [
        Suggestion(str(record_id), f"{scheme} · {name}", "") for record_id, name, scheme in rows
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
