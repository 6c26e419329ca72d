"""Reads of the outbox."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import NotFoundError
from crm.mail.awaiting import awaited_until, may_be_heard_of
from crm.mail.models import Delivery, DeliveryAttempt, DeliveryEvent, OutboxMessage
from crm.mail.types import DeliveryState, Reason

_MOST_EVENTS = 100


@dataclass(frozen=True, slots=True)
class ShownMessage:
    """A message as the outbox shows it, and where it is.

    Its bodies are empty once its secret has expired, and where a relay carries it: then its text is
    for its reader alone. `awaited_until` is when someone may decide of it, while news may come.
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
    events: Sequence[DeliveryEvent]
    awaited_until: datetime | None


def read_message(session: Session, message_id: int, *, shows_secrets: bool) -> ShownMessage:
    """Return a message, its attempts and what was heard of it, in order; raise NotFoundError."""
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
    events = session.scalars(
        select(DeliveryEvent)
        .where(DeliveryEvent.delivery_id == delivery.id)
        .order_by(DeliveryEvent.happened_at, DeliveryEvent.id)
        .limit(_MOST_EVENTS)
    ).all()
    now = clock.now()
    has_expired = message.expires_at is not None and message.expires_at <= now
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
        events=events,
        awaited_until=awaited_until(session, delivery_id=delivery.id, now=now),
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


def to_decide(
    session: Session, *, batch_id: int, state: DeliveryState, now: datetime
) -> list[tuple[int, int]]:
    """Return the deliveries of a batch that someone must decide of (id, attempt), by id.

    They are uncertain or failed, as `state` says, nobody gave them up, and no news are waited for.
    """
    rows = session.execute(
        select(Delivery.id, Delivery.attempt)
        .where(
            Delivery.batch_id == batch_id,
            Delivery.state == state,
            Delivery.reason.is_(None) | (Delivery.reason != Reason.GIVEN_UP),
            ~may_be_heard_of(now),
        )
        .order_by(Delivery.id)
    )
    return list(rows.tuples())
