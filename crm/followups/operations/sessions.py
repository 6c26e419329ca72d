"""Logging a session, changing it, throwing it away and taking it back."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, selectinload
from sqlalchemy.orm.attributes import flag_modified, set_committed_value

from crm.contacts.models import Contact, Structure
from crm.contacts.operations import resolve_contact, resolve_structure
from crm.core import clock
from crm.core.errors import NotFoundError, RuleError, StaleRecordError
from crm.core.events import publish
from crm.followups import rules
from crm.followups.events import SessionSaved
from crm.followups.indexing import index_session
from crm.followups.models import AccompanimentSession, SessionApplication, SessionStructure
from crm.followups.name_lines import AT, read_person_at
from crm.followups.operations.choices import (
    applications,
    axes,
    countries,
    heaviest,
    kind,
    officers,
    projects,
    themes,
)
from crm.followups.operations.follow_ups import schedule_next_step
from crm.followups.operations.private_notes import write_private_note
from crm.followups.types import NextStep, SessionData
from crm.history.trash import move_to_trash, restore_from_trash

_FIELD_OF_FORM = {"new_family": "new_family", "family_code": "new_family"}
_BY_KEY = select(AccompanimentSession.id).where(
    AccompanimentSession.submission_key == bindparam("key")
)
_LISTS = (
    "structures", "contacts", "themes", "countries", "officers", "projects", "axes",
    "applications",
)  # fmt: skip


def log_session(
    session: Session,
    *,
    data: SessionData,
    submission_key: str,
    user_id: int | None,
    next_step: NextStep | None = None,
    private_text: str | None = None,
    person: Any = None,
) -> AccompanimentSession:
    """Keep a session, its structures as they are today and its next step; return it.

    `private_text` is its confidential part, which `person` writes.

    The same `submission_key` a second time changes nothing and returns the first session. Raises
    RuleError with the field that does not fit.
    """
    known = find_by_submission_key(session, submission_key)
    if known is not None:
        return known
    record = AccompanimentSession(
        submission_key=submission_key, created_by_id=user_id, created_at=clock.now()
    )
    for name in _LISTS:  # read later as if they were loaded, and cheaper than a change of each
        set_committed_value(record, name, [])
    kind_label = _fill(session, record, rules.clean_session(data, clock.today()))
    session.add(record)
    session.flush()
    index_session(session, record, kind_label)
    if next_step is not None:
        schedule_next_step(session, record=record, next_step=next_step, user_id=user_id)
    if private_text:
        write_private_note(session, record=record, body=private_text, person=person)
    publish(session, SessionSaved(record.id))
    return record


def find_by_submission_key(session: Session, key: str) -> AccompanimentSession | None:
    """Return the session that this display of the form has made already."""
    known_id = session.connection().scalar(_BY_KEY, {"key": key})
    return None if known_id is None else session.get_one(AccompanimentSession, known_id)


def update_session(
    session: Session,
    *,
    session_id: int,
    version: int,
    data: SessionData,
    user_id: int | None = None,
    next_step: NextStep | None = None,
) -> AccompanimentSession:
    """Change a session as it was at that version; raise StaleRecordError if it has moved on.

    A structure already there keeps the name, family and département it had that day; one added now
    gets today's.
    """
    record = get_session(session, session_id)
    if record.version != version:
        raise StaleRecordError(record)
    kind_label = _fill(session, record, rules.clean_session(data, clock.today()))
    session.flush()
    index_session(session, record, kind_label)
    if next_step is not None:
        schedule_next_step(session, record=record, next_step=next_step, user_id=user_id)
    publish(session, SessionSaved(record.id))
    return record


def set_status(session: Session, *, session_id: int, status: str) -> str:
    """Say what became of a session; return the status it had."""
    record = get_session(session, session_id)
    rules.check_status(status, record.held_on, clock.today())
    before, record.status = record.status, status
    session.flush()
    publish(session, SessionSaved(record.id))
    return before


def delete_session(session: Session, *, session_id: int) -> None:
    """Put a session in the trash: it counts no more, and its follow-ups are hidden with it."""
    move_to_trash(session, entity="session", record_id=session_id)


def restore_session(session: Session, *, session_id: int) -> None:
    """Take a session out of the trash."""
    restore_from_trash(session, entity="session", record_id=session_id)


def get_session(session: Session, session_id: int) -> AccompanimentSession:
    """Return a session with its lists, ready to be changed; raise NotFoundError."""
    record = session.scalar(
        select(AccompanimentSession)
        .where(
            AccompanimentSession.id == session_id,
            AccompanimentSession.deleted_at.is_(None),
        )
        .options(
            *(selectinload(getattr(AccompanimentSession, name)) for name in _LISTS),
            selectinload(AccompanimentSession.applications).joinedload(
                SessionApplication.application
            ),
        )
    )
    if record is None:
        raise NotFoundError
    return record


def data_of(record: AccompanimentSession) -> SessionData:
    """Return what a session loaded with its lists says now: saved as it is, nothing changes."""
    return SessionData(
        structures=tuple(str(seat.structure_id) for seat in record.structures),
        held_on=record.held_on,
        kind_id=record.kind_id,
        status=record.status,
        contacts=tuple(str(contact.id) for contact in record.contacts),
        theme_ids=tuple(theme.id for theme in record.themes),
        country_codes=tuple(country.code for country in record.countries),
        officer_ids=tuple(officer.id for officer in record.officers),
        project_ids=tuple(project.id for project in record.projects),
        axis_ids=tuple(axis.id for axis in record.axes),
        application_ids=tuple(link.application_id for link in record.applications),
        support_level=heaviest_level(record),
        duration_minutes=record.duration_minutes,
        notes=record.notes,
    )


def heaviest_level(record: AccompanimentSession) -> str:
    """Return how much a session helped its applications, or the lightest where it has none."""
    return heaviest(link.level for link in record.applications)


def _fill(session: Session, record: AccompanimentSession, data: SessionData) -> str:
    """Give a session what was typed; return what its kind is called."""
    # Everything is looked up (and made) before the record is touched: one save, one change told.
    with session.no_autoflush:
        chosen_kind = kind(session, data.kind_id, kept_id=record.kind_id)
        members: dict[str, list[Any]] = {
            "themes": themes(session, data.theme_ids, kept=record.themes),
            "countries": countries(session, data.country_codes),
            "officers": officers(session, data.officer_ids, kept=record.officers),
            "projects": projects(session, data.project_ids, kept=record.projects),
            "axes": axes(session, data.axis_ids, kept=record.axes),
            "applications": applications(
                session, data.application_ids, data.support_level, kept=record.applications
            ),
        }
    seats = _seats(session, record, data)
    members["structures"] = list(dict.fromkeys(seats.values()))
    members["contacts"] = _contacts(session, record, data, seats)
    plain = {
        "kind_id": chosen_kind.id,
        "held_on": data.held_on,
        "status": data.status,
        "duration_minutes": data.duration_minutes,
        "notes": data.notes,
    }
    for name, value in plain.items():
        if getattr(record, name) != value:
            setattr(record, name, value)
    for name, chosen in members.items():
        if set(getattr(record, name)) != set(chosen):
            setattr(record, name, chosen)
            # A list alone does not touch the row: this makes its version grow all the same.
            flag_modified(record, "created_at")
    return str(chosen_kind.label)


def _seats(
    session: Session, record: AccompanimentSession, data: SessionData
) -> dict[str, SessionStructure]:
    """Return the structures of the session by the values that chose them."""
    seats = {seat.structure_id: seat for seat in record.structures}
    chosen: dict[int, SessionStructure] = {}
    by_value: dict[str, SessionStructure] = {}
    for value in data.structures:
        known = seats.get(int(value)) if value.isdecimal() else None
        if known is None:
            structure = _resolved(session, value, data.new_family)
            known = seats.get(structure.id) or chosen.get(structure.id) or _as_of_today(structure)
        by_value[value] = chosen[known.structure_id] = known
    return by_value


def _resolved(session: Session, value: str, family_code: str | None) -> Structure:
    try:
        return resolve_structure(session, value=value, family_code=family_code)
    except RuleError as error:
        field = _FIELD_OF_FORM.get(error.field, "structures")
        raise RuleError(field, error.message, **error.params) from error


def _as_of_today(structure: Structure) -> SessionStructure:
    return SessionStructure(
        structure_id=structure.id,
        structure_name=structure.name,
        family_code=structure.family_code,
        departement_code=structure.departement_code,
    )


def _contacts(
    session: Session,
    record: AccompanimentSession,
    data: SessionData,
    seats: Mapping[str, SessionStructure],
) -> list[Contact]:
    kept = {str(contact.id): contact for contact in record.contacts}
    first = next(iter(seats.values()))
    chosen = []
    for value in data.contacts:
        place, name = read_person_at(value) if value.startswith(AT) else ("", "")
        known = kept.get(value) or resolve_contact(
            session,
            value=f"new:{name}" if name else value,
            structure_id=seats.get(place, first).structure_id,
        )
        chosen.append(known)
    return list(dict.fromkeys(chosen))
