"""Reads of what belongs to an application."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.funding.models import CoFunding


def kept_funder(session: Session, co_funding_id: int) -> list[tuple[str, str]]:
    """Return (value, name) of a co-funder, as a picker holds it, in the trash or not."""
    rows = session.execute(
        select(Structure.id, Structure.name)
        .join(CoFunding, CoFunding.funder_id == Structure.id)
        .where(CoFunding.id == co_funding_id)
    )
    return [(str(structure_id), name) for structure_id, name in rows.tuples()]
