"""The top of a record as accompaniment tells it: last exchange, next step, who knows it."""

from dataclasses import dataclass
from typing import Any

from flask import url_for
from sqlalchemy import ColumnElement, Row, Select, bindparam, func, select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.contacts.queries.identities import ids_of
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
from crm.sqlite_dialect import aside
from crm.web.formats import long_date
from crm.web.locale import translate
from crm.web.summaries import Fact

_MOST_OFFICERS = 3
NEVER = N_("jamais encore")


def facts_of_structure(session: Session, structure_id: int) -> list[Fact]:
    """Return the last exchange, the next step and who of the team knows a structure: 4 reads."""
    follow_up = session.connection().execute(_NEXT_FOLLOW_UP, {"record_id": structure_id}).first()
    return _facts(session, _OF_STRUCTURE, structure_id, follow_up)


def facts_of_contact(session: Session, contact_id: int) -> list[Fact]:
    """Return the last exchange, the next step and who of the team knows a person: 3 reads."""
    return _facts(session, _OF_CONTACT, contact_id, None)


@dataclass(frozen=True, slots=True)
class _Reads:
    """The statements about the sessions of one kind of record, built once."""

    last: Select[Any]
    planned: Select[Any]
    officers: Select[Any]


def _reads(kind: str, session_id: ColumnElement[int], record_id: ColumnElement[int]) -> _Reads:
    ids = select(session_id).where(record_id.in_(ids_of(kind, bindparam("record_id"))))
    held_on, status = AccompanimentSession.held_on, aside(AccompanimentSession.status)
    is_kept = aside(AccompanimentSession.deleted_at).is_(None)
    told = (
        select(AccompanimentSession.id, held_on, ReferenceItem.label)
        .join(ReferenceItem, ReferenceItem.id == AccompanimentSession.kind_id)
        .where(AccompanimentSession.id.in_(ids), is_kept)
        .limit(1)
    )
    count = func.count().label("count")
    return _Reads(
        last=told.where(status == SessionStatus.DONE).order_by(
            held_on.desc(), AccompanimentSession.id.desc()
        ),
        planned=told.where(status == SessionStatus.PLANNED, held_on >= bindparam("today")).order_by(
            held_on, AccompanimentSession.id
        ),
        officers=select(User.name, count)
        .join(session_officer, session_officer.c.user_id == User.id)
        .join(AccompanimentSession, AccompanimentSession.id == session_officer.c.session_id)
        .where(session_officer.c.session_id.in_(ids), is_kept)
        .group_by(User.id, User.name)
        .order_by(count.desc(), User.name)
        .limit(_MOST_OFFICERS),
    )


_OF_STRUCTURE = _reads("structure", SessionStructure.session_id, SessionStructure.structure_id)  # type: ignore[arg-type]
_OF_CONTACT = _reads("contact", session_contact.c.session_id, session_contact.c.contact_id)
_NEXT_FOLLOW_UP = (
    follow_up_rows()
    .with_only_columns(FollowUp.id, FollowUp.what, FollowUp.due_on)
    .where(FollowUp.structure_id == bindparam("record_id"), FollowUp.done_at.is_(None))
    .order_by(FollowUp.due_on, FollowUp.id)
    .limit(1)
)


def _facts(
    session: Session, reads: _Reads, record_id: int, follow_up: Row[Any] | None
) -> list[Fact]:
    connection, values = session.connection(), {"record_id": record_id}
    last = connection.execute(reads.last, values).first()
    planned = connection.execute(reads.planned, {**values, "today": clock.today()}).first()
    facts = [_last_fact(last), _next_fact(planned, follow_up)]
    names = ", ".join(
        f"{name} ({count})" for name, count in connection.execute(reads.officers, values).tuples()
    )
    if names:
        facts.append(Fact(translate(N_("Qui la connaît dans l’équipe")), names))
    return facts


def _last_fact(row: Row[Any] | None) -> Fact:
    label = translate(N_("Dernier échange"))
    if row is None:
        return Fact(label, translate(NEVER))
    said = f"{long_date(row.held_on)} · {row.label}"
    return Fact(label, said, url_for("sessions.show", session_id=row.id))


def _next_fact(planned: Row[Any] | None, follow_up: Row[Any] | None) -> Fact:
    label = translate(N_("Prochaine étape"))
    if planned is not None and (follow_up is None or planned.held_on <= follow_up.due_on):
        said = f"{long_date(planned.held_on)} · {planned.label}"
        return Fact(label, said, url_for("sessions.show", session_id=planned.id))
    if follow_up is not None:
        said = f"{long_date(follow_up.due_on)} · {follow_up.what}"
        return Fact(label, said, url_for("follow_ups.show", follow_up_id=follow_up.id))
    return Fact(label, translate(N_("rien de prévu")))
