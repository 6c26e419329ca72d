"""Follow-ups counted back from the closing of a call, and moved with it."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.followups.call_plans import PlanStep, clean_steps, due_on
from crm.followups.models import FollowUp
from crm.followups.operations.choices import assignee
from crm.funding.events import CallMoved
from crm.funding.operations import get_call
from crm.history.recording import describe_save
from crm.web.locale import translate


def plan_call(
    session: Session, *, call_id: int, assignee_id: int, steps: Sequence[PlanStep]
) -> int:
    """Make a follow-up for each step before a call closes; return how many were made.

    A step that is planned already, still to do, is not made twice. Raises RuleError.
    """
    call = get_call(session, call_id)
    if call.closes_on is None:
        raise RuleError("steps", N_("Cet appel n’a pas de date de clôture."))
    wanted = clean_steps(steps, call.closes_on, clock.today())
    person_id = assignee(session, assignee_id)
    known = {(record.what, record.days_before_closing) for record in _planned(session, call_id)}
    made = [step for step in wanted if (step.what, step.days_before) not in known]
    if not made:
        raise RuleError("steps", N_("Ces étapes sont déjà prévues pour cet appel."))
    describe_save(session, label=translate(N_("Rétroplanning : %(call)s"), call=call.name))
    for step in made:
        session.add(
            FollowUp(
                what=step.what,
                due_on=due_on(call.closes_on, step.days_before),
                days_before_closing=step.days_before,
                call_id=call_id,
                assignee_id=person_id,
                created_at=clock.now(),
            )
        )
    session.flush()
    return len(made)


def move_with_closing(session: Session, news: CallMoved) -> None:
    """Put what is still to do before a call closes as many days before its new closing."""
    for record in _planned(session, news.call_id):
        record.due_on = due_on(news.closes_on, record.days_before_closing or 0)
    session.flush()


def _planned(session: Session, call_id: int) -> Sequence[FollowUp]:
    return session.scalars(
        select(FollowUp)
        .where(
            FollowUp.call_id == call_id,
            FollowUp.days_before_closing.is_not(None),
            FollowUp.done_at.is_(None),
            FollowUp.deleted_at.is_(None),
        )
        .order_by(FollowUp.due_on, FollowUp.id)
    ).all()
