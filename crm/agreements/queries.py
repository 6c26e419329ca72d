"""Reads of agreements, of their axes and of what they plan."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload

from crm.agreements.models import ActionRecord, Agreement, Axis, PlannedAction, agreement_funder
from crm.core import clock
from crm.core.errors import NotFoundError
from crm.indicators.types import Period
from crm.reference.models import ReferenceItem

AXES = "axis"
_STILL_OFFERED = timedelta(days=365)


def agreements(session: Session) -> Sequence[Agreement]:
    """Return the agreements with their funders and axes, the latest first."""
    return session.scalars(
        _agreements().order_by(Agreement.starts_on.desc(), Agreement.sort_name, Agreement.id)
    ).all()


def agreement_for_page(session: Session, agreement_id: int) -> Agreement:
    """Return an agreement with its funders and axes; raise NotFoundError."""
    found = session.scalar(_agreements().where(Agreement.id == agreement_id))
    if found is None:
        raise NotFoundError
    return found


def overlapping(session: Session, agreement: Agreement) -> Sequence[Agreement]:
    """Return the other agreements of one of its funders that share days with it.

    It is allowed (an amendment, a second department of the same funder), and said.
    """
    theirs = select(agreement_funder.c.agreement_id).where(
        agreement_funder.c.structure_id.in_([funder.id for funder in agreement.funders])
    )
    return session.scalars(
        select(Agreement)
        .where(
            Agreement.id.in_(theirs),
            Agreement.id != agreement.id,
            Agreement.deleted_at.is_(None),
            Agreement.starts_on <= agreement.ends_on,
            Agreement.ends_on >= agreement.starts_on,
        )
        .order_by(Agreement.starts_on, Agreement.id)
    ).all()


def agreements_in(session: Session, period: Period) -> Sequence[Agreement]:
    """Return the agreements in force on some day of a period, with their axes, the first first."""
    return session.scalars(
        _agreements()
        .where(Agreement.starts_on <= period.end, Agreement.ends_on >= period.start)
        .order_by(Agreement.starts_on, Agreement.sort_name, Agreement.id)
    ).all()


def actions_of(session: Session, agreement_ids: Collection[int]) -> Sequence[PlannedAction]:
    """Return what agreements plan, each in its order, with the axes."""
    return session.scalars(
        select(PlannedAction)
        .where(PlannedAction.agreement_id.in_(agreement_ids), PlannedAction.deleted_at.is_(None))
        .options(joinedload(PlannedAction.axis))
        .order_by(PlannedAction.agreement_id, PlannedAction.position, PlannedAction.id)
    ).all()


def action_for_page(session: Session, action_id: int) -> PlannedAction:
    """Return a planned action with its agreement and axis; raise NotFoundError."""
    found = session.scalar(
        select(PlannedAction)
        .join(Agreement, Agreement.id == PlannedAction.agreement_id)
        .where(
            PlannedAction.id == action_id,
            PlannedAction.deleted_at.is_(None),
            Agreement.deleted_at.is_(None),
        )
        .options(joinedload(PlannedAction.agreement), joinedload(PlannedAction.axis))
    )
    if found is None:
        raise NotFoundError
    return found


def records_of(
    session: Session, action_ids: Collection[int]
) -> Mapping[int, Sequence[ActionRecord]]:
    """Return what was noted as done for each action, the latest first; one query."""
    found: dict[int, list[ActionRecord]] = {action_id: [] for action_id in action_ids}
    for record in session.scalars(
        select(ActionRecord)
        .where(ActionRecord.action_id.in_(action_ids), ActionRecord.deleted_at.is_(None))
        .options(joinedload(ActionRecord.author))
        .order_by(ActionRecord.done_on.desc(), ActionRecord.id.desc())
    ):
        found[record.action_id].append(record)
    return found


def record_for_page(session: Session, record_id: int) -> ActionRecord:
    """Return something noted as done; raise NotFoundError."""
    record = session.scalar(
        select(ActionRecord).where(ActionRecord.id == record_id, ActionRecord.deleted_at.is_(None))
    )
    if record is None:
        raise NotFoundError
    return record


def axis_labels(session: Session) -> list[tuple[str, str]]:
    """Return (id, label) of the axes in their order, with their agreement where there are several.

    The retired ones too: what counted for them still does.
    """
    rows = session.execute(_axes()).all()
    has_several = len({row.agreement for row in rows if row.agreement}) > 1
    return [(str(row.id), _told(row.label, row.agreement, has_several=has_several)) for row in rows]


def offered_axes(session: Session, kept: Collection[int] = ()) -> list[tuple[str, str]]:
    """Return (id, label) of the axes to choose among: in use, or held by the record already.

    Those of an agreement that has ended are offered for one more year: work is noted late.
    """
    over = (
        select(Axis.item_id)
        .join(Agreement, Agreement.id == Axis.agreement_id)
        .where(Agreement.ends_on < clock.today() - _STILL_OFFERED)
    )
    active = session.scalars(
        select(ReferenceItem.id).where(
            ReferenceItem.list_code == AXES,
            ReferenceItem.is_active.is_(True),
            ReferenceItem.id.not_in(over),
        )
    )
    offered = {*active, *kept}
    return [(key, label) for key, label in axis_labels(session) if int(key) in offered]


def free_axes(session: Session, agreement_id: int | None = None) -> Sequence[ReferenceItem]:
    """Return the axes of no agreement, and those of this one, in their order."""
    taken = select(Axis.item_id).where(Axis.agreement_id != (agreement_id or 0))
    return session.scalars(
        select(ReferenceItem)
        .where(ReferenceItem.list_code == AXES, ReferenceItem.id.not_in(taken))
        .order_by(ReferenceItem.position, ReferenceItem.id)
    ).all()


def _agreements() -> Select[tuple[Agreement]]:
    return (
        select(Agreement)
        .where(Agreement.deleted_at.is_(None))
        .options(
            selectinload(Agreement.funders),
            selectinload(Agreement.axes).joinedload(Axis.item),
        )
    )


def _axes() -> Select[Any]:
    return (
        select(ReferenceItem.id, ReferenceItem.label, Agreement.name.label("agreement"))
        .outerjoin(Axis, Axis.item_id == ReferenceItem.id)
        .outerjoin(
            Agreement, (Agreement.id == Axis.agreement_id) & (Agreement.deleted_at.is_(None))
        )
        .where(ReferenceItem.list_code == AXES)
        .order_by(
            Agreement.id.is_(None),
            Agreement.starts_on.desc(),
            Agreement.id,
            Axis.position,
            ReferenceItem.position,
            ReferenceItem.id,
        )
    )


def _told(label: str, agreement: str | None, *, has_several: bool) -> str:
    return f"{label} ({agreement})" if has_several and agreement else label
