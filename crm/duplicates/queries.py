"""Reads of pairs."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.duplicates.models import DuplicatePair


def find_pair(session: Session, kind: str, one_id: int, other_id: int) -> DuplicatePair | None:
    """Return what was found of two records, in any order; None when they were not alike."""
    low, high = sorted((one_id, other_id))
    return session.scalar(
        select(DuplicatePair).where(
            DuplicatePair.kind == kind,
            DuplicatePair.low_id == low,
            DuplicatePair.high_id == high,
        )
    )
