"""What the pages of figures, series and formulas put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.history.queries import history_of
from crm.history.wording import tell
from crm.indicators.presentation import written
from crm.indicators.reading import narrowing_words
from crm.indicators.registry import known_indicators
from crm.indicators.types import Period, Scope, Unit, Value
from crm.measures.figures import (
    Figure,
    figure_of_formula,
    figure_of_indicator,
    figure_of_series,
)
from crm.measures.models import Formula, Series, SeriesPoint
from crm.measures.queries import (
    all_formulas,
    all_series,
    delta_of_series,
    formula_for_page,
    points_of,
    series_for_page,
    values_of_series,
)
from crm.measures.rules import codes_of, parse_formula
from crm.measures.values import Named, figure_values, keys_of, named_figures, parts_of
from crm.web.formats import number
from crm.web.locale import translate


@dataclass(frozen=True, slots=True)
class PointLine:
    """A point, its value as it is read, and how it moved since the one before."""

    point: SeriesPoint
    text: str
    delta: str


@dataclass(frozen=True, slots=True)
class YearLine:
    """A year of a series: its figure, and how a level moved in it."""

    year: int
    text: str
    delta: str


@dataclass(frozen=True, slots=True)
class AskedFormula:
    """What a formula comes to in a period; `parts` are (title, figure in words, list behind)."""

    period: Period
    narrowed: Sequence[str]
    text: str
    parts: Sequence[tuple[str, str, str]]


def figures_page(session: Session) -> dict[str, Any]:
    """Return all the figures: those counted, the series with their latest value, the formulas."""
    return {
        "counted": [figure_of_indicator(each) for each in known_indicators()],
        "series": [
            (figure_of_series(series), point, point_words(point) if point else "")
            for series, point in all_series(session)
        ],
        "formulas": [figure_of_formula(each) for each in all_formulas(session)],
    }


def series_page(session: Session, series_id: int) -> dict[str, Any]:
    """Return a series with its points, its years and its changes."""
    series = series_for_page(session, series_id)
    points = points_of(session, series_id)
    changes = history_of(session, entity="series", record_id=series_id)
    return {
        "series": series,
        "figure": figure_of_series(series),
        "points": _lines(points),
        "years": _years(session, series, points),
        "changes": tell(session, changes),
    }


def formula_page(
    session: Session, formula_id: int, today: date, scope: Scope | None = None
) -> dict[str, Any]:
    """Return a formula with the figures that it names and what it comes to, year after year.

    With a scope, what it comes to there first, each part with the list behind.
    """
    formula = formula_for_page(session, formula_id)
    figure = figure_of_formula(formula)
    named = named_figures(session, [figure])
    codes = list(dict.fromkeys(codes_of(parse_formula(formula.expression))))
    years = [today.year - back for back in range(3)]
    return {
        "formula": formula,
        "figure": figure,
        "parts": [(code, named.get(code)) for code in codes],
        "asked": _asked(session, formula, figure, named, scope) if scope else None,
        "lines": [(year, *_texts(session, figure, codes, named, year)) for year in years],
        "changes": tell(session, history_of(session, entity="formula", record_id=formula_id)),
    }


def _asked(
    session: Session, formula: Formula, figure: Figure, named: Named, scope: Scope
) -> AskedFormula:
    parts = list(parts_of(formula, scope, named).values())
    value, *values = figure_values(session, [(figure, scope), *parts])
    keys = {by: key for part in named.values() for by, key in keys_of(part).items()}
    return AskedFormula(
        scope.period,
        narrowing_words(session, keys, scope),
        value.problem or written(value, figure.unit),
        [
            (
                part.title,
                each.problem or written(each, part.unit),
                "" if each.problem else part.url(there),
            )
            for (part, there), each in zip(parts, values, strict=True)
        ],
    )


def point_words(point: SeriesPoint) -> str:
    """Return the value of a point as it is read."""
    value = Value(point.count, is_approximate=point.is_approximate, words=point.wording or "")
    return written(value, Unit.NUMBER)


def delta_words(count: int) -> str:
    """Return a difference with its sign: « +162 », « −3 », « = »."""
    if not count:
        return "="
    return f"+{number(count)}" if count > 0 else f"−{number(-count)}"


def _lines(points: Sequence[SeriesPoint]) -> list[PointLine]:
    deltas = [delta_words(later.count - earlier.count) for later, earlier in pairwise(points)]
    return [
        PointLine(point, point_words(point), delta)
        for point, delta in zip(points, [*deltas, ""], strict=False)
    ]


def _years(session: Session, series: Series, points: Sequence[SeriesPoint]) -> list[YearLine]:
    lines = []
    for year in sorted({point.day.year for point in points}, reverse=True)[:10]:
        period = Period.of_year(year)
        [value] = values_of_series(session, [(series, period)])
        delta = delta_of_series(session, series, period)
        said = (
            translate(N_("%(delta)s en %(year)s"), delta=delta_words(delta.count), year=year)
            if delta
            else ""
        )
        lines.append(YearLine(year, written(value, Unit.NUMBER), said))
    return lines


def _texts(
    session: Session, figure: Figure, codes: Sequence[str], named: Named, year: int
) -> tuple[list[str], str]:
    """Return what each part of a formula comes to in a year, and the formula, in words."""
    scope = Scope(Period.of_year(year))
    figures = [*(named[code] for code in codes if code in named), figure]
    values = figure_values(session, [(each, scope) for each in figures])
    said = {
        each.code: value.problem or written(value, each.unit)
        for each, value in zip(figures, values, strict=True)
    }
    unknown = written(Value(None), Unit.NUMBER)
    return [said.get(code, unknown) for code in codes], said[figure.code]
