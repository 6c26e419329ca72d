"""Whether a recipient is still who they were when the audience was frozen, days ago perhaps."""

from typing import Any

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import Session

from crm.contacts.models import Contact, ContactPoint, Structure
from crm.contacts.types import Medium
from crm.mail.address_keys import key_of
from crm.mail.types import Reason
from crm.mailings.models import MailingRecipient

# Built once: they are asked for each message to a structure, or to someone merged since.
_OFFICE = select(Structure.deleted_at).where(
    Structure.id == bindparam("structure_id"),
    or_(
        key_of(Structure.email) == bindparam("address_key"),
        exists().where(
            ContactPoint.structure_id == Structure.id,
            ContactPoint.medium == Medium.EMAIL.value,
            ContactPoint.value_key == bindparam("address_key"),
        ),
        # What was merged gave its addresses away.
        Structure.merged_into_id.is_not(None),
    ),
)
_SURVIVOR = select(Contact.email_key).where(Contact.id == bindparam("contact_id"))
_OTHER_ROW = select(MailingRecipient.id).where(
    MailingRecipient.mailing_id == bindparam("mailing_id"),
    MailingRecipient.contact_id == bindparam("contact_id"),
    MailingRecipient.is_in,
)


def why_no_longer(session: Session, recipient: Any) -> Reason | None:
    """Return why a frozen recipient must not be written to at this address any more, if so.

    Whether someone in the trash or merged may be written to, consents say.
    """
    if recipient.contact_id is None:
        return _of_office(session, recipient)
    if recipient.merged_into_id is None:
        return None if recipient.email_key == recipient.address_key else Reason.ADDRESS_CHANGED
    survivor = {"contact_id": recipient.merged_into_id}
    if session.execute(_OTHER_ROW, {**survivor, "mailing_id": recipient.mailing_id}).first():
        return Reason.WRITTEN_TO_ALREADY
    return None if session.execute(_SURVIVOR, survivor).first() else Reason.ADDRESS_CHANGED


def _of_office(session: Session, recipient: Any) -> Reason | None:
    found = session.execute(
        _OFFICE,
        {"structure_id": recipient.structure_id, "address_key": recipient.address_key},
    ).first()
    return None if found is not None and found[0] is None else Reason.ADDRESS_CHANGED
