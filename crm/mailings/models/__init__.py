"""The tables of mailings."""

from crm.mailings.models.mailings import Mailing, MailingSegment
from crm.mailings.models.recipients import MailingLink, MailingRecipient

__all__ = ["Mailing", "MailingLink", "MailingRecipient", "MailingSegment"]
