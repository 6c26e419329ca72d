"""What belongs to an application must be: other funders, payments, reports owed."""

from dataclasses import replace
from datetime import date

from crm.core.errors import N_, RuleError
from crm.funding.rules.lengths import LONGEST_NAME, LONGEST_REASON, NEEDED, check_length
from crm.funding.types import CoFundingData, DeadlineData, PaymentData


def clean_co_funding(data: CoFundingData) -> CoFundingData:
    """Return the data; raise RuleError without a funder or with an amount below zero."""
    if not data.funder:
        raise RuleError("funder", N_("Dites qui finance."))
    for field, cents in (("requested", data.requested_cents), ("awarded", data.awarded_cents)):
        if cents is not None and cents < 0:
            raise RuleError(field, N_("Un montant ne peut pas être négatif."))
    check_length("note", data.note or "", LONGEST_REASON)
    return data


def clean_payment(
    data: PaymentData, today: date, *, awarded_cents: int | None, others_cents: int
) -> PaymentData:
    """Return the data; raise RuleError for money to come, or more in all than was awarded."""
    if data.received_on > today:
        raise RuleError("received_on", N_("Cette date est à venir."))
    if data.amount_cents <= 0:
        raise RuleError("amount", N_("Écrivez un montant au-dessus de zéro."))
    if awarded_cents is None:
        raise RuleError("amount", N_("Ce dossier n’a pas encore obtenu de financement."))
    if others_cents + data.amount_cents > awarded_cents:
        raise RuleError(
            "amount",
            N_("Les versements dépasseraient le montant obtenu : corrigez d’abord celui-ci."),
        )
    check_length("note", data.note or "", LONGEST_REASON)
    return data


def clean_deadline(data: DeadlineData, today: date) -> DeadlineData:
    """Return the data; raise RuleError without a name, or for a report sent in the future."""
    what = data.what.strip()
    if not what:
        raise RuleError("what", NEEDED)
    check_length("what", what, LONGEST_NAME)
    if data.done_on is not None and data.done_on > today:
        raise RuleError("done_on", N_("Cette date est à venir."))
    return replace(data, what=what)
