"""Deciding that two records are not one, and coming back on it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core.errors import N_, RuleError
from crm.duplicates.models import DuplicatePair
from crm.duplicates.types import PairState

MOST_AT_ONCE = 200
_DECISIONS = {"ecarter": PairState.DISMISSED, "rouvrir": PairState.OPEN}


def decide_pairs(session: Session, *, ids: Sequence[int], decision: str) -> int:
    """Say of these pairs that they are no duplicates, or open them again; return how many change.

    Raises RuleError when nothing is chosen, or no such decision exists. A pair that was merged
    meanwhile stays so.
    """
    state = _DECISIONS.get(decision)
    if state is None:
        raise RuleError("action", N_("Choisissez ce qu’il faut faire de la sélection."))
    if not ids or len(ids) > MOST_AT_ONCE:
        raise RuleError("selection", N_("Choisissez au moins une fiche."))
    pairs = session.scalars(
        select(DuplicatePair)
        .where(
            DuplicatePair.id.in_(ids),
            DuplicatePair.state != PairState.MERGED,
            DuplicatePair.state != state,
        )
        .order_by(DuplicatePair.id)
    ).all()
    for pair in pairs:
        pair.state = state.value
    session.flush()
    return len(pairs)


def forget_pairs(session: Session, entity: str, ids: Sequence[int]) -> None:
    """Erase the pairs of records that are erased for good."""
    for pair in session.scalars(
        select(DuplicatePair).where(
            DuplicatePair.kind == entity,
            DuplicatePair.low_id.in_(ids) | DuplicatePair.high_id.in_(ids),
        )
    ):
        session.delete(pair)
    session.flush()
