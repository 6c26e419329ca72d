"""How calls come back."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core.events import publish
from crm.funding import rules
from crm.funding.call_indexing import index_call
from crm.funding.call_presentation import data_of_call
from crm.funding.events import CallMoved
from crm.funding.models import FundingCall, FundingScheme
from crm.history.kinds import Kind


def _mend(session: Session, call: FundingCall) -> None:
    """See that the dates and numbers put back can stand together."""
    rules.clean_call(data_of_call(call))
    session.flush()
    index_call(session, call)
    if call.closes_on is not None:
        publish(session, CallMoved(call.id, call.closes_on))


def _scheme_in_trash(session: Session, call: FundingCall) -> str | None:
    return session.scalar(
        select(FundingScheme.name).where(
            FundingScheme.id == call.scheme_id, FundingScheme.deleted_at.is_not(None)
        )
    )


CALL_KIND = Kind(
    "funding_call",
    FundingCall,
    lambda call: call.name,
    page=("calls.show", "call_id"),
    mend=_mend,
    plain=frozenset({"families", "departements", "notes"}),
    owned=frozenset({"funding_call_family", "funding_call_departement"}),
    missing=_scheme_in_trash,
)
