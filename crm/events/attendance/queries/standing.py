"""Where people stood on a day: the structures that they spoke for."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Affiliation, Structure
from crm.contacts.queries.people import is_current_on
from crm.core.batches import in_batches


def structures_on(
    session: Session, contact_ids: Iterable[int], day: date
) -> Mapping[int, list[int]]:
    """Return the structures of each person on a day, those of the trash left out."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for batch in in_batches(sorted(set(contact_ids))):
        rows = session.execute(
            select(Affiliation.contact_id, Affiliation.structure_id)
            .join(Structure, Structure.id == Affiliation.structure_id)
            .where(
                Affiliation.contact_id.in_(batch),
                Structure.deleted_at.is_(None),
                is_current_on(day),
            )
            .distinct()
            .order_by(Affiliation.contact_id, Affiliation.structure_id)
        ).tuples()
        for contact_id, structure_id in rows:
            found[contact_id].append(structure_id)
    return found


def snapshots(session: Session, structure_ids: Iterable[int]) -> Mapping[int, Mapping[str, Any]]:
    """Return what an attendance keeps of each structure as it is now."""
    found: dict[int, Mapping[str, Any]] = {}
    for batch in in_batches(sorted(set(structure_ids))):
        rows = session.execute(
            select(
                Structure.id, Structure.name, Structure.family_code, Structure.departement_code
            ).where(Structure.id.in_(batch))
        )
        for row in rows:
            found[row.id] = {
                "structure_id": row.id,
                "structure_name": row.name,
                "family_code": row.family_code,
                "departement_code": row.departement_code,
            }
    return found
