"""The lists of mailings and of their recipients."""

from crm.mailings.listings.foreseen import foreseen_list, narrow_foreseen
from crm.mailings.listings.mailings import mailing_list, narrow_mailings
from crm.mailings.listings.recipients import narrow_recipients, recipient_list

__all__ = [
    "foreseen_list",
    "mailing_list",
    "narrow_foreseen",
    "narrow_mailings",
    "narrow_recipients",
    "recipient_list",
]
