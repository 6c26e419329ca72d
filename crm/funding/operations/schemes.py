"""Making and changing schemes."""

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified

from crm.contacts.models import Structure
from crm.core import clock
from crm.core.errors import NotFoundError, StaleRecordError
from crm.core.text import sort_key
from crm.funding import rules
from crm.funding.call_indexing import index_scheme
from crm.funding.models import FundingScheme
from crm.funding.operations.picked import resolved
from crm.funding.types import SchemeData


def create_scheme(session: Session, *, data: SchemeData) -> FundingScheme:
    """Make a scheme and return it; raise RuleError with the field that does not fit."""
    scheme = FundingScheme(created_at=clock.now(), funders=[])
    _fill(session, scheme, rules.clean_scheme(data))
    session.add(scheme)
    session.flush()
    index_scheme(session, scheme)
    return scheme


def update_scheme(
    session: Session, *, scheme_id: int, version: int, data: SchemeData
) -> FundingScheme:
    """Change a scheme as it was at that version; raise StaleRecordError if it has moved on."""
    scheme = get_scheme(session, scheme_id)
    if scheme.version != version:
        raise StaleRecordError(scheme)
    _fill(session, scheme, rules.clean_scheme(data))
    session.flush()
    index_scheme(session, scheme)
    return scheme


def get_scheme(session: Session, scheme_id: int) -> FundingScheme:
    """Return a scheme that is not in the trash, with its funders; raise NotFoundError."""
    scheme = session.scalar(
        select(FundingScheme)
        .where(FundingScheme.id == scheme_id, FundingScheme.deleted_at.is_(None))
        .options(selectinload(FundingScheme.funders))
        .with_for_update()
    )
    if scheme is None:
        raise NotFoundError
    return scheme


def _fill(session: Session, scheme: FundingScheme, data: SchemeData) -> None:
    with session.no_autoflush:
        funders = _funders(session, scheme, data)
    scheme.name = data.name
    scheme.sort_name = sort_key(data.name)
    scheme.summary = data.summary
    scheme.link = data.link
    scheme.is_recurring = data.is_recurring
    scheme.is_active = data.is_active
    if set(scheme.funders) != set(funders):
        scheme.funders = funders
        # A list alone does not touch the row: this makes its version grow all the same.
        flag_modified(scheme, "created_at")


def _funders(session: Session, scheme: FundingScheme, data: SchemeData) -> list[Structure]:
    kept = {str(funder.id): funder for funder in scheme.funders}
    found = [kept.get(value) or resolved(session, value, field="funders") for value in data.funders]
    return list(dict.fromkeys(found))
