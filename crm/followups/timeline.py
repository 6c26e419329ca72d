"""What accompaniment tells on the pages of structures, people and projects."""

from typing import Any

from flask import url_for
from sqlalchemy import BindParameter, ColumnElement, Integer, Row, Select, bindparam, func, select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.contacts.queries.identities import ids_of
from crm.core.errors import N_
from crm.followups.models import (
    AccompanimentSession,
    FollowUp,
    SessionApplication,
    SessionStructure,
    session_contact,
    session_officer,
    session_project,
)
from crm.followups.queries import open_follow_ups_of
from crm.followups.queries.follow_ups import ABOUT, follow_up_rows
from crm.followups.types import STATUS_LABELS, SessionStatus
from crm.reference.models import ReferenceItem
from crm.sqlite_dialect import aside
from crm.web.formats import short_date
from crm.web.locale import translate
from crm.web.panels import Panel, PanelRow, PanelSource
from crm.web.timeline import TimelineEntry

_LONGEST_BODY = 280
_RECORD_ID: BindParameter[int] = bindparam("record_id")


def session_entries(
    session: Session, *, entity: str, record_id: int, limit: int
) -> list[TimelineEntry]:
    """Return the latest sessions of a structure, a person or a project; none of other records."""
    statement = _SESSIONS.get(entity)
    if statement is None:
        return []
    values = {"record_id": record_id, "limit": limit}
    return [_entry(row) for row in session.connection().execute(statement, values)]


def follow_up_entries(
    session: Session, *, entity: str, record_id: int, limit: int
) -> list[TimelineEntry]:
    """Return the follow-ups about a record that were done; none for a kind that has none."""
    statement = DONE.get(entity)
    if statement is None:
        return []
    rows = session.connection().execute(statement, {"record_id": record_id, "limit": limit})
    return [
        TimelineEntry(
            when=row.done_at,
            title=row.what,
            url=url_for("follow_ups.show", follow_up_id=row.id),
            body=_beginning(row.outcome),
            icon="check",
            who=row.assignee,
        )
        for row in rows
    ]


DONE = {
    entity: follow_up_rows()
    .where(column == bindparam("record_id"), FollowUp.done_at.is_not(None))
    .order_by(FollowUp.done_at.desc(), FollowUp.id.desc())
    .limit(bindparam("limit", type_=Integer))
    for entity, column in ABOUT.items()
}


def _told_sessions(session_id: ColumnElement[int], is_of: ColumnElement[bool]) -> Select[Any]:
    """Select the sessions of a record, through the condition of the rows that link them to it."""
    officer = (
        select(func.min(User.name))
        .join(session_officer, session_officer.c.user_id == User.id)
        .where(session_officer.c.session_id == AccompanimentSession.id)
        .correlate(AccompanimentSession)
        .scalar_subquery()
    )
    return (
        select(
            AccompanimentSession.id,
            AccompanimentSession.held_on,
            AccompanimentSession.status,
            AccompanimentSession.notes,
            ReferenceItem.label.label("kind"),
            officer.label("officer"),
        )
        .join(ReferenceItem, ReferenceItem.id == AccompanimentSession.kind_id)
        .where(
            aside(AccompanimentSession.deleted_at).is_(None),
            AccompanimentSession.id.in_(select(session_id).where(is_of)),
        )
        .order_by(AccompanimentSession.held_on.desc(), AccompanimentSession.id.desc())
        .limit(bindparam("limit", type_=Integer))
    )


_SESSIONS = {
    "structure": _told_sessions(
        SessionStructure.__table__.c.session_id,
        SessionStructure.structure_id.in_(ids_of("structure", _RECORD_ID)),
    ),
    "contact": _told_sessions(
        session_contact.c.session_id,
        session_contact.c.contact_id.in_(ids_of("contact", _RECORD_ID)),
    ),
    "project": _told_sessions(
        session_project.c.session_id, session_project.c.project_id == _RECORD_ID
    ),
    "funding_application": _told_sessions(
        SessionApplication.__table__.c.session_id, SessionApplication.application_id == _RECORD_ID
    ),
}


def _entry(row: Row[Any]) -> TimelineEntry:
    status = SessionStatus(row.status)
    told = "" if status is SessionStatus.DONE else f" ({translate(STATUS_LABELS[status]).lower()})"
    return TimelineEntry(
        when=row.held_on,
        title=row.kind + told,
        url=url_for("sessions.show", session_id=row.id),
        body=_beginning(row.notes),
        icon="calendar-event" if status is SessionStatus.PLANNED else "message-circle",
        who=row.officer,
    )


def _beginning(notes: str | None) -> str | None:
    text = " ".join((notes or "").split())
    if len(text) <= _LONGEST_BODY:
        return text or None
    return text[:_LONGEST_BODY].rsplit(" ", 1)[0] + "…"


def follow_up_panel(entity: str, filter_name: str) -> PanelSource:
    """Return what shows, on the pages of a kind of record, what is still to be done about it."""

    def panel(session: Session, record_id: int) -> Panel:
        rows = open_follow_ups_of(session, entity=entity, record_id=record_id)
        arguments: dict[str, Any] = {filter_name: record_id}
        return Panel(
            title=translate(N_("À faire")),
            rows=[
                PanelRow(
                    title=row.what,
                    url=url_for("follow_ups.show", follow_up_id=row.id),
                    detail=row.assignee,
                    aside=short_date(row.due_on),
                    icon="bell",
                )
                for row in rows
            ],
            url=url_for("follow_ups.index", **arguments),
        )

    return panel


FOLLOW_UP_PANELS = {
    "structure": follow_up_panel("structure", "structure"),
    "contact": follow_up_panel("contact", "personne"),
    "project": follow_up_panel("project", "projet"),
}
