"""Addresses to which nothing leaves: read again before each message."""

from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crm.mail.models import Suppression
from crm.mail.rules import address_hash
from crm.mail.types import Purpose


def is_suppressed(session: Session, *, recipient: str, purpose: str) -> bool:
    """Tell whether nothing may leave to this address for this purpose."""
    found = session.execute(
        select(Suppression.id).where(
            Suppression.address_hash == address_hash(recipient),
            or_(Suppression.purpose == purpose, Suppression.purpose == Purpose.ANY),
        )
    )
    return found.first() is not None


def suppress(
    session: Session, *, recipient: str, purpose: Purpose, reason: str, now: datetime
) -> None:
    """Let nothing more leave to this address for this purpose; twice is once."""
    hashed = address_hash(recipient)
    known = select(Suppression.id).where(
        Suppression.address_hash == hashed, Suppression.purpose == purpose
    )
    if session.execute(known).first() is None:
        session.add(
            Suppression(address_hash=hashed, purpose=purpose, reason=reason, created_at=now)
        )
        session.flush()
