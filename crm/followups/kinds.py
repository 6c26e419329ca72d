"""How sessions and follow-ups come back, and what of them points at structures and people."""

from collections.abc import Sequence
from typing import Any

from flask import url_for
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crm.contacts.models import Contact, Structure
from crm.contacts.queries.identities import ids_of
from crm.core.errors import N_
from crm.followups.indexing import index_session
from crm.followups.models import (
    AccompanimentSession,
    FollowUp,
    SessionPrivateNote,
    SessionStructure,
    session_contact,
    session_project,
)
from crm.followups.operations.follow_ups import count_back
from crm.followups.queries.follow_ups import is_shown
from crm.followups.queries.private_notes import may_read_private_note, readable_private_notes
from crm.funding.models import FundingApplication, FundingCall
from crm.history.kinds import Kind, Pointer
from crm.history.models import Change
from crm.history.trash import move_to_trash
from crm.projects.models import Project
from crm.web.access import Permission
from crm.web.formats import short_date
from crm.web.locale import translate

_SESSION_OWNED = frozenset(
    {
        "session_application", "session_axis", "session_contact", "session_country",
        "session_officer", "session_private_note", "session_private_note_reader",
        "session_project", "session_structure", "session_theme",
    }
)  # fmt: skip


def _structure_of_session_in_trash(session: Session, record: AccompanimentSession) -> str | None:
    seats = select(SessionStructure.structure_id).where(SessionStructure.session_id == record.id)
    return session.scalar(
        select(Structure.name)
        .where(
            Structure.id.in_(seats),
            Structure.deleted_at.is_not(None),
            Structure.merged_into_id.is_(None),
        )
        .order_by(Structure.id)
        .limit(1)
    )


def _named_in_trash(session: Session, follow_up: FollowUp) -> str | None:
    """Return what a follow-up is about, where that is in the trash: structure, person, project."""
    structure = session.get(Structure, follow_up.structure_id or 0)
    if structure is not None and structure.deleted_at is not None:
        return structure.name
    contact = session.get(Contact, follow_up.contact_id or 0)
    if contact is not None and contact.deleted_at is not None:
        return contact.full_name
    project = session.get(Project, follow_up.project_id or 0)
    if project is not None and project.deleted_at is not None:
        return project.name
    application = session.get(FundingApplication, follow_up.application_id or 0)
    if application is not None and application.deleted_at is not None:
        return application.title
    call = session.get(FundingCall, follow_up.call_id or 0)
    return call.name if call is not None and call.deleted_at is not None else None


def _count_back(session: Session, follow_up: FollowUp) -> None:
    """See that what is counted back from a closing is still as far from it."""
    if follow_up.done_at is None:
        count_back(session, follow_up)
    session.flush()


KINDS = (
    Kind(
        "session",
        AccompanimentSession,
        lambda session: short_date(session.held_on),
        page=("sessions.show", "session_id"),
        permission=Permission.LOG_SESSIONS,
        mend=index_session,
        owned=_SESSION_OWNED,
        released=frozenset({"follow_up.session_id"}),
        missing=_structure_of_session_in_trash,
    ),
    Kind(
        "follow_up",
        FollowUp,
        lambda follow_up: follow_up.what,
        page=("follow_ups.show", "follow_up_id"),
        permission=Permission.LOG_SESSIONS,
        mend=_count_back,
        released=frozenset({"follow_up.previous_id"}),
        missing=_named_in_trash,
    ),
    Kind(
        "session_private_note",
        SessionPrivateNote,
        # A name is everyone's to read: it tells nothing of the text.
        lambda _note: translate(N_("Partie confidentielle")),
        permission=Permission.LOG_SESSIONS,
        readable_ids=lambda person: select(SessionPrivateNote.id).where(
            readable_private_notes(person)
        ),
        may_read=may_read_private_note,
    ),
)

RELEASED = (
    ("structure", "follow_up.structure_id"),
    ("contact", "follow_up.contact_id"),
    ("project", "follow_up.project_id"),
    ("funding_application", "follow_up.application_id"),
    ("funding_call", "follow_up.call_id"),
)


def throw_away_promises(session: Session, entity: str, ids: Sequence[int]) -> None:
    """Put what erased sessions promised in the trash: it went out of sight with them."""
    if entity == "session":
        promised = session.scalars(
            select(FollowUp.id)
            .where(FollowUp.session_id.in_(ids), FollowUp.deleted_at.is_(None))
            .order_by(FollowUp.id)
        ).all()
        for follow_up_id in promised:
            move_to_trash(session, entity="follow_up", record_id=follow_up_id)


def forget_private_notes(session: Session, entity: str, ids: Sequence[int]) -> None:
    """Empty what history tells of the private notes of sessions that are erased for good."""
    if entity == "session":
        of_these = select(SessionPrivateNote.id).where(SessionPrivateNote.session_id.in_(ids))
        told = (Change.entity == "session_private_note") & Change.record_id.in_(of_these)
        session.execute(update(Change).where(told).values(fields={}))


PURGERS = (throw_away_promises, forget_private_notes)


def sessions_of_structure(session: Session, structure_id: int) -> Pointer | None:
    """Say how many sessions are kept with a structure."""
    count = session.scalar(
        select(func.count())
        .select_from(SessionStructure)
        .join(AccompanimentSession, AccompanimentSession.id == SessionStructure.session_id)
        .where(
            SessionStructure.structure_id.in_(ids_of("structure", structure_id)),
            AccompanimentSession.deleted_at.is_(None),
        )
    )
    return _sessions(count, url_for("sessions.index", structure=structure_id))


def sessions_of_contact(session: Session, contact_id: int) -> Pointer | None:
    """Say how many sessions a person took part in."""
    count = session.scalar(
        select(func.count())
        .select_from(session_contact)
        .join(AccompanimentSession, AccompanimentSession.id == session_contact.c.session_id)
        .where(
            session_contact.c.contact_id.in_(ids_of("contact", contact_id)),
            AccompanimentSession.deleted_at.is_(None),
        )
    )
    return _sessions(count, url_for("contacts.show", contact_id=contact_id) + "#fil")


def sessions_of_project(session: Session, project_id: int) -> Pointer | None:
    """Say how many sessions are about a project."""
    count = session.scalar(
        select(func.count())
        .select_from(session_project)
        .join(AccompanimentSession, AccompanimentSession.id == session_project.c.session_id)
        .where(
            session_project.c.project_id == project_id,
            AccompanimentSession.deleted_at.is_(None),
        )
    )
    return _sessions(count, url_for("sessions.index", projet=project_id))


def _sessions(count: int | None, url: str) -> Pointer | None:
    if not count:
        return None
    label = translate(N_("Séances d’accompagnement : %(count)s"), count=count)
    return Pointer(label, url)


def follow_ups_of_structure(session: Session, structure_id: int) -> Pointer | None:
    """Say how much is still to be done about a structure."""
    return _to_do(session, FollowUp.structure_id, structure_id, "structure")


def follow_ups_of_contact(session: Session, contact_id: int) -> Pointer | None:
    """Say how much is still to be done about a person."""
    return _to_do(session, FollowUp.contact_id, contact_id, "personne")


def follow_ups_of_project(session: Session, project_id: int) -> Pointer | None:
    """Say how much is still to be done about a project."""
    return _to_do(session, FollowUp.project_id, project_id, "projet")


def _to_do(session: Session, column: Any, record_id: int, filter_name: str) -> Pointer | None:
    count = session.scalar(
        select(func.count())
        .select_from(FollowUp)
        .outerjoin(AccompanimentSession, AccompanimentSession.id == FollowUp.session_id)
        .where(column == record_id, FollowUp.done_at.is_(None), is_shown())
    )
    if not count:
        return None
    label = translate(N_("Relances à faire : %(count)s"), count=count)
    arguments: dict[str, Any] = {filter_name: record_id}
    return Pointer(label, url_for("follow_ups.index", **arguments))


POINTERS = (
    ("structure", sessions_of_structure),
    ("structure", follow_ups_of_structure),
    ("contact", sessions_of_contact),
    ("contact", follow_ups_of_contact),
    ("project", follow_ups_of_project),
    ("project", sessions_of_project),
)
