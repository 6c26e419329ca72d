"""Messages as pages: for their reader, and for anybody where the mailing is public."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from flask import url_for
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from crm.composing.models import Message
from crm.composing.rendering import PREFERENCES, UNSUBSCRIBE, WEB, Compiled
from crm.consents.links import unsubscribe_url
from crm.core.errors import NotFoundError
from crm.mail.models import Delivery
from crm.mailings.messages import compiled, urls_for, values_of
from crm.mailings.models import Mailing, MailingRecipient
from crm.mailings.types import Status

_MOST = 100


@dataclass(frozen=True, slots=True)
class ArchivedLetter:
    """A letter of the archive."""

    mailing_id: int
    subject: str
    left_at: datetime


def archived_letters(session: Session) -> Sequence[ArchivedLetter]:
    """Return the public letters that left, the newest first."""
    rows = session.execute(
        select(Mailing.id, Message.subject, Mailing.let_go_at)
        .join(Message, Message.id == Mailing.message_id)
        .where(_is_archived())
        .order_by(Mailing.let_go_at.desc(), Mailing.id.desc())
        .limit(_MOST)
    ).tuples()
    return [ArchivedLetter(each, subject, at) for each, subject, at in rows if at is not None]


def archived_letter(session: Session, mailing_id: int) -> Compiled:
    """Return a letter of the archive, written to nobody; raise NotFoundError."""
    mailing = session.scalar(select(Mailing).where(Mailing.id == mailing_id, _is_archived()))
    if mailing is None:
        raise NotFoundError
    message = compiled(session, mailing)
    # The links lead straight to their pages: nobody in particular follows them.
    ways = {
        UNSUBSCRIBE: url_for("subscription.index"),
        PREFERENCES: url_for("subscription.index"),
        WEB: url_for("letters.archived", mailing_id=mailing_id),
    }
    return message.filled({}, ways)


def letter_for_reader(session: Session, delivery_id: int) -> Compiled:
    """Return a message as its reader received it; raise NotFoundError."""
    found = session.execute(
        select(MailingRecipient, Mailing, Delivery)
        .join(Mailing, Mailing.id == MailingRecipient.mailing_id)
        .join(Delivery, Delivery.id == MailingRecipient.delivery_id)
        .where(Delivery.id == delivery_id)
    ).first()
    if found is None:
        raise NotFoundError
    recipient, mailing, delivery = found
    message = compiled(session, mailing)
    way_out = unsubscribe_url(
        recipient=delivery.recipient,
        purpose=delivery.purpose,
        contact_id=recipient.contact_id,
        delivery_id=delivery.id,
    )
    urls = urls_for(recipient, delivery, way_out, len(message.links))
    return message.filled(values_of(session, recipient), urls)


def _is_archived() -> ColumnElement[bool]:
    return and_(
        Mailing.is_public,
        Mailing.let_go_at.is_not(None),
        Mailing.status != Status.DRAFT,
        Mailing.deleted_at.is_(None),
    )
