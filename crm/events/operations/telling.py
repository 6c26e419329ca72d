"""Writing to those who registered: what has changed, and what there is to see afterwards.

Nobody is written to before the team says so.
"""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import N_, RuleError
from crm.events.messages import send_change
from crm.events.models import Event, EventMove, Registration
from crm.events.operations.reminders import plan_after
from crm.events.operations.seats import lock_event
from crm.events.queries.registrations import is_to_be_told, present_and_absent
from crm.events.types import EventStatus


def tell_change(session: Session, *, event_id: int) -> int:
    """Write to those who know an old date, place or title; return how many.

    Each of them once for each change. Raises RuleError when everybody knows, or once it was held.
    """
    event = lock_event(session, event_id)
    if event.status == EventStatus.HELD:
        raise RuleError("form", N_("Il a eu lieu : il n’y a plus personne à prévenir."))
    told = session.scalars(
        select(Registration)
        .where(Registration.event_id == event_id, is_to_be_told())
        .order_by(Registration.id)
    ).all()
    if not told:
        raise RuleError("form", N_("Tout le monde est déjà prévenu."))
    moves = session.scalars(
        select(EventMove).where(EventMove.event_id == event_id).order_by(EventMove.id)
    ).all()
    for each in told:
        send_change(session, event, each, old=_first_unknown(event, each, moves))
        each.told_sequence = each.sequence
    session.flush()
    return len(told)


def send_afterwards(session: Session, *, event_id: int) -> int:
    """Write to those who came and to those who could not; return how many are written to.

    Raises RuleError while there is no replay, no attendance, or nobody left to write to.
    """
    event = lock_event(session, event_id)
    if event.status != EventStatus.HELD:
        raise RuleError("form", N_("L’événement n’est pas encore noté comme réalisé."))
    if not event.replay_link:
        raise RuleError("form", N_("Notez d’abord le lien de la rediffusion."))
    present, absent = present_and_absent(session, event_id)
    if not present:
        raise RuleError("form", N_("Notez d’abord qui est venu : les absents en dépendent."))
    count = plan_after(session, present=present, absent=absent, now=clock.now())
    if not count:
        raise RuleError("form", N_("Tout le monde a déjà reçu ce message."))
    return count


def _first_unknown(
    event: Event, registration: Registration, moves: Sequence[EventMove]
) -> EventMove | None:
    """Return the move by which the date that someone knows was given up."""
    missed = registration.sequence - (registration.told_sequence or 0)
    known = event.sequence - missed
    return next((each for each in moves if each.sequence > known), None)
