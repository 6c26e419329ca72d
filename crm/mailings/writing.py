"""Writing a mailing's messages, each for its reader, just before they leave."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from crm.consents.before_leaving import refusals_of
from crm.consents.links import unsubscribe_url
from crm.consents.queries import may_still_write
from crm.contacts.models import Contact
from crm.core import clock
from crm.mail.models import Delivery
from crm.mail.types import Purpose, Reason
from crm.mail.writers import Written
from crm.mailings.messages import frozen_message, urls_for, values_of
from crm.mailings.models import Mailing, MailingRecipient
from crm.mailings.still_there import why_no_longer
from crm.mailings.types import Status

_HOLDS = {
    Status.DRAFT: Reason.PAUSED,
    Status.FROZEN: Reason.PAUSED,
    Status.PAUSED: Reason.PAUSED,
    Status.CANCELLED: Reason.CANCELLED,
}
# Built once: it is asked for each message.
_ASKED = (
    select(
        MailingRecipient.delivery_id,
        MailingRecipient.mailing_id,
        MailingRecipient.contact_id,
        MailingRecipient.structure_id,
        MailingRecipient.address_key,
        MailingRecipient.first_name,
        MailingRecipient.last_name,
        MailingRecipient.role,
        MailingRecipient.structure_name,
        MailingRecipient.commune_name,
        MailingRecipient.departement_code,
        Mailing.status,
        Mailing.frozen_at,
        Contact.email_key,
        Contact.merged_into_id,
    )
    .join(Mailing, Mailing.id == MailingRecipient.mailing_id)
    .outerjoin(Contact, Contact.id == MailingRecipient.contact_id)
    .where(MailingRecipient.delivery_id.in_(bindparam("delivery_ids", expanding=True)))
)


def write_mailings(
    session: Session, deliveries: Sequence[Delivery], _now: datetime
) -> list[Written | Reason]:
    """Return the message for each reader, or why it must not leave now.

    The mailing, the consent and the suppression are read again here, in the transaction that notes
    that sending begins: a pause or a withdrawal acts on the very next messages.
    """
    asked = session.execute(_ASKED, {"delivery_ids": [each.id for each in deliveries]})
    recipients = {each.delivery_id: each for each in asked}
    refusals = _refusals(session, recipients.values(), deliveries)
    return [
        _written(session, delivery, recipients.get(delivery.id), refusals)
        for delivery in deliveries
    ]


def _written(
    session: Session, delivery: Delivery, recipient: Any, refusals: Mapping[int, str | None]
) -> Written | Reason:
    if recipient is None:
        return Reason.UNWRITABLE
    if hold := _HOLDS.get(Status(recipient.status)):
        return hold
    if doubt := why_no_longer(session, recipient):
        return doubt
    if _refusal(session, recipient, delivery, refusals) is not None:
        return Reason.NO_CONSENT
    message = frozen_message(session, recipient.mailing_id, recipient.frozen_at)
    way_out = unsubscribe_url(
        recipient=delivery.recipient,
        purpose=delivery.purpose,
        contact_id=recipient.contact_id,
        delivery_id=delivery.id,
    )
    urls = urls_for(recipient, delivery, way_out, len(message.links))
    return Written(
        message.subject,
        message.text,
        message.html,
        headers={
            "List-Unsubscribe": f"<{way_out}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
        marks=message.fill(values_of(session, recipient), urls),
        images=message.images,
    )


def _is_plain(recipient: Any) -> bool:
    """Tell whether this is a person still written to at the address that is theirs."""
    return (
        recipient.contact_id is not None
        and recipient.merged_into_id is None
        and recipient.email_key == recipient.address_key
    )


def _refusals(
    session: Session, recipients: Iterable[Any], deliveries: Sequence[Delivery]
) -> dict[int, str | None]:
    """Return what consents have to say against writing to each plain reader; a query a purpose."""
    purposes = {each.id: each.purpose for each in deliveries}
    people: defaultdict[str, list[int]] = defaultdict(list)
    for each in filter(_is_plain, recipients):
        people[purposes[each.delivery_id]].append(each.contact_id)
    found: dict[int, str | None] = {}
    for purpose, ids in people.items():
        found |= refusals_of(session, ids, purpose=Purpose(purpose), day=clock.today())
    return found


def _refusal(
    session: Session, recipient: Any, delivery: Delivery, refusals: Mapping[int, str | None]
) -> str | None:
    """Return what consents have to say against this message, if they do."""
    if _is_plain(recipient):
        return refusals[recipient.contact_id]
    return may_still_write(
        session,
        contact_id=recipient.contact_id,
        recipient=delivery.recipient,
        purpose=delivery.purpose,
        day=clock.today(),
    )
