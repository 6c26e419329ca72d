"""A file counted: each of its people becomes an attendance, once; and all of it undone."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.contacts.models import Contact
from crm.contacts.operations import create_affiliation, create_contact
from crm.contacts.operations.people import DEFAULT_ROLE
from crm.contacts.queries.identities import find_present
from crm.contacts.rules import split_name
from crm.contacts.types import AffiliationData, ContactData
from crm.core import clock
from crm.core.batches import in_batches
from crm.core.errors import N_, NotFoundError, RuleError
from crm.events.attendance.operations.files import open_file
from crm.events.attendance.operations.marking import add_attendances, day_of, lock_event, tell
from crm.events.attendance.presence import needed_for
from crm.events.attendance.queries.standing import snapshots, structures_on
from crm.events.attendance.rules import name_key, was_present
from crm.events.attendance.types import Decision
from crm.events.models import Attendance, AttendanceFile, AttendanceRow, Event, Registration
from crm.events.types import AttendanceSource
from crm.history.recording import change_set_of, describe_save
from crm.history.undo import Undone, undo_changes
from crm.web.locale import translate

_TO_DECIDE = N_("Il reste des personnes à reconnaître : %(count)s.")
_LABEL = N_("Présences importées : %(name)s")


def count_file(session: Session, *, file_id: int) -> int | None:
    """Count the people of a file, and return the save by which that is undone.

    Who is there already is not added: the longest stay is kept, and what someone ticked on the list
    stands. None when nothing had to change. Raises RuleError while someone is to be recognised.
    """
    file, event = open_file(session, file_id)
    rows = session.scalars(
        select(AttendanceRow).where(AttendanceRow.file_id == file_id).order_by(AttendanceRow.number)
    ).all()
    undecided = sum(row.decision is None for row in rows)
    if undecided:
        raise RuleError("form", _TO_DECIDE, count=undecided)
    describe_save(session, label=translate(_LABEL, name=file.name))
    _Counting(session, event).count([row for row in rows if row.decision != Decision.IGNORE])
    file.applied_at = clock.now()
    file.change_set_id = change_set_of(session)
    session.flush()
    return file.change_set_id


def take_back_file(session: Session, *, file_id: int) -> Undone:
    """Undo all that a file counted, the people it made too; its lines can be decided again.

    What has changed since stays. Raises RuleError for a file that is not counted.
    """
    file = session.get(AttendanceFile, file_id)
    if file is None:
        raise NotFoundError
    lock_event(session, file.event_id)
    session.refresh(file)
    if file.applied_at is None:
        raise RuleError("form", N_("Ce fichier n’est pas compté : il n’y a rien à annuler."))
    change_set_id, file.applied_at, file.change_set_id = file.change_set_id, None, None
    session.flush()
    if change_set_id is None:
        return Undone(0, 0)
    return undo_changes(session, change_set_id=change_set_id)


class _Counting:
    """The attendances of an event while a file is counted, each found by who it is of."""

    def __init__(self, session: Session, event: Event) -> None:
        self._session, self._event = session, event
        self._needed = needed_for(event)
        self._by_registration: dict[int, Attendance] = {}
        self._by_contact: dict[int, Attendance] = {}
        self._by_name: dict[tuple[str, str], Attendance] = {}
        self._gone: set[int] = set()
        self._registered: dict[int, Registration] = {}
        of_event = select(Attendance).where(Attendance.event_id == event.id)
        for each in session.scalars(of_event.order_by(Attendance.id)):
            self._know(each)

    def count(self, rows: Sequence[AttendanceRow]) -> None:
        """Write an attendance for each person; two lines of one person are summed."""
        self._registered = _registrations(
            self._session, [row.registration_id for row in rows if row.registration_id]
        )
        self._gone = _gone(self._session, [row.contact_id for row in rows if row.contact_id])
        people = {row.id: self._person_of(row) for row in rows}
        seats = self._seats(rows, people)
        stays: dict[int, list[AttendanceRow]] = {}
        found: dict[int, Attendance] = {}
        new: list[Attendance] = []
        for row in rows:
            attendance = self._find(row, people[row.id])
            if attendance is None:
                attendance = self._made(row, people[row.id], seats.get(row.id))
                new.append(attendance)
            found[id(attendance)] = attendance
            stays.setdefault(id(attendance), []).append(row)
        came = [
            attendance
            for key, attendance in found.items()
            if self._stay(attendance, stays[key]) and attendance not in new
        ]
        add_attendances(self._session, self._event, new)
        for attendance in came:
            tell(self._session, self._event, attendance)

    def _stay(self, attendance: Attendance, rows: Sequence[AttendanceRow]) -> bool:
        """Write how long someone stayed; return whether they came by that."""
        known = [row.minutes for row in rows if row.minutes is not None]
        if known:
            attendance.minutes = max(attendance.minutes or 0, sum(known))
        was_there = bool(attendance.is_present) and attendance.id is not None
        if attendance.source == AttendanceSource.FILE:
            attendance.is_present = was_present(attendance.minutes, self._needed)
        return attendance.is_present and not was_there

    def _find(self, row: AttendanceRow, contact_id: int | None) -> Attendance | None:
        """Return the attendance of whom a line is, if there is one; one person is there once."""
        found = self._by_registration.get(row.registration_id or 0)
        if found is None and contact_id is not None:
            found = self._by_contact.get(contact_id)
        if found is None and contact_id is None and row.registration_id is None:
            found = self._by_name.get(_name_of(row.name, row.email_key))
        if found is not None and found.registration_id is None and row.registration_id is not None:
            found.registration_id = row.registration_id
        return found

    def _made(
        self, row: AttendanceRow, contact_id: int | None, seat: dict[str, Any] | None
    ) -> Attendance:
        made = Attendance(
            event_id=self._event.id,
            registration_id=row.registration_id,
            contact_id=contact_id,
            name=row.name,
            email=row.email,
            source=AttendanceSource.FILE,
            match=row.match,
            **(seat or {}),
        )
        self._know(made)
        return made

    def _know(self, attendance: Attendance) -> None:
        if attendance.registration_id is not None:
            self._by_registration[attendance.registration_id] = attendance
        if attendance.contact_id is not None:
            self._by_contact[attendance.contact_id] = attendance
        if attendance.registration_id is None and attendance.contact_id is None:
            address = (attendance.email or "").strip().lower() or None
            self._by_name[_name_of(attendance.name, address)] = attendance

    def _person_of(self, row: AttendanceRow) -> int | None:
        """Return the person of a line; one whom the team wants a record for is made here.

        Whoever was merged since the line was decided is the person they were merged into.
        """
        registration = self._registered.get(row.registration_id or 0)
        if registration is not None and registration.contact_id is not None:
            row.contact_id = registration.contact_id
        if row.contact_id is not None and row.contact_id in self._gone:
            found = find_present(self._session, "contact", row.contact_id)
            row.contact_id = None if found is None else found.id
        if row.decision == Decision.NEW and row.contact_id is None:
            row.contact_id = _new_person(self._session, row)
        return row.contact_id

    def _seats(
        self, rows: Sequence[AttendanceRow], people: dict[int, int | None]
    ) -> dict[int, dict[str, Any]]:
        """Return what each line keeps of the structure of whom it is, as it is now.

        The structure that was chosen, else that of the registration, else the only one of the
        person that day.
        """
        registered = self._registered
        standing = structures_on(
            self._session, [each for each in people.values() if each], day_of(self._event)
        )
        chosen: dict[int, int | None] = {}
        for row in rows:
            registration = registered.get(row.registration_id or 0)
            only = standing.get(people[row.id] or 0, [])
            chosen[row.id] = (
                row.structure_id
                or (registration.structure_id if registration else None)
                or (only[0] if len(only) == 1 else None)
            )
        known = snapshots(self._session, [each for each in chosen.values() if each])
        found = {
            row_id: dict(known[each]) for row_id, each in chosen.items() if each and each in known
        }
        for row in rows:
            registration = registered.get(row.registration_id or 0)
            if row.id not in found and registration is not None and registration.structure_name:
                found[row.id] = {"structure_name": registration.structure_name}
        return found


def _new_person(session: Session, row: AttendanceRow) -> int:
    first_name, last_name = split_name(row.name)
    contact = create_contact(
        session, data=ContactData(first_name=first_name, last_name=last_name, email=row.email)
    )
    if row.structure_id is not None:
        create_affiliation(
            session,
            contact_id=contact.id,
            structure_id=row.structure_id,
            data=AffiliationData(role=DEFAULT_ROLE, start_on=clock.today()),
        )
    return contact.id


def _gone(session: Session, contact_ids: Sequence[int]) -> set[int]:
    """Return those of the people who are in the trash, or were merged into others."""
    return {
        contact_id
        for batch in in_batches(sorted(set(contact_ids)))
        for contact_id in session.scalars(
            select(Contact.id).where(Contact.id.in_(batch), Contact.deleted_at.is_not(None))
        )
    }


def _registrations(session: Session, ids: Sequence[int]) -> dict[int, Registration]:
    return {
        each.id: each
        for batch in in_batches(ids)
        for each in session.scalars(select(Registration).where(Registration.id.in_(batch)))
    }


def _name_of(name: str, address: str | None) -> tuple[str, str]:
    return name_key(name), address or ""
