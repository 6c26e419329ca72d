"""Reads of series, of their points and of formulas."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, and_, func, select
from sqlalchemy.orm import Session, joinedload

from crm.core.errors import N_, NotFoundError
from crm.indicators.types import Period, Value
from crm.measures.models import Formula, Series, SeriesPoint
from crm.measures.types import Reading
from crm.web.locale import translate


@dataclass(frozen=True, slots=True)
class Delta:
    """How a level moved over a period: since which point, by how much."""

    count: int
    since: SeriesPoint


def all_series(session: Session) -> Sequence[Row[Any]]:
    """Return (series, latest point or None), by name; one query."""
    latest = (
        select(SeriesPoint.series_id, func.max(SeriesPoint.day).label("day"))
        .where(SeriesPoint.deleted_at.is_(None))
        .group_by(SeriesPoint.series_id)
        .subquery()
    )
    return session.execute(
        select(Series, SeriesPoint)
        .outerjoin(latest, latest.c.series_id == Series.id)
        .outerjoin(
            SeriesPoint,
            and_(
                SeriesPoint.series_id == Series.id,
                SeriesPoint.day == latest.c.day,
                SeriesPoint.deleted_at.is_(None),
            ),
        )
        .where(Series.deleted_at.is_(None))
        .order_by(Series.sort_name, Series.id)
    ).all()


def series_among(session: Session, ids: Collection[int]) -> Sequence[Series]:
    """Return the series that are not in the trash among these."""
    return session.scalars(
        select(Series).where(Series.id.in_(ids), Series.deleted_at.is_(None))
    ).all()


def series_for_page(session: Session, series_id: int) -> Series:
    """Return a series; raise NotFoundError."""
    for series in series_among(session, [series_id]):
        return series
    raise NotFoundError


def points_of(session: Session, series_id: int) -> Sequence[SeriesPoint]:
    """Return the points of a series with their authors, the latest first."""
    return session.scalars(
        select(SeriesPoint)
        .where(SeriesPoint.series_id == series_id, SeriesPoint.deleted_at.is_(None))
        .options(joinedload(SeriesPoint.author))
        .order_by(SeriesPoint.day.desc())
    ).all()


def point_for_page(session: Session, point_id: int) -> SeriesPoint:
    """Return a point of a series that is not in the trash; raise NotFoundError."""
    point = session.scalar(
        select(SeriesPoint)
        .join(Series, Series.id == SeriesPoint.series_id)
        .where(
            SeriesPoint.id == point_id,
            SeriesPoint.deleted_at.is_(None),
            Series.deleted_at.is_(None),
        )
        .options(joinedload(SeriesPoint.series))
    )
    if point is None:
        raise NotFoundError
    return point


def values_of_series(session: Session, asked: Collection[tuple[Series, Period]]) -> list[Value]:
    """Return the figure of each series over its period, in one query.

    A level is its last reading, dated where it was read before the period. Without any reading, and
    of a flow without one in the period, it is not known.
    """
    points: dict[int, list[SeriesPoint]] = {series.id: [] for series, _period in asked}
    for point in session.scalars(
        select(SeriesPoint)
        .where(SeriesPoint.series_id.in_(points), SeriesPoint.deleted_at.is_(None))
        .order_by(SeriesPoint.day)
    ):
        points[point.series_id].append(point)
    return [_value(series, points[series.id], period) for series, period in asked]


def _value(series: Series, points: Sequence[SeriesPoint], period: Period) -> Value:
    is_level = series.reading == Reading.LEVEL
    start = date.min if is_level else period.start
    found = [point for point in points if start <= point.day <= period.end]
    if not found:
        return Value(None, words=translate(N_("aucun relevé")))
    if is_level:
        found = found[-1:]
    is_before = found[-1].day < period.start
    return Value(
        sum(point.count for point in found),
        is_approximate=any(point.is_approximate for point in found),
        words=found[0].wording or "" if len(found) == 1 else "",
        as_of=found[-1].day if is_before else None,
    )


def delta_of_series(session: Session, series: Series, period: Period) -> Delta | None:
    """Return how a level moved over a period; None where a point of before, or of it, lacks."""
    if series.reading != Reading.LEVEL:
        return None
    last, before = (
        session.scalars(
            select(SeriesPoint)
            .where(SeriesPoint.series_id == series.id, SeriesPoint.deleted_at.is_(None), condition)
            .order_by(SeriesPoint.day.desc())
            .limit(1)
        ).first()
        for condition in (
            SeriesPoint.day.between(period.start, period.end),
            SeriesPoint.day < period.start,
        )
    )
    if last is None or before is None:
        return None
    return Delta(last.count - before.count, before)


def all_formulas(session: Session) -> Sequence[Formula]:
    """Return the formulas, by name."""
    return session.scalars(
        select(Formula).where(Formula.deleted_at.is_(None)).order_by(Formula.sort_name, Formula.id)
    ).all()


def formulas_among(session: Session, ids: Collection[int]) -> Sequence[Formula]:
    """Return the formulas that are not in the trash among these."""
    return session.scalars(
        select(Formula).where(Formula.id.in_(ids), Formula.deleted_at.is_(None))
    ).all()


def formula_for_page(session: Session, formula_id: int) -> Formula:
    """Return a formula; raise NotFoundError."""
    for formula in formulas_among(session, [formula_id]):
        return formula
    raise NotFoundError
