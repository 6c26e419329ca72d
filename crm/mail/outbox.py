"""Writing a message into the outbox, in the same transaction as what it speaks of."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.core import clock
from crm.mail.models import OutboxMessage

LONGEST_SUBJECT = 200


def post(
    session: Session,
    *,
    unique_key: str,
    recipient: str,
    subject: str,
    text_body: str,
    html_body: str,
    expires_at: datetime | None = None,
) -> OutboxMessage:
    """Write a message once: with a known `unique_key` the message already there is returned.

    A message with `expires_at` holds a secret: its text goes when that instant has passed.
    Raises ValueError for a line break in the recipient or the subject: both become headers.
    """
    purge_expired(session)
    known = session.scalars(
        select(OutboxMessage).where(OutboxMessage.unique_key == unique_key)
    ).one_or_none()
    if known is not None:
        return known
    if any(char in recipient + subject for char in "\r\n"):
        raise ValueError("a line break has no place in a header")
    message = OutboxMessage(
        unique_key=unique_key,
        recipient=recipient,
        subject=subject[:LONGEST_SUBJECT],
        text_body=text_body,
        html_body=html_body,
        created_at=clock.now(),
        expires_at=expires_at,
    )
    session.add(message)
    session.flush()
    return message


def purge_expired(session: Session) -> None:
    """Empty the messages whose secret has expired; that they were written stays."""
    session.execute(
        update(OutboxMessage)
        .where(OutboxMessage.expires_at <= clock.now(), OutboxMessage.text_body != "")
        .values(text_body="", html_body="")
    )
