"""The pages of agreements and of what they plan."""

from crm.agreements.views import actions, agreements, records
from crm.agreements.views.blueprint import blueprint

__all__ = ["actions", "agreements", "blueprint", "records"]
