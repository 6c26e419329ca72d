"""What the agreements in force expect of the period under way, and where it stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, joinedload

from crm.agreements.models import Agreement, PlannedAction
from crm.agreements.progress import Done, progress_of_actions
from crm.agreements.types import Rhythm
from crm.indicators.types import Period

_MOST = 8


@dataclass(frozen=True, slots=True)
class Goal:
    """A planned action with a target in number, and what is done of it so far."""

    action: PlannedAction
    agreement: Agreement
    done: Done


def goals_on(session: Session, today: date) -> Sequence[Goal]:
    """Return the goals of the agreements in force on a day, in their order; eight at most.

    Those of another year are none of that day's.
    """
    actions = session.scalars(
        select(PlannedAction)
        .join(Agreement, Agreement.id == PlannedAction.agreement_id)
        .where(
            PlannedAction.deleted_at.is_(None),
            PlannedAction.target_count.is_not(None),
            or_(PlannedAction.rhythm != Rhythm.ONE_YEAR, PlannedAction.year == today.year),
            Agreement.deleted_at.is_(None),
            Agreement.starts_on <= today,
            Agreement.ends_on >= today,
        )
        .options(joinedload(PlannedAction.agreement))
        .order_by(Agreement.starts_on, Agreement.id, PlannedAction.position, PlannedAction.id)
        .limit(_MOST)
    ).all()
    planned = [(action, action.agreement) for action in actions]
    found = progress_of_actions(session, planned, today, during=Period(today, today))
    return [Goal(each.action, each.action.agreement, done) for each in found for done in each.dones]
