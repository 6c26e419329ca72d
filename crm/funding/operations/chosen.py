"""What the form of an application may refer to: looked up, and refused if unknown.

What an application holds already stays, though it would not be offered any more.
"""

from sqlalchemy.orm import Session

from crm.accounts.members import known_member
from crm.core.errors import N_, RuleError
from crm.funding.models import FundingApplication, FundingCall, FundingScheme
from crm.funding.types import ApplicationData
from crm.reference.models import ReferenceItem


def known_call(
    session: Session, record: FundingApplication, data: ApplicationData
) -> tuple[int, int | None]:
    """Return the ids of the scheme and of its call, if one is named."""
    if (record.scheme_id, record.call_id) == (data.scheme_id, data.call_id):
        return data.scheme_id, data.call_id
    scheme = session.get(FundingScheme, data.scheme_id)
    if scheme is None or scheme.deleted_at is not None:
        raise RuleError("scheme", N_("Choisissez un dispositif de la liste."))
    if data.call_id is None:
        return scheme.id, None
    call = session.get(FundingCall, data.call_id)
    if call is None or call.deleted_at is not None or call.scheme_id != scheme.id:
        raise RuleError("call", N_("Choisissez un appel de ce dispositif."))
    return scheme.id, call.id


def known_person(session: Session, user_id: int | None, *, kept_id: int | None) -> int | None:
    """Return the id of an active member of the team, or who was there already; None for nobody."""
    if user_id is None:
        return None
    return known_member(session, user_id, field="person", kept_id=kept_id)


def known_reason(session: Session, item_id: int | None, *, kept_id: int | None) -> int | None:
    """Return the id of a reason of refusal that is still offered; None for none."""
    if item_id is None or item_id == kept_id:
        return item_id
    item = session.get(ReferenceItem, item_id)
    if item is None or item.list_code != "refusal_reason" or not item.is_active:
        raise RuleError("refusal_reason", N_("Choisissez un motif de la liste."))
    return item.id
