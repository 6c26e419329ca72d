"""Reads of the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import NotFoundError
from crm.mail.models import Delivery, DeliveryAttempt, OutboxMessage
from crm.mail.types import DeliveryState, Reason


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message as the outbox shows it, and where it is.

    Its bodies are empty once its secret has expired, and where a relay carries it: then its text is
    for its reader alone.
    """

    id: int
    recipient: str
    subject: str
    created_at: datetime
    expires_at: datetime | None
    text_body: str
    html_body: str
    has_expired: bool
    is_private: bool
    delivery: Delivery
    attempts: Sequence[DeliveryAttempt]


def read_message(session: Session, message_id: int, *, shows_secrets: bool) -> ShownMessage:
    """Return a message with its attempts, the first one first; raise NotFoundError."""
    found = session.execute(
        select(OutboxMessage, Delivery)
        .join(Delivery, Delivery.id == OutboxMessage.delivery_id)
        .where(OutboxMessage.id == message_id)
    ).first()
    if found is None:
        raise NotFoundError
    message, delivery = found
    attempts = session.scalars(
        select(DeliveryAttempt)
        .where(DeliveryAttempt.delivery_id == delivery.id)
        .order_by(DeliveryAttempt.number)
    ).all()
    has_expired = message.expires_at is not None and message.expires_at <= clock.now()
    is_private = message.expires_at is not None and not shows_secrets
    is_hidden = has_expired or is_private
    return ShownMessage(
        id=message.id,
        recipient=message.recipient,
        subject=message.subject,
        created_at=message.created_at,
        expires_at=message.expires_at,
        text_body="" if is_hidden else message.text_body,
        html_body="" if is_hidden else message.html_body,
        has_expired=has_expired,
        is_private=is_private,
        delivery=delivery,
        attempts=attempts,
    )


def count_in(session: Session, state: DeliveryState) -> int:
    """Return how many messages are in this state, without those that somebody gave up."""
    return (
        session.scalar(
            select(func.count())
            .select_from(OutboxMessage)
            .join(Delivery, Delivery.id == OutboxMessage.delivery_id)
            .where(
                Delivery.state == state,
                Delivery.reason.is_(None) | (Delivery.reason != Reason.GIVEN_UP),
            )
        )
        or 0
    )
