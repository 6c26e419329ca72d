"""What the pages of attendance put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.accounts.models import User
from crm.core.errors import N_
from crm.core.text import fold
from crm.events.attendance.presence import needed_for, threshold_words
from crm.events.attendance.queries.lists import (
    ATTENDANCES_RULE,
    HEADCOUNT_RULE,
    PEOPLE_RULE,
    STRUCTURES_RULE,
    counts_of,
    event_for_attendance,
    expected_rows,
)
from crm.events.attendance.queries.matching import decision_of, find_matches
from crm.events.attendance.rules import was_present
from crm.events.attendance.tables import is_told
from crm.events.attendance.types import (
    DECISION_LABELS,
    HEADING_LABELS,
    TOOL_LABELS,
    Candidate,
    Counts,
    Decision,
    Heading,
    Tool,
)
from crm.events.dates import when_words
from crm.events.models import AttendanceFile, AttendanceRow, Event
from crm.events.types import MATCH_LABELS, REGISTRATION_LABELS, Match, RegistrationStatus
from crm.web.formats import agreed, number
from crm.web.locale import translate

MOST_SHOWN = 400
_SAMPLES = 4
_PEOPLE = (N_("personne présente"), N_("personnes présentes"))
_STRUCTURES = (N_("structure présente"), N_("structures présentes"))
_ATTENDANCES = (N_("présence"), N_("présences"))


@dataclass(frozen=True, slots=True)
class Line:
    """Someone on the list of the day."""

    key: str
    registration_id: int | None
    attendance_id: int | None
    contact_id: int | None
    name: str
    structure: str | None
    is_present: bool | None
    minutes: int | None
    note: str | None
    is_walk_in: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A count with the rule that makes it."""

    value: int | str
    label: str
    rule: str


@dataclass(frozen=True, slots=True)
class Choice:
    """Someone whom a line of a file may be, as a button."""

    decision: str
    chosen: str
    name: str
    detail: str


@dataclass(frozen=True, slots=True)
class FileLine:
    """Someone in a file, as the review shows them."""

    row: AttendanceRow
    is_present: bool
    choices: Sequence[Choice]
    said: str


def list_page(session: Session, event_id: int, search: str) -> dict[str, Any]:
    """Return what the list of the day shows; raise NotFoundError."""
    event = event_for_attendance(session, event_id)
    lines = [_line(row) for row in expected_rows(session, event_id)]
    wanted = fold(search).split()
    found = [
        line
        for line in lines
        if all(word in fold(f"{line.name} {line.structure or ''}") for word in wanted)
    ]
    counts = counts_of(session, event_id)
    return {
        "event": event,
        "when": when_of(event),
        "lines": found[:MOST_SHOWN],
        "hidden_count": max(len(found) - MOST_SHOWN, 0),
        "all_count": len(lines),
        "search": search,
        "counts": counts,
        "figures": figures_of(event, counts),
        "files": files_of(session, event_id),
    }


def when_of(event: Event) -> str:
    """Return when an event is, in words."""
    return when_words(event.starts_at, event.ends_at, is_all_day=event.is_all_day)


def figures_of(event: Event, counts: Counts) -> list[Figure]:
    """Return the three counts of those present, and the headcount without names beside them."""
    figures = [
        Figure(counts.people, translate(agreed(counts.people, *_PEOPLE)), translate(PEOPLE_RULE)),
        Figure(
            counts.structures,
            translate(agreed(counts.structures, *_STRUCTURES)),
            translate(STRUCTURES_RULE),
        ),
        Figure(
            counts.attendances,
            translate(agreed(counts.attendances, *_ATTENDANCES)),
            translate(ATTENDANCES_RULE),
        ),
    ]
    if event.headcount is not None:
        said = event.headcount_wording or number(event.headcount)
        label = translate("effectif noté sans les noms")
        figures.append(Figure(said, label, translate(HEADCOUNT_RULE)))
    return figures


def files_of(session: Session, event_id: int) -> Sequence[AttendanceFile]:
    """Return the files of an event, the latest first."""
    return session.scalars(
        select(AttendanceFile)
        .where(AttendanceFile.event_id == event_id)
        .order_by(AttendanceFile.created_at.desc(), AttendanceFile.id.desc())
    ).all()


def file_page(session: Session, file: AttendanceFile, reviewed_id: int | None) -> dict[str, Any]:
    """Return what the page of a file shows: its columns, who is to be recognised, who is."""
    event = event_for_attendance(session, file.event_id)
    rows = session.scalars(
        select(AttendanceRow).where(AttendanceRow.file_id == file.id).order_by(AttendanceRow.number)
    ).all()
    meanings = [each and Heading(each) for each in file.headings["meanings"]]
    is_read = is_told(meanings)
    found = find_matches(session, event.id, rows) if is_read and not file.applied_at else None
    needed = needed_for(event)
    lines = [
        FileLine(
            row,
            was_present(row.minutes, needed),
            [_choice(each) for each in (found.possible.get(row.number, ()) if found else ())],
            _said(row),
        )
        for row in rows
    ]
    asked = [each for each in lines if not each.row.decision or each.row.id == reviewed_id]
    return {
        "event": event,
        "file": file,
        "tool": TOOL_LABELS[Tool(file.tool)] if file.tool else None,
        "author": session.scalar(select(User.name).where(User.id == file.created_by_id)),
        "is_read": is_read,
        "columns_of_file": _columns(file, rows),
        "heading_labels": HEADING_LABELS,
        "to_decide": asked if is_read else [],
        "decided": [each for each in lines if each not in asked] if is_read else [],
        "undecided_count": sum(not each.row.decision for each in lines),
        "present_count": sum(
            each.is_present and each.row.decision not in (None, Decision.IGNORE) for each in lines
        ),
        "line_count": len(lines),
        "decisions": DECISION_LABELS,
        "threshold": threshold_words(event),
    }


def _said(row: AttendanceRow) -> str:
    """Return who a line is, and by what it was recognised."""
    parts = []
    if row.decision:
        parts.append(translate(DECISION_LABELS[Decision(row.decision)]))
    if row.match:
        parts.append(translate(MATCH_LABELS[Match(row.match)]))
    return " · ".join(parts)


def _choice(candidate: Candidate) -> Choice:
    decision = decision_of(candidate)
    chosen = candidate.contact_id if decision is Decision.PERSON else candidate.registration_id
    return Choice(decision.value, str(chosen), candidate.name, candidate.detail)


def _columns(file: AttendanceFile, rows: Sequence[AttendanceRow]) -> list[dict[str, Any]]:
    """Return each column: its heading, what it means, some of its values."""
    lines = [line for row in rows[:_SAMPLES] for line in row.cells["lines"][:1]]
    return [
        {
            "place": place,
            "heading": heading or translate("Colonne sans titre"),
            "meaning": meaning or Heading.NOTHING.value,
            "samples": [
                str(line[place + 1])
                for line in lines
                if place + 1 < len(line) and line[place + 1] is not None
            ],
        }
        for place, (heading, meaning) in enumerate(
            zip(file.headings["names"], file.headings["meanings"], strict=True)
        )
    ]


def _line(row: Any) -> Line:
    registration_id = row.registration_id if hasattr(row, "last_name") else None
    if registration_id is None:
        return Line(
            key=f"presence-{row.attendance_id}",
            registration_id=None,
            attendance_id=row.attendance_id,
            contact_id=row.contact_id,
            name=row.name,
            structure=row.structure,
            is_present=row.is_present,
            minutes=row.minutes,
            note=translate("sans inscription"),
            is_walk_in=True,
        )
    status = RegistrationStatus(row.status)
    is_seated = status is RegistrationStatus.REGISTERED
    return Line(
        key=f"inscription-{registration_id}",
        registration_id=registration_id,
        attendance_id=row.attendance_id,
        contact_id=row.contact_id,
        name=" ".join(filter(None, (row.first_name, row.last_name))),
        structure=row.structure,
        is_present=row.is_present,
        minutes=row.minutes,
        note=None if is_seated else translate(REGISTRATION_LABELS[status]),
        is_walk_in=False,
    )
