"""Rows that are written with what they are a part of, whose creation alone history tells."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm.core.batches import in_batches
from crm.introductions.models import IntroductionPerson, IntroductionSide

# Entity of the part → that of the whole, the statement of (part id, whole id), the part's id.
_WHOLES: Mapping[str, tuple[str, Select[Any], Any]] = {
    "introduction_side": (
        "introduction",
        select(IntroductionSide.id, IntroductionSide.introduction_id),
        IntroductionSide.id,
    ),
    "introduction_person": (
        "introduction",
        select(IntroductionPerson.id, IntroductionSide.introduction_id).join(
            IntroductionSide, IntroductionSide.id == IntroductionPerson.side_id
        ),
        IntroductionPerson.id,
    ),
}


def wholes_of(session: Session, entity: str, ids: Sequence[int]) -> dict[int, tuple[str, int]]:
    """Return what each of these rows is a part of, as (entity, id); nothing for other kinds."""
    if entity not in _WHOLES:
        return {}
    whole, statement, identity = _WHOLES[entity]
    found: dict[int, tuple[str, int]] = {}
    for batch in in_batches(ids):
        rows = session.execute(statement.where(identity.in_(batch))).tuples()
        found.update({part_id: (whole, whole_id) for part_id, whole_id in rows})
    return found
