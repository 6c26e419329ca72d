"""A file of a meeting tool, kept with its lines, its columns named, its people recognised."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crm.contacts.queries.identities import find_present
from crm.core import clock
from crm.core.errors import N_, NotFoundError, RuleError
from crm.core.numbers import parse_id
from crm.events.attendance.operations.marking import day_of, lock_event
from crm.events.attendance.queries.matching import decision_of, find_matches
from crm.events.attendance.reading import ReadFile
from crm.events.attendance.rules import people_of
from crm.events.attendance.tables import (
    check_meanings,
    heading_key,
    is_told,
    sittings_of,
)
from crm.events.attendance.types import HEADING_LABELS, Candidate, Decision, Heading
from crm.events.models import (
    AttendanceFile,
    AttendanceHeading,
    AttendanceRow,
    Event,
    Registration,
)
from crm.events.types import Match
from crm.web.locale import translate

_APPLIED = N_("Ce fichier est déjà compté : annulez d’abord l’import pour en changer la lecture.")
_NOT_A_CHOICE = N_("Choisissez l’une des réponses proposées.")


def remembered_headings(session: Session) -> dict[str, Heading]:
    """Return what the team said that headings mean."""
    rows = session.execute(select(AttendanceHeading.heading, AttendanceHeading.field)).tuples()
    return {heading: Heading(field) for heading, field in rows if field in set(Heading)}


def keep_file(
    session: Session, *, event_id: int, read: ReadFile, user_id: int | None
) -> AttendanceFile:
    """Keep the lines of a file and recognise its people; the same content is kept once.

    Nobody is counted yet. Raises RuleError for a duration that is none.
    """
    event = lock_event(session, event_id)
    known = session.scalar(
        select(AttendanceFile).where(
            AttendanceFile.event_id == event_id, AttendanceFile.content_hash == read.content_hash
        )
    )
    if known is not None:
        return known
    file = AttendanceFile(
        event_id=event_id,
        name=read.name,
        content_hash=read.content_hash,
        tool=read.table.tool,
        headings={
            "names": list(read.table.headings),
            "meanings": [each and each.value for each in read.table.meanings],
        },
        created_at=clock.now(),
        created_by_id=user_id,
    )
    session.add(file)
    session.flush()
    _write_people(session, event, file, read.lines, read.table.meanings)
    return file


def name_columns(session: Session, *, file_id: int, meanings: Sequence[str]) -> AttendanceFile:
    """Say what each column of a file holds, remember it for the next one, and read it again.

    Decisions taken on its lines are taken back. Raises RuleError for a file that is counted, or
    for columns that say nobody.
    """
    file, event = open_file(session, file_id)
    names: list[str] = file.headings["names"]
    if len(meanings) != len(names) or not set(meanings) <= set(Heading):
        raise RuleError("form", _NOT_A_CHOICE)
    chosen = [Heading(each) for each in meanings]
    labels = {heading: translate(label) for heading, label in HEADING_LABELS.items()}
    check_meanings(chosen, labels)
    lines = [line for row in _rows(session, file_id) for line in row.cells["lines"]]
    session.execute(delete(AttendanceRow).where(AttendanceRow.file_id == file_id))
    session.expire_all()
    file, event = open_file(session, file_id)
    file.headings = {"names": names, "meanings": [each.value for each in chosen]}
    _remember(session, zip(names, chosen, strict=True))
    _write_people(session, event, file, sorted(lines, key=lambda line: int(line[0])), chosen)
    return file


def decide(
    session: Session, *, row_id: int, decision: str, chosen: str = "", structure: str = ""
) -> AttendanceRow:
    """Say who a line is; an empty decision leaves it to be decided.

    `chosen` is the id of the registration or of the person, `structure` a picker's id of whom
    someone without a record came for. Raises RuleError for what cannot be.
    """
    row = session.get(AttendanceRow, row_id)
    if row is None:
        raise NotFoundError
    _file, event = open_file(session, row.file_id)
    row.registration_id = row.contact_id = row.structure_id = row.match = row.decision = None
    if not decision:
        session.flush()
        return row
    if decision not in set(Decision):
        raise RuleError("decision", _NOT_A_CHOICE)
    if decision == Decision.REGISTRATION:
        registration = session.get(Registration, parse_id(chosen) or 0)
        if registration is None or registration.event_id != event.id:
            raise RuleError("decision", _NOT_A_CHOICE)
        row.registration_id, row.contact_id = registration.id, registration.contact_id
    elif decision == Decision.PERSON:
        row.contact_id = _present(session, "contact", chosen, "contact")
    elif structure and decision in {Decision.NEW, Decision.NAME_ONLY}:
        row.structure_id = _present(session, "structure", structure, "structure")
    row.decision, row.match = Decision(decision).value, Match.TEAM
    session.flush()
    return row


def decide_rest(session: Session, *, file_id: int, decision: str) -> int:
    """Count without a record, or leave aside, all who are still to be decided; return how many."""
    if decision not in {Decision.NAME_ONLY, Decision.IGNORE}:
        raise RuleError("decision", _NOT_A_CHOICE)
    open_file(session, file_id)
    rows = [row for row in _rows(session, file_id) if row.decision is None]
    for row in rows:
        row.decision, row.match = Decision(decision).value, Match.TEAM
    session.flush()
    return len(rows)


def forget_file(session: Session, *, file_id: int) -> int:
    """Forget a file that is not counted, and its lines; return its event."""
    file, event = open_file(session, file_id)
    session.execute(delete(AttendanceRow).where(AttendanceRow.file_id == file_id))
    session.delete(file)
    session.flush()
    return event.id


def open_file(session: Session, file_id: int) -> tuple[AttendanceFile, Event]:
    """Return a file that is not counted, and its event, alone to write to them.

    Raises NotFoundError, or RuleError for one that is counted.
    """
    file = session.get(AttendanceFile, file_id)
    if file is None:
        raise NotFoundError
    event = lock_event(session, file.event_id)
    session.refresh(file)
    if file.applied_at is not None:
        raise RuleError("form", _APPLIED)
    return file, event


def _rows(session: Session, file_id: int) -> Sequence[AttendanceRow]:
    return session.scalars(
        select(AttendanceRow).where(AttendanceRow.file_id == file_id).order_by(AttendanceRow.number)
    ).all()


def _present(session: Session, entity: str, value: str, field: str) -> int:
    found: Any = find_present(session, entity, parse_id(value) or 0)
    if found is None:
        raise RuleError(field, N_("Cette fiche n’existe pas ou plus."))
    return int(found.id)


def _remember(session: Session, chosen: Iterable[tuple[str, Heading]]) -> None:
    for name, heading in chosen:
        if key := heading_key(name):
            session.merge(
                AttendanceHeading(heading=key, field=heading.value, chosen_at=clock.now())
            )


def _write_people(
    session: Session,
    event: Event,
    file: AttendanceFile,
    lines: Sequence[Sequence[Any]],
    meanings: Sequence[Heading | None],
) -> None:
    """Write the people of a file; while its columns say nobody, each line as it is."""
    if is_told(meanings):
        rows = _people(event, file, lines, meanings)
    else:
        rows = [_unread(file, line) for line in lines]
    session.add_all(rows)
    session.flush()
    if is_told(meanings):
        recognise(session, event, rows)


def _unread(file: AttendanceFile, line: Sequence[Any]) -> AttendanceRow:
    first = next((str(cell) for cell in line[1:] if cell is not None), "")
    return AttendanceRow(
        file_id=file.id, number=int(line[0]), name=first[:200], cells={"lines": [_plain(line)]}
    )


def _people(
    event: Event,
    file: AttendanceFile,
    lines: Sequence[Sequence[Any]],
    meanings: Sequence[Heading | None],
) -> list[AttendanceRow]:
    sittings = sittings_of(lines, file.headings["names"], meanings, day_of(event))
    by_number: Mapping[int, list[Any]] = _by_number(lines)
    people = people_of(sittings)
    if not people:
        raise RuleError("file", N_("Ce fichier ne nomme personne : ses noms sont vides."))
    return [
        AttendanceRow(
            file_id=file.id,
            number=person.number,
            name=person.name,
            email=person.email,
            email_key=person.email_key,
            minutes=person.minutes,
            sittings=person.sittings,
            joined_at=person.joined_at,
            left_at=person.left_at,
            cells={"lines": [_plain(line) for n in person.numbers for line in by_number[n]]},
        )
        for person in people
    ]


def recognise(session: Session, event: Event, rows: Sequence[AttendanceRow]) -> None:
    """Decide the lines that are sure; the others wait for the team."""
    found = find_matches(session, event.id, rows)
    for row in rows:
        if sure := found.sure.get(row.number):
            take(row, sure)
    session.flush()


def take(row: AttendanceRow, candidate: Candidate) -> None:
    """Let a line be someone."""
    row.registration_id, row.contact_id = candidate.registration_id, candidate.contact_id
    row.match, row.decision = candidate.match.value, decision_of(candidate).value


def _by_number(lines: Sequence[Sequence[Any]]) -> Mapping[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    for line in lines:
        found[int(line[0])].append(line)
    return found


def _plain(line: Sequence[Any]) -> list[Any]:
    """Return a line as JSON keeps it."""
    return [each if each is None or isinstance(each, int | float) else str(each) for each in line]
