"""What schemes, calls and applications must be: pure, no database."""

from crm.funding.rules.applications import (
    Money,
    asks_more,
    check_status,
    clean_application,
    clean_money,
    money_after,
    next_status,
)
from crm.funding.rules.belongings import clean_co_funding, clean_deadline, clean_payment
from crm.funding.rules.calls import (
    Terms,
    clean_call,
    clean_scheme,
    misfits,
    next_edition,
    phase_on,
)

__all__ = [
    "Money",
    "Terms",
    "asks_more",
    "check_status",
    "clean_application",
    "clean_call",
    "clean_co_funding",
    "clean_deadline",
    "clean_money",
    "clean_payment",
    "clean_scheme",
    "misfits",
    "money_after",
    "next_edition",
    "next_status",
    "phase_on",
]
