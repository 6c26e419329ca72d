"""The lists of mailings and of their recipients."""

from crm.mailings.listings.mailings import mailing_list, narrow_mailings
from crm.mailings.listings.recipients import narrow_recipients, recipient_list

__all__ = ["mailing_list", "narrow_mailings", "narrow_recipients", "recipient_list"]
