"""After an election: mandates close together, seats stay, successors are to be met."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.contacts.events import SuccessorsWanted, SuccessorWanted
from crm.contacts.models import Affiliation, Seat, Structure
from crm.contacts.queries.people import is_current_on
from crm.contacts.types import EndReason
from crm.core.errors import N_, RuleError
from crm.core.events import publish
from crm.history.recording import describe_save


def close_mandates(session: Session, *, affiliation_ids: Sequence[int], day: date) -> int:
    """End these roles on a day, keep a seat for each, and return how many were ended.

    A role that had ended before, or starts after, is left as it is. Raises RuleError when none is
    left to end.
    """
    describe_save(session, label=N_("Clôture de mandats"))
    ending = session.scalars(
        select(Affiliation)
        .join(Structure, Structure.id == Affiliation.structure_id)
        .where(
            Affiliation.id.in_(affiliation_ids), is_current_on(day), Structure.deleted_at.is_(None)
        )
        .order_by(Affiliation.id)
    ).all()
    if not ending:
        raise RuleError("selection", N_("Aucun de ces mandats n’était en cours ce jour-là."))
    seats = {each.id: _seat_for(each) for each in ending if each.seat_id is None}
    session.add_all(seats.values())
    session.flush()
    for affiliation in ending:
        affiliation.end_on = day
        affiliation.end_reason = EndReason.TERM
        if affiliation.id in seats:
            affiliation.seat_id = seats[affiliation.id].id
    session.flush()
    return len(ending)


def _seat_for(affiliation: Affiliation) -> Seat:
    return Seat(
        structure_id=affiliation.structure_id,
        role=affiliation.role,
        is_elected=affiliation.is_elected,
    )


def want_successors(session: Session, *, seat_ids: Sequence[int], assignee_id: int) -> int:
    """Ask that the next holders of these seats be met, and return how many seats there are.

    Each is for the person in charge of the structure, or for `assignee_id` where there is none any
    more in the team.
    """
    rows = session.execute(
        select(Seat.structure_id, Seat.role, User.id.label("referent_id"))
        .join(Structure, Structure.id == Seat.structure_id)
        .outerjoin(User, and_(User.id == Structure.referent_id, User.is_active))
        .where(Seat.id.in_(seat_ids), Structure.deleted_at.is_(None))
        .order_by(Structure.sort_name, Seat.id)
    ).all()
    if not rows:
        raise RuleError("selection", N_("Choisissez au moins un siège."))
    describe_save(session, label=N_("Relances pour rencontrer les successeurs"))
    publish(
        session,
        SuccessorsWanted(
            [
                SuccessorWanted(row.structure_id, row.role, row.referent_id or assignee_id)
                for row in rows
            ]
        ),
    )
    return len(rows)
