"""How decisions on pairs come back, what keeps a merged record, where a merge is undone."""

from flask import url_for
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.contacts.models import Contact, Structure
from crm.core.errors import N_
from crm.duplicates.models import DuplicatePair, Merge
from crm.history.kinds import Kind, Pointer
from crm.history.models import ChangeSet
from crm.web.locale import translate
from crm.web.record_actions import RecordAction, page_of

KINDS = (Kind("duplicate_pair", DuplicatePair, lambda _pair: ""),)


def merged_structures(session: Session, structure_id: int) -> Pointer | None:
    """Say how many structures were merged into this one: it cannot go before they come back."""
    return _merged(session, Structure, structure_id)


def merged_contacts(session: Session, contact_id: int) -> Pointer | None:
    """Say how many people were merged into this one."""
    return _merged(session, Contact, contact_id)


def _merged(
    session: Session, model: type[Structure] | type[Contact], record_id: int
) -> Pointer | None:
    count = session.scalar(select(func.count()).where(model.merged_into_id == record_id))
    if not count:
        return None
    return Pointer(translate(N_("Fiches fusionnées dans celle-ci : %(count)s"), count=count))


POINTERS = (("structure", merged_structures), ("contact", merged_contacts))


def page_of_merge(session: Session, change_set_id: int) -> str | None:
    """Return the page where a save that merged two records, or took them apart, is undone."""
    undone = select(ChangeSet.undoes_id).where(ChangeSet.id == change_set_id).scalar_subquery()
    merge_id = session.scalar(
        select(Merge.id)
        .where((Merge.change_set_id == change_set_id) | (Merge.change_set_id == undone))
        .limit(1)
    )
    return url_for("duplicates.merge", merge_id=merge_id) if merge_id is not None else None


ACTIONS = tuple(
    (
        kind,
        RecordAction(
            N_("Fusionner avec une autre fiche…"),
            "arrow-merge",
            page_of("duplicates.choose", "record_id", kind=kind),
        ),
    )
    for kind in ("structure", "contact")
)
