"""Which structure is at the top of those that each one depends on."""

from functools import cache

from sqlalchemy import CTE, select
from sqlalchemy.orm import aliased

from crm.contacts.models import Structure


@cache
def roots() -> CTE:
    """Return (structure_id, root_id, root_name): itself, where it depends on none.

    A parent in the trash, or merged into another, still is the one at the top: what is counted at
    this level moves with today's parents, unlike names and families, which are those of the day.
    """
    found = (
        select(
            Structure.id.label("structure_id"),
            Structure.id.label("root_id"),
            Structure.name.label("root_name"),
        )
        .where(Structure.parent_id.is_(None))
        .cte("roots", recursive=True)
    )
    below = aliased(Structure)
    return found.union_all(
        select(below.id, found.c.root_id, found.c.root_name).join(
            found, below.parent_id == found.c.structure_id
        )
    )
