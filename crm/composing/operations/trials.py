"""Sending a message to the person who writes it, to see it in a real mailbox."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.composing.fields import one_line
from crm.composing.models import Message, MessageTest
from crm.composing.owners import fields_of, values_for
from crm.composing.queries import footer_for, message_to_compile
from crm.composing.rendering import WAYS, Compiled, compile_message
from crm.mail.composing import absolute
from crm.mail.models import Delivery
from crm.mail.outbox import LONGEST_SUBJECT, enqueue
from crm.mail.types import Priority, Purpose, Reason
from crm.mail.writers import Written

MESSAGE_TEST = "message_test"
_PREFIX = "[Test] "


def send_test(
    session: Session, *, message_id: int, recipient_id: int | None, address: str
) -> MessageTest:
    """Put a message in the queue for this address alone, filled in as for that recipient."""
    delivery = enqueue(
        session,
        kind=MESSAGE_TEST,
        purpose=Purpose.ACCOUNT,
        recipient=address,
        priority=Priority.AWAITED,
    )
    test = MessageTest(message_id=message_id, delivery_id=delivery.id, recipient_id=recipient_id)
    session.add(test)
    session.flush()
    return test


def write_test(session: Session, delivery: Delivery, now: datetime) -> Written | Reason:
    """Return what a test says: the message as it is as it leaves."""
    del now
    test = session.scalar(select(MessageTest).where(MessageTest.delivery_id == delivery.id))
    if test is None:
        return Reason.UNWRITABLE
    message = message_to_compile(session, test.message_id)
    filled = filled_for(session, message, test.recipient_id)
    subject = one_line(_PREFIX + filled.subject)[:LONGEST_SUBJECT]
    return Written(subject, filled.text, filled.html, images=filled.images)


def filled_for(session: Session, message: Message, recipient_id: int | None) -> Compiled:
    """Return a message as that recipient would read it; its ways out lead to our own site."""
    compiled = compile_message(
        message, footer=footer_for(session, message), fields=fields_of(message.owner_kind)
    )
    values = values_for(session, message.owner_kind, message.owner_id, recipient_id)
    return compiled.filled(values, ways_to_nothing())


def ways_to_nothing() -> Mapping[str, str]:
    """Return the ways out of a message that nobody receives: the site itself."""
    return dict.fromkeys(WAYS, absolute("/"))
