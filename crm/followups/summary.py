"""The top of a record as accompaniment tells it: last exchange, next step, who knows it."""

from datetime import date

from flask import url_for
from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.core import clock
from crm.core.errors import N_
from crm.followups.models import (
    AccompanimentSession,
    FollowUp,
    SessionStructure,
    session_contact,
    session_officer,
)
from crm.followups.queries.follow_ups import follow_up_rows
from crm.followups.types import SessionStatus
from crm.reference.models import ReferenceItem
from crm.web.formats import long_date
from crm.web.locale import translate
from crm.web.summaries import Fact

_MOST_OFFICERS = 3
NEVER = N_("jamais encore")


def facts_of_structure(session: Session, structure_id: int) -> list[Fact]:
    """Return the last exchange, the next step and who of the team knows a structure: 3 queries."""
    ids = select(SessionStructure.session_id).where(SessionStructure.structure_id == structure_id)
    return _facts(session, ids, _next_follow_up(session, structure_id))


def facts_of_contact(session: Session, contact_id: int) -> list[Fact]:
    """Return the last exchange, the next step and who of the team knows a person."""
    ids = select(session_contact.c.session_id).where(session_contact.c.contact_id == contact_id)
    return _facts(session, ids, None)


def _facts(
    session: Session, ids: Select[tuple[int]], follow_up: Row[tuple[int, str, date]] | None
) -> list[Fact]:
    last = _session(session, ids, planned=False)
    planned = _session(session, ids, planned=True)
    facts = [_last_fact(last), _next_fact(planned, follow_up)]
    if officers := _officers(session, ids):
        facts.append(Fact(translate(N_("Qui la connaît dans l’équipe")), officers))
    return facts


def _session(
    session: Session, ids: Select[tuple[int]], *, planned: bool
) -> Row[tuple[int, date, str]] | None:
    """Return the last session done, or the next one planned."""
    statement = (
        select(AccompanimentSession.id, AccompanimentSession.held_on, ReferenceItem.label)
        .join(ReferenceItem, ReferenceItem.id == AccompanimentSession.kind_id)
        .where(AccompanimentSession.id.in_(ids), AccompanimentSession.deleted_at.is_(None))
        .limit(1)
    )
    held_on = AccompanimentSession.held_on
    if planned:
        statement = statement.where(
            AccompanimentSession.status == SessionStatus.PLANNED, held_on >= clock.today()
        ).order_by(held_on, AccompanimentSession.id)
    else:
        statement = statement.where(AccompanimentSession.status == SessionStatus.DONE).order_by(
            held_on.desc(), AccompanimentSession.id.desc()
        )
    return session.execute(statement).first()


def _last_fact(row: Row[tuple[int, date, str]] | None) -> Fact:
    label = translate(N_("Dernier échange"))
    if row is None:
        return Fact(label, translate(NEVER))
    said = f"{long_date(row.held_on)} · {row.label}"
    return Fact(label, said, url_for("sessions.show", session_id=row.id))


def _next_fact(
    planned: Row[tuple[int, date, str]] | None, follow_up: Row[tuple[int, str, date]] | None
) -> Fact:
    label = translate(N_("Prochaine étape"))
    if planned is not None and (follow_up is None or planned.held_on <= follow_up.due_on):
        said = f"{long_date(planned.held_on)} · {planned.label}"
        return Fact(label, said, url_for("sessions.show", session_id=planned.id))
    if follow_up is not None:
        said = f"{long_date(follow_up.due_on)} · {follow_up.what}"
        return Fact(label, said, url_for("follow_ups.edit", follow_up_id=follow_up.id))
    return Fact(label, translate(N_("rien de prévu")))


def _next_follow_up(session: Session, structure_id: int) -> Row[tuple[int, str, date]] | None:
    return session.execute(
        follow_up_rows()
        .with_only_columns(FollowUp.id, FollowUp.what, FollowUp.due_on)
        .where(FollowUp.structure_id == structure_id, FollowUp.done_at.is_(None))
        .order_by(FollowUp.due_on, FollowUp.id)
        .limit(1)
    ).first()


def _officers(session: Session, ids: Select[tuple[int]]) -> str:
    count = func.count().label("count")
    rows = session.execute(
        select(User.name, count)
        .join(session_officer, session_officer.c.user_id == User.id)
        .where(session_officer.c.session_id.in_(ids))
        .group_by(User.id, User.name)
        .order_by(count.desc(), User.name)
        .limit(_MOST_OFFICERS)
    ).tuples()
    return ", ".join(f"{name} ({number})" for name, number in rows)
