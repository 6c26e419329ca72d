"""Reads of who is expected at an event, who came, and how many that makes."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, distinct, func, or_, select
from sqlalchemy.orm import Session, joinedload

from crm.contacts.models import Structure
from crm.core.errors import N_, NotFoundError
from crm.events.attendance.types import Counts
from crm.events.models import Attendance, Event, Registration
from crm.events.types import SEATED, RegistrationStatus

PEOPLE_RULE = N_(
    "Chaque personne présente une fois, qu’elle ait une fiche ou non. Une inscription cochée, une"
    " personne ajoutée et une ligne d’un fichier sont la même quand elles ont été rapprochées."
)
STRUCTURES_RULE = N_(
    "Chaque structure représentée par au moins une personne présente, une fois, telle qu’elle était"
    " ce jour-là. Une structure seulement écrite par la personne, sans fiche, n’est pas comptée."
)
ATTENDANCES_RULE = N_(
    "Chaque présence : une par personne et par événement. Sur plusieurs événements, une personne"
    " venue deux fois compte deux présences."
)
HEADCOUNT_RULE = N_(
    "Effectif noté à la main, sans les noms : il s’affiche à côté et ne s’ajoute jamais aux"
    " personnes nommées."
)


def event_for_attendance(session: Session, event_id: int) -> Event:
    """Return an event that is not in the trash, with its kind; raise NotFoundError."""
    event = session.scalar(
        select(Event)
        .where(Event.id == event_id, Event.deleted_at.is_(None))
        .options(joinedload(Event.kind), joinedload(Event.group))
    )
    if event is None:
        raise NotFoundError
    return event


def expected_rows(session: Session, event_id: int) -> Sequence[Row[Any]]:
    """Return those registered or waiting, then those who came without it, by name."""
    came = and_(
        Attendance.event_id == Registration.event_id,
        or_(
            Attendance.registration_id == Registration.id,
            and_(
                Attendance.registration_id.is_(None),
                Attendance.contact_id == Registration.contact_id,
            ),
        ),
    )
    registered = session.execute(
        select(
            Registration.id.label("registration_id"),
            Registration.first_name,
            Registration.last_name,
            Registration.status,
            func.coalesce(Structure.name, Registration.structure_name).label("structure"),
            *_OF_ATTENDANCE,
        )
        .outerjoin(Structure, Structure.id == Registration.structure_id)
        .outerjoin(Attendance, came)
        .where(Registration.event_id == event_id, _is_on_the_list())
        .order_by(Registration.last_name, Registration.first_name, Registration.id)
    ).all()
    known = {row.attendance_id for row in registered if row.attendance_id}
    others = session.execute(
        select(
            Attendance.registration_id,
            Attendance.structure_name.label("structure"),
            *_OF_ATTENDANCE,
        )
        .where(Attendance.event_id == event_id)
        .order_by(Attendance.name, Attendance.id)
    ).all()
    return [*registered, *(row for row in others if row.attendance_id not in known)]


_OF_ATTENDANCE = (
    Attendance.id.label("attendance_id"),
    Attendance.contact_id,
    Attendance.structure_id,
    Attendance.name,
    Attendance.is_present,
    Attendance.minutes,
    Attendance.source,
    Attendance.match,
)


def _is_on_the_list() -> ColumnElement[bool]:
    return Registration.status != RegistrationStatus.CANCELLED


def counts_of(session: Session, event_id: int) -> Counts:
    """Return how many people, structures and attendances there were; two reads."""
    is_there = Attendance.is_present
    row = session.execute(
        select(
            func.count(Attendance.id).filter(is_there),
            func.count(distinct(Attendance.contact_id)).filter(is_there),
            func.count(Attendance.id).filter(is_there, Attendance.contact_id.is_(None)),
            func.count(distinct(Attendance.structure_id)).filter(is_there),
            func.count(Attendance.id).filter(is_there.is_(False)),
        ).where(Attendance.event_id == event_id)
    ).one()
    attendances, known, unknown, structures, absent = row
    seated = session.scalar(
        select(func.count()).where(
            Registration.event_id == event_id, Registration.status.in_(SEATED)
        )
    )
    return Counts(known + unknown, structures, attendances, absent, seated or 0, unknown)


def present_structures(session: Session, event_id: int) -> list[tuple[int, str]]:
    """Return (id, name today) of the structures that were there and are not in the trash."""
    return list(
        session.execute(
            select(Structure.id, Structure.name)
            .where(
                Structure.deleted_at.is_(None),
                Structure.id.in_(
                    select(Attendance.structure_id).where(
                        Attendance.event_id == event_id, Attendance.is_present
                    )
                ),
            )
            .order_by(Structure.sort_name, Structure.id)
        ).tuples()
    )


def attendance_for_page(session: Session, attendance_id: int) -> Attendance:
    """Return an attendance with its structure and its person; raise NotFoundError."""
    found = session.scalar(
        select(Attendance)
        .join(Attendance.event)
        .where(Attendance.id == attendance_id, Event.deleted_at.is_(None))
        .options(joinedload(Attendance.structure), joinedload(Attendance.contact))
        .execution_options(populate_existing=True)
    )
    if found is None:
        raise NotFoundError
    return found
