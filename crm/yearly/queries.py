"""Reads of report definitions, of their items, of the texts of a year and of closures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select, true
from sqlalchemy.orm import Session, joinedload, undefer

from crm.agreements.models import Agreement
from crm.core.errors import NotFoundError
from crm.followups.models import AccompanimentSession, SessionStructure
from crm.followups.types import SessionStatus
from crm.history.models import Change, ChangeSet, ChangeSubject
from crm.indicators.types import Period
from crm.measures.models import SeriesPoint
from crm.yearly.models import (
    ReportClosure,
    ReportDefinition,
    ReportItem,
    ReportTemplate,
    ReportText,
)
from crm.yearly.types import OpenSession, PeriodKind

_MOST_ASKED = 10_000  # ids in one statement


@dataclass(frozen=True, slots=True)
class Saved:
    """A save that history tells: its change set, when, by whom."""

    change_set_id: int
    at: datetime
    who: str


def all_definitions(session: Session) -> Sequence[ReportDefinition]:
    """Return the definitions, by name, the oldest first among those of one name."""
    return session.scalars(
        select(ReportDefinition)
        .where(ReportDefinition.deleted_at.is_(None))
        .options(joinedload(ReportDefinition.agreement))
        .order_by(ReportDefinition.sort_name, ReportDefinition.id)
    ).all()


def first_definition(session: Session) -> ReportDefinition | None:
    """Return the definition that a network had first, which a year's report is by itself."""
    return session.scalar(
        select(ReportDefinition)
        .where(ReportDefinition.deleted_at.is_(None))
        .order_by(ReportDefinition.id)
        .limit(1)
    )


def definition_for_page(session: Session, definition_id: int) -> ReportDefinition:
    """Return a definition with its agreement; raise NotFoundError."""
    found = session.scalar(
        select(ReportDefinition)
        .where(ReportDefinition.id == definition_id, ReportDefinition.deleted_at.is_(None))
        .options(joinedload(ReportDefinition.agreement))
    )
    if found is None:
        raise NotFoundError
    return found


def template_of(
    session: Session, definition_id: int, *, with_content: bool = False
) -> ReportTemplate | None:
    """Return the Word file that a report is written in; None where it is ours."""
    statement = (
        select(ReportTemplate)
        .where(ReportTemplate.definition_id == definition_id, ReportTemplate.deleted_at.is_(None))
        .order_by(ReportTemplate.id.desc())
        .limit(1)
    )
    if with_content:
        statement = statement.options(undefer(ReportTemplate.content))
    return session.scalar(statement)


def items_of(session: Session, definition_id: int) -> Sequence[ReportItem]:
    """Return the items of a definition in their order."""
    return session.scalars(
        select(ReportItem)
        .where(ReportItem.definition_id == definition_id, ReportItem.deleted_at.is_(None))
        .order_by(ReportItem.position, ReportItem.id)
    ).all()


def item_for_page(session: Session, item_id: int) -> ReportItem:
    """Return an item of a definition that is not in the trash; raise NotFoundError."""
    found = session.scalar(
        select(ReportItem)
        .join(ReportDefinition, ReportDefinition.id == ReportItem.definition_id)
        .where(
            ReportItem.id == item_id,
            ReportItem.deleted_at.is_(None),
            ReportDefinition.deleted_at.is_(None),
        )
    )
    if found is None:
        raise NotFoundError
    return found


def texts_of(session: Session, definition_id: int, year: int) -> Mapping[int, ReportText]:
    """Return, by item, the text of a year, or the last one written before it."""
    latest = (
        select(ReportText.item_id, func.max(ReportText.year).label("year"))
        .join(ReportItem, ReportItem.id == ReportText.item_id)
        .where(ReportItem.definition_id == definition_id, ReportText.year <= year)
        .group_by(ReportText.item_id)
        .subquery()
    )
    found = session.scalars(
        select(ReportText).join(
            latest,
            (latest.c.item_id == ReportText.item_id) & (latest.c.year == ReportText.year),
        )
    )
    return {text.item_id: text for text in found}


def text_of(session: Session, item_id: int, year: int) -> ReportText | None:
    """Return what was written for an item in a year, with who wrote it last."""
    return session.scalar(
        select(ReportText)
        .where(ReportText.item_id == item_id, ReportText.year == year)
        .options(joinedload(ReportText.author))
    )


def text_before(session: Session, item_id: int, year: int) -> ReportText | None:
    """Return the last text that was written for an item before a year."""
    return session.scalar(
        select(ReportText)
        .where(ReportText.item_id == item_id, ReportText.year < year)
        .order_by(ReportText.year.desc())
        .limit(1)
    )


def closure_of(
    session: Session, definition_id: int, year: int, *, with_content: bool = False
) -> ReportClosure | None:
    """Return the closure of a year that is closed; None for one that is open."""
    statement = (
        select(ReportClosure)
        .where(
            ReportClosure.definition_id == definition_id,
            ReportClosure.year == year,
            ReportClosure.reopened_at.is_(None),
        )
        .options(joinedload(ReportClosure.closed_by))
    )
    if with_content:
        statement = statement.options(undefer(ReportClosure.content))
    return session.scalar(statement)


def closures_by_digest(session: Session, digest: str) -> Sequence[ReportClosure]:
    """Return the closures of what has this hash, opened again or not."""
    return session.scalars(
        select(ReportClosure).where(ReportClosure.digest == digest).order_by(ReportClosure.id)
    ).all()


def closures_of(session: Session, definition_id: int, year: int) -> Sequence[ReportClosure]:
    """Return every closure of a year, opened again or not, the latest first."""
    return session.scalars(
        select(ReportClosure)
        .where(ReportClosure.definition_id == definition_id, ReportClosure.year == year)
        .options(joinedload(ReportClosure.closed_by), joinedload(ReportClosure.reopened_by))
        .order_by(ReportClosure.closed_at.desc(), ReportClosure.id.desc())
    ).all()


def closed_years(session: Session) -> set[tuple[int, int]]:
    """Return (definition, year) of all that is closed."""
    found = session.execute(
        select(ReportClosure.definition_id, ReportClosure.year).where(
            ReportClosure.reopened_at.is_(None)
        )
    )
    return {(definition_id, year) for definition_id, year in found.tuples()}


def closed_reports(session: Session, year: int) -> list[tuple[int, str]]:
    """Return (id, name) of the reports of calendar years in which a year is closed."""
    found = session.execute(
        select(ReportDefinition.id, ReportDefinition.name)
        .join(ReportClosure, ReportClosure.definition_id == ReportDefinition.id)
        .where(
            ReportClosure.year == year,
            ReportClosure.reopened_at.is_(None),
            ReportDefinition.period == PeriodKind.CALENDAR,
        )
        .order_by(ReportDefinition.id)
    )
    return list(found.tuples())


def sessions_left_open(session: Session, period: Period) -> list[OpenSession]:
    """Return the sessions planned in a period that nobody has settled since, by day."""
    names = func.aggregate_strings(SessionStructure.structure_name, ", ")
    found = session.execute(
        select(AccompanimentSession.id, AccompanimentSession.held_on, names)
        .outerjoin(SessionStructure, SessionStructure.session_id == AccompanimentSession.id)
        .where(
            AccompanimentSession.deleted_at.is_(None),
            AccompanimentSession.status == SessionStatus.PLANNED,
            AccompanimentSession.held_on.between(period.start, period.end),
        )
        .group_by(AccompanimentSession.id, AccompanimentSession.held_on)
        .order_by(AccompanimentSession.held_on, AccompanimentSession.id)
    )
    return [OpenSession(each, day, said or "") for each, day, said in found.tuples()]


def last_changes(
    session: Session,
    *,
    entity: str,
    ids: Sequence[int],
    since: datetime,
    of_itself: bool = False,
) -> dict[int, Saved]:
    """Return, by record, the last save since a moment that its page tells.

    With `of_itself`, the last that changed the record, not what belongs to it.
    """
    found: dict[int, Saved] = {}
    for start in range(0, len(ids), _MOST_ASKED):
        last = (
            select(ChangeSubject.record_id, func.max(Change.change_set_id).label("set_id"))
            .join(Change, Change.id == ChangeSubject.change_id)
            .join(ChangeSet, ChangeSet.id == Change.change_set_id)
            .where(
                ChangeSubject.entity == entity,
                ChangeSubject.record_id.in_(ids[start : start + _MOST_ASKED]),
                ChangeSet.at >= since,
                Change.entity == entity if of_itself else true(),
            )
            .group_by(ChangeSubject.record_id)
            .subquery()
        )
        rows = session.execute(
            select(last.c.record_id, ChangeSet.id, ChangeSet.at, ChangeSet.actor_name).join(
                last, last.c.set_id == ChangeSet.id
            )
        )
        found |= {record_id: Saved(*rest) for record_id, *rest in rows.tuples()}
    return found


def agreement_options(session: Session) -> list[tuple[str, str]]:
    """Return (id, name) of the agreements, the latest first."""
    found = session.execute(
        select(Agreement.id, Agreement.name)
        .where(Agreement.deleted_at.is_(None))
        .order_by(Agreement.starts_on.desc(), Agreement.id)
    )
    return [(str(each), name) for each, name in found.tuples()]


def readings_between(
    session: Session, series_id: int, period: Period
) -> tuple[Sequence[SeriesPoint], SeriesPoint | None]:
    """Return the points of a series in a period, by day, and the last one before it."""
    points = select(SeriesPoint).where(
        SeriesPoint.series_id == series_id, SeriesPoint.deleted_at.is_(None)
    )
    found = session.scalars(
        points.where(SeriesPoint.day.between(period.start, period.end)).order_by(SeriesPoint.day)
    ).all()
    before = session.scalar(
        points.where(SeriesPoint.day < period.start).order_by(SeriesPoint.day.desc()).limit(1)
    )
    return found, before


def years_with_sessions(session: Session, today: date) -> list[int]:
    """Return the years from the first session to this one, the latest first."""
    first = session.scalar(
        select(func.min(AccompanimentSession.held_on)).where(
            AccompanimentSession.deleted_at.is_(None)
        )
    )
    start = min(first.year if first else today.year, today.year)
    return list(range(today.year, start - 1, -1))
