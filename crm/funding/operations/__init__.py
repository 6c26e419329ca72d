"""The writes of the funding package."""

from crm.funding.operations.applications import (
    create_application,
    get_application,
    set_status,
    update_application,
)
from crm.funding.operations.calls import create_call, get_call, update_call
from crm.funding.operations.partners import add_partners, remove_partner
from crm.funding.operations.schemes import create_scheme, get_scheme, update_scheme

__all__ = [
    "add_partners",
    "create_application",
    "create_call",
    "create_scheme",
    "get_application",
    "get_call",
    "get_scheme",
    "remove_partner",
    "set_status",
    "update_application",
    "update_call",
    "update_scheme",
]
