"""A pass over some rows: record after record, those that others point at first."""

from collections import defaultdict
from collections.abc import Sequence

from crm.imports.targets.activities import (
    MembershipTarget,
    PartnerTarget,
    ProjectTarget,
    RepresentativeTarget,
    SessionTarget,
)
from crm.imports.targets.base import Resolved, Row, Work
from crm.imports.targets.consents import ConsentTarget
from crm.imports.targets.people import AffiliationTarget, ContactTarget
from crm.imports.targets.structures import ContactPointTarget, StructureTarget
from crm.imports.targets.subsidies import SubsidyTarget
from crm.imports.targets.target import Target
from crm.imports.types import Draft

_ORDER: tuple[Target, ...] = (
    StructureTarget(),
    ContactTarget(),
    ContactPointTarget(),
    AffiliationTarget(),
    ConsentTarget(),
    MembershipTarget(),
    RepresentativeTarget(),
    SessionTarget(),
    ProjectTarget(),
    PartnerTarget(),
    SubsidyTarget(),
)


def work_through(work: Work, drafts: Sequence[Draft]) -> list[Row]:
    """Find, compare and, unless it is a trial, write what some rows say.

    A constant number of statements, however many rows there are. What was written is left in
    `work.touched` to be indexed.
    """
    rows = [Row(draft) for draft in drafts]
    for row in rows:
        row.resolved = [Resolved(item, row) for item in row.draft.items]
    of_kind = defaultdict[str, list[Resolved]](list)
    for row in rows:
        for resolved in row.resolved:
            of_kind[resolved.item.entity].append(resolved)
    for target in _ORDER:
        target.settle(work, [each for each in of_kind[target.entity] if each.row.is_good])
    return rows
