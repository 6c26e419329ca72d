"""How agreements and what they plan come back, and what of them points at structures."""

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.agreements.models import ActionRecord, Agreement, PlannedAction, agreement_funder
from crm.contacts.models import Structure
from crm.core.errors import N_
from crm.core.text import sort_key
from crm.history.kinds import Kind, Pointer
from crm.web.access import Permission
from crm.web.locale import translate


def _mend(session: Session, agreement: Agreement) -> None:
    agreement.sort_name = sort_key(agreement.name)
    session.flush()


def _funder_in_trash(session: Session, agreement: Agreement) -> str | None:
    funders = select(agreement_funder.c.structure_id).where(
        agreement_funder.c.agreement_id == agreement.id
    )
    return session.scalar(
        select(Structure.name)
        .where(
            Structure.id.in_(funders),
            Structure.deleted_at.is_not(None),
            Structure.merged_into_id.is_(None),
        )
        .order_by(Structure.id)
        .limit(1)
    )


def _agreement_in_trash(session: Session, action: PlannedAction) -> str | None:
    return session.scalar(
        select(Agreement.name).where(
            Agreement.id == action.agreement_id, Agreement.deleted_at.is_not(None)
        )
    )


def _action_in_trash(session: Session, record: ActionRecord) -> str | None:
    return session.scalar(
        select(PlannedAction.label).where(
            PlannedAction.id == record.action_id, PlannedAction.deleted_at.is_not(None)
        )
    )


KINDS = (
    Kind(
        "agreement",
        Agreement,
        lambda agreement: agreement.name,
        page=("agreements.show", "agreement_id"),
        permission=Permission.EDIT_REFERENCE,
        mend=_mend,
        plain=frozenset({"reference", "notes", "starts_on", "ends_on"}),
        owned=frozenset({"agreement_funder", "axis", "planned_action", "action_record"}),
        missing=_funder_in_trash,
    ),
    Kind(
        "planned_action",
        PlannedAction,
        lambda action: action.label,
        page=("agreements.show_action", "action_id"),
        permission=Permission.EDIT_REFERENCE,
        owned=frozenset({"action_record"}),
        missing=_agreement_in_trash,
    ),
    Kind(
        "action_record",
        ActionRecord,
        lambda record: record.what,
        page=("agreements.show_record", "record_id"),
        missing=_action_in_trash,
        permission=Permission.EDIT_NETWORK,
    ),
)


def agreements_of_funder(session: Session, structure_id: int) -> Pointer | None:
    """Say how many agreements a structure funds."""
    count = session.scalar(
        select(func.count())
        .select_from(Agreement)
        .join(agreement_funder, agreement_funder.c.agreement_id == Agreement.id)
        .where(agreement_funder.c.structure_id == structure_id, Agreement.deleted_at.is_(None))
    )
    if not count:
        return None
    return Pointer(
        translate(N_("Conventions qu’elle finance : %(count)s"), count=count),
        url_for("agreements.index"),
    )


POINTERS = (("structure", agreements_of_funder),)
