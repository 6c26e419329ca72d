"""What mailings tell of when a person last reacted: a click of theirs, a reply."""

from sqlalchemy import Date, func, select

from crm.mail.models import DeliveryEvent
from crm.mail.types import ReportKind
from crm.mailings.models import MailingRecipient

REACTIONS = (
    select(MailingRecipient.contact_id, func.date(DeliveryEvent.happened_at, type_=Date))
    .join(DeliveryEvent, DeliveryEvent.delivery_id == MailingRecipient.delivery_id)
    .where(
        MailingRecipient.contact_id.is_not(None),
        DeliveryEvent.kind.in_([ReportKind.CLICKED.value, ReportKind.REPLIED.value]),
        ~DeliveryEvent.is_robot,
    )
)
