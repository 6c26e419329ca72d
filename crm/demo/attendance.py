"""Who came to the demonstration's events, and who had said that they would: names invented."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from crm.contacts.models import Affiliation, Contact, Membership, Structure
from crm.contacts.queries.people import is_current_on
from crm.core.addresses import email_key
from crm.demo.bulk import Row, add_rows
from crm.demo.names import Names
from crm.demo.past_events import PastEvent
from crm.events.attendance.queries.standing import snapshots
from crm.events.models import Attendance, Event, Registration
from crm.events.types import (
    AttendanceSource,
    Match,
    RegistrationSource,
    RegistrationStatus,
)

Person = tuple[Contact, Structure]
# Of the departure: those who were found, and those who were left.
_FOUND, _LEFT = 8, 3
_DONT_COME = 0.25


def people_in_post(
    session: Session, day: date, structure_ids: Iterable[int] | None = None
) -> list[Person]:
    """Return people with an address of their own and what they were that day, each once."""
    statement = (
        select(Contact, Structure)
        .join(Affiliation, Affiliation.contact_id == Contact.id)
        .join(Structure, Structure.id == Affiliation.structure_id)
        .where(
            Contact.email.is_not(None),
            Contact.deleted_at.is_(None),
            Structure.deleted_at.is_(None),
            is_current_on(day),
        )
        .order_by(Contact.id, Structure.id)
    )
    if structure_ids is not None:
        statement = statement.where(Structure.id.in_(list(structure_ids)))
    found = session.execute(statement).tuples()
    return list({contact.email_key: (contact, structure) for contact, structure in found}.values())


def add_attendance(
    session: Session, events: Sequence[PastEvent], ids: Sequence[int], *, seed: int
) -> None:
    """Let the members of each group have come to its meeting: as many as the report says."""
    random = Random(f"{seed}:attendance")
    for event_id, event in zip(ids, events, strict=True):
        if event.group is None or event.headcount is None:
            continue
        members = _members(session, event_id, event.day)
        people = people_in_post(session, event.day, members)
        random.shuffle(people)
        at, people = event.times(event.day)[1], people[: event.headcount]
        _come(session, event_id, at, people)
        more = random.choices(members, k=event.headcount - len(people))
        send_someone(session, random, event_id, at, more)


def _members(session: Session, event_id: int, day: date) -> list[int]:
    return list(
        session.scalars(
            select(Membership.structure_id)
            .join(Event, Event.group_id == Membership.group_id)
            .where(
                Event.id == event_id,
                Membership.start_on <= day,
                or_(Membership.end_on.is_(None), Membership.end_on >= day),
            )
            .distinct()
            .order_by(Membership.structure_id)
        )
    )


def _come(session: Session, event_id: int, at: datetime, people: Sequence[Person]) -> None:
    """Note on the list of the day that these people came."""
    known = snapshots(session, [structure.id for _contact, structure in people])
    add_rows(
        session,
        Attendance,
        [
            attendance_row(event_id, at, contact.full_name, known[structure.id])
            | {"contact_id": contact.id, "email": contact.email}
            for contact, structure in people
        ],
    )


def send_someone(
    session: Session, random: Random, event_id: int, at: datetime, structure_ids: Sequence[int]
) -> None:
    """Let someone whom nobody knows yet have come for each structure."""
    names, known = Names(random), snapshots(session, structure_ids)
    rows = [
        attendance_row(event_id, at, " ".join(names.person()), known[each])
        for each in structure_ids
    ]
    add_rows(session, Attendance, rows)


def attendance_row(
    event_id: int, at: datetime, name: str, structure: Mapping[str, Any] | None
) -> Row:
    """Return someone who came, ticked on the list; `structure` is as it was that day."""
    nowhere = dict.fromkeys(("structure_id", "structure_name", "family_code", "departement_code"))
    return {
        "event_id": event_id,
        "registration_id": None,
        "contact_id": None,
        "name": name,
        "email": None,
        "minutes": None,
        "is_present": True,
        "source": AttendanceSource.LIST.value,
        "match": Match.TEAM.value,
        "created_at": at,
        "version": 1,
        **(structure or nowhere),
    }


def registration_row(event_id: int, at: datetime, key: str, **values: object) -> Row:
    """Return someone who has a seat, as the public page takes them; `key` tells them apart."""
    return {
        "event_id": event_id,
        "contact_id": None,
        "structure_id": None,
        "first_name": None,
        "structure_name": None,
        "status": RegistrationStatus.REGISTERED.value,
        "waiting_number": None,
        "source": RegistrationSource.PUBLIC.value,
        "answers": {},
        "wordings": {},
        "accepted": [],
        "uid": f"demonstration-{event_id}-{key}@reseau.example",
        "sequence": 0,
        "told_sequence": 0,
        "reviewed_at": None,
        "reviewed_by": None,
        "created_at": at,
        "cancelled_at": None,
        "version": 1,
        **values,
    }


def add_departure(session: Session, event_id: int, *, seed: int) -> None:
    """Let eight young people have said that they would go, and five have given up."""
    names = Names(Random(f"{seed}:departure"))
    event = session.get_one(Event, event_id)
    at = event.created_at
    rows = []
    for rank in range(_FOUND):
        first, last = names.person()
        address = f"jeune{rank}@bassin-minier.example"
        has_left = rank >= _LEFT
        status = RegistrationStatus.CANCELLED if has_left else RegistrationStatus.REGISTERED
        rows.append(
            registration_row(
                event_id,
                at,
                str(rank),
                first_name=first,
                last_name=last,
                email=address,
                email_key=address,
                status=status.value,
                source=RegistrationSource.TEAM.value,
                reviewed_at=at,
                reviewed_by="Démonstration",
                cancelled_at=at + timedelta(days=20 + rank) if has_left else None,
            )
        )
    add_rows(session, Registration, rows)


def let_them_come(
    session: Session, random: Random, event: Event, people: Sequence[Person], *, sure: int = 0
) -> None:
    """Let people have registered for an event and most have come, the first `sure` of them all.

    How long each stayed was read in the file of a tool.
    """
    if event.starts_at is None or event.ends_at is None:
        raise ValueError("who came to an event without dates is not known")
    length = (event.ends_at - event.starts_at) // timedelta(minutes=1)
    ids = _let_them_register(session, event.id, event.starts_at - timedelta(days=20), people)
    known = snapshots(session, [structure.id for _contact, structure in people])
    came = []
    for rank, (registration_id, (contact, structure)) in enumerate(zip(ids, people, strict=True)):
        is_there = rank < sure or random.random() > _DONT_COME
        if not is_there and random.random() < 0.5:
            continue
        stay = random.randint(length * 6 // 10, length) if is_there else random.randint(2, 15)
        came.append(
            attendance_row(event.id, event.ends_at, contact.full_name, known[structure.id])
            | {
                "registration_id": registration_id,
                "contact_id": contact.id,
                "email": contact.email,
                "minutes": stay,
                "is_present": is_there,
                "source": AttendanceSource.FILE.value,
                "match": Match.REGISTRATION.value,
            }
        )
    add_rows(session, Attendance, came)


def _let_them_register(
    session: Session, event_id: int, first: datetime, people: Sequence[Person]
) -> list[int]:
    """Let people have registered one after the other; return their registrations in that order."""
    rows = [
        registration_row(
            event_id,
            first + timedelta(hours=5 * rank),
            str(rank),
            contact_id=contact.id,
            structure_id=structure.id,
            first_name=contact.first_name,
            last_name=contact.last_name,
            email=contact.email,
            email_key=email_key(contact.email or ""),
            structure_name=structure.name,
        )
        for rank, (contact, structure) in enumerate(people)
    ]
    return add_rows(session, Registration, rows)
