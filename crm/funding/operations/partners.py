"""Who takes part in an application besides its beneficiary."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from crm.core.errors import N_, NotFoundError, RuleError
from crm.funding.models import ApplicationPartner
from crm.funding.operations.applications import get_application
from crm.funding.operations.picked import picked_structure
from crm.funding.rules.calls import MOST_PARTNERS
from crm.funding.types import PartnerRole


def add_partners(
    session: Session,
    *,
    application_id: int,
    structures: Sequence[str],
    role: str,
    new_family: str | None = None,
) -> int:
    """Give a role to structures: values of a picker; return how many did not have it yet."""
    record = get_application(session, application_id)
    if role not in set(PartnerRole):
        raise RuleError("role", N_("Choisissez un rôle de la liste."))
    if not structures:
        raise RuleError("structures", N_("Choisissez au moins une structure."))
    had = session.scalars(
        select(ApplicationPartner).where(ApplicationPartner.application_id == application_id)
    ).all()
    known = {(row.structure_id, row.role) for row in had}
    ids = dict.fromkeys(
        picked_structure(session, value, field="structures", new_family=new_family)
        for value in structures
    )
    if record.beneficiary_id in ids:
        raise RuleError("structures", N_("Le bénéficiaire y est déjà : il dépose le dossier."))
    new = [each for each in ids if (each, role) not in known]
    if len(had) + len(new) > MOST_PARTNERS:
        raise RuleError("structures", N_("%(count)s participants au plus."), count=MOST_PARTNERS)
    for structure_id in new:
        session.add(
            ApplicationPartner(application_id=record.id, structure_id=structure_id, role=role)
        )
    if new:
        flag_modified(record, "created_at")
    session.flush()
    return len(new)


def remove_partner(session: Session, *, partner_id: int) -> ApplicationPartner:
    """Take a role away from a structure; return what it was."""
    partner = session.get(ApplicationPartner, partner_id)
    if partner is None:
        raise NotFoundError
    record = get_application(session, partner.application_id)
    session.delete(partner)
    flag_modified(record, "created_at")
    session.flush()
    return partner
