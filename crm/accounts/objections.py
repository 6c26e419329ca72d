"""What accounts have to say before a message leaves."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.core.addresses import email_key
from crm.mail.models import Delivery
from crm.mail.suppressed import Origins
from crm.mail.types import Purpose, Reason


def closed_account(session: Session, delivery: Delivery, _origins: Origins) -> Reason | None:
    """Hold back the digest of someone who is no longer an active member of the team."""
    if delivery.purpose != Purpose.DIGEST:
        return None
    member = select(User.id).where(User.email_key == email_key(delivery.recipient), User.is_active)
    return None if session.execute(member).first() else Reason.ACCOUNT_CLOSED
