"""Writing a message into the outbox, in the same transaction as what it speaks of."""

import secrets
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.core import clock
from crm.mail.models import HAS_TEXT, Delivery, OutboxMessage
from crm.mail.rules import ATTEMPTS, address_hash, check_headers, check_html, check_one_line
from crm.mail.types import Priority, Purpose, Reason
from crm.mail.writers import Written

OUTBOX = "outbox"
LONGEST_SUBJECT = 200
_TOKEN_BYTES = 16


def post(  # noqa: PLR0913 - what a message is, each part named
    session: Session,
    *,
    unique_key: str,
    recipient: str,
    subject: str,
    text_body: str,
    html_body: str,
    expires_at: datetime | None = None,
    purpose: Purpose = Purpose.ACCOUNT,
    priority: int | None = None,
    headers: dict[str, str] | None = None,
    calendar: str | None = None,
) -> OutboxMessage:
    """Write a message once: with a known `unique_key` the message already there is returned.

    A message with `expires_at` holds a secret: its text goes when that instant has passed, and it
    goes before the others, for someone waits for it. Raises ValueError for a line break in what
    becomes a header, for a header that is not a writer's to choose, and for a remote image.
    """
    purge_expired(session)
    check_one_line(recipient, subject)
    check_headers(headers or {})
    check_html(html_body)
    if priority is None:
        priority = Priority.USUAL if expires_at is None else Priority.AWAITED
    message = OutboxMessage(
        unique_key=unique_key,
        recipient=recipient,
        subject=subject[:LONGEST_SUBJECT],
        text_body=text_body,
        html_body=html_body,
        headers=headers or {},
        calendar=calendar,
        expires_at=expires_at,
    )
    return _known(session, unique_key) or _keep(session, message, purpose, priority)


def _keep(
    session: Session, message: OutboxMessage, purpose: Purpose, priority: int
) -> OutboxMessage:
    try:
        with session.begin_nested():
            delivery = enqueue(
                session,
                kind=OUTBOX,
                purpose=purpose,
                recipient=message.recipient,
                priority=priority,
            )
            message.delivery_id, message.created_at = delivery.id, delivery.created_at
            session.add(message)
            session.flush()
    except IntegrityError:
        # Another process wrote it between our look and our write.
        known = _known(session, message.unique_key)
        if known is None:
            raise
        return known
    return message


def enqueue(
    session: Session, *, kind: str, purpose: Purpose, recipient: str, priority: int
) -> Delivery:
    """Put a delivery in the queue; whoever writes this kind of message is asked as it leaves."""
    delivery = Delivery(
        kind=kind,
        purpose=purpose,
        priority=priority,
        token=secrets.token_hex(_TOKEN_BYTES),
        recipient=recipient,
        address_hash=address_hash(recipient),
        last_attempt=ATTEMPTS,
        created_at=clock.now(),
    )
    session.add(delivery)
    session.flush()
    return delivery


def write_outbox_message(session: Session, delivery: Delivery, now: datetime) -> Written | Reason:
    """Return what the message says, or that its secret has expired."""
    message = session.scalars(
        select(OutboxMessage).where(OutboxMessage.delivery_id == delivery.id)
    ).one_or_none()
    if message is None:
        return Reason.UNWRITABLE
    if message.expires_at is not None and message.expires_at <= now:
        return Reason.EXPIRED
    return Written(
        message.subject,
        message.text_body,
        message.html_body,
        message.headers,
        calendar=message.calendar,
    )


def purge_expired(session: Session) -> None:
    """Empty the messages whose secret has expired; that they were written stays."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.expires_at <= clock.now(), HAS_TEXT)
        .values(text_body="", html_body="", calendar=None)
    )


def _known(session: Session, unique_key: str) -> OutboxMessage | None:
    return session.scalars(
        select(OutboxMessage).where(OutboxMessage.unique_key == unique_key)
    ).one_or_none()
