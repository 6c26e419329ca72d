"""What must fit together in an application: money received, and the parts that structures take."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.core.errors import N_, RuleError
from crm.funding.models import ApplicationPartner, CoFunding, FundingApplication, Payment


def received_cents(session: Session, application_id: int, *, but_id: int | None = None) -> int:
    """Return what an application received in all, without one of its payments if asked."""
    statement = select(func.coalesce(func.sum(Payment.amount_cents), 0)).where(
        Payment.application_id == application_id, Payment.id != (but_id or 0)
    )
    with session.no_autoflush:
        return int(session.scalar(statement) or 0)


def check_received(session: Session, record: FundingApplication, awarded: int | None) -> None:
    """Raise RuleError when more was received than this award, in cents."""
    received = received_cents(session, record.id)
    if received and awarded is None:
        raise RuleError(
            "status",
            N_("De l’argent a été reçu : retirez d’abord les versements, ou gardez « Obtenu »."),
        )
    if received > (awarded or 0):
        raise RuleError(
            "awarded", N_("Ce qui a été reçu dépasse ce montant : corrigez l’un ou l’autre.")
        )


def check_parts(
    session: Session, record: FundingApplication, beneficiary_id: int, funder_id: int | None
) -> None:
    """Raise RuleError when the funder is a co-funder, or the beneficiary a partner."""
    if not record.id:
        return  # it is being made
    with session.no_autoflush:
        is_co_funder = session.scalar(
            select(CoFunding.id).where(
                CoFunding.application_id == record.id, CoFunding.funder_id == (funder_id or 0)
            )
        )
        is_partner = session.scalar(
            select(ApplicationPartner.id)
            .where(
                ApplicationPartner.application_id == record.id,
                ApplicationPartner.structure_id == beneficiary_id,
            )
            .limit(1)
        )
    if is_co_funder and funder_id != record.funder_id:
        raise RuleError("funder", N_("Cette structure est déjà parmi les cofinanceurs du dossier."))
    if is_partner and beneficiary_id != record.beneficiary_id:
        raise RuleError(
            "beneficiary", N_("Cette structure est déjà parmi les participants du dossier.")
        )
