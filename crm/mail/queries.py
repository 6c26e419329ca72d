"""Reads of the outbox."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import NotFoundError
from crm.mail.models import OutboxMessage


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message as the outbox shows it: without its bodies once its secret has expired."""

    id: int
    recipient: str
    subject: str
    created_at: datetime
    expires_at: datetime | None
    text_body: str
    html_body: str
    has_expired: bool


def read_message(session: Session, message_id: int) -> ShownMessage:
    """Return a message; raise NotFoundError."""
    message = session.get(OutboxMessage, message_id)
    if message is None:
        raise NotFoundError
    has_expired = message.expires_at is not None and message.expires_at <= clock.now()
    return ShownMessage(
        id=message.id,
        recipient=message.recipient,
        subject=message.subject,
        created_at=message.created_at,
        expires_at=message.expires_at,
        text_body="" if has_expired else message.text_body,
        html_body="" if has_expired else message.html_body,
        has_expired=has_expired,
    )
