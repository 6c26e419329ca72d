"""What is behind each figure of a report: rows, readings, the parts of a formula; as it is now."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.indicators.counting import rows
from crm.indicators.indicator import Indicator, Ratio
from crm.indicators.presentation import written
from crm.indicators.types import By, Level, Period, Scope, Unit
from crm.measures.figures import Figure, figure_of_indicator, find_figure
from crm.measures.models import Formula, Series, SeriesPoint
from crm.measures.presentation import delta_words, point_words
from crm.measures.types import Reading
from crm.measures.values import figure_value, named_figures, parts_of
from crm.web.formats import long_date, number
from crm.web.locale import translate
from crm.yearly.queries import readings_between
from crm.yearly.types import Block, Entry, FigureRows, ItemKind, Line, Report

DAY = "day"
_OF_PEOPLE = frozenset({Unit.PERSON, Unit.ATTENDANCE, Unit.MESSAGE})
_PLAIN_KINDS = frozenset({"date", "number", "money"})
_OF_READINGS = (
    (DAY, N_("Jour")), ("reading", N_("Relevé")), ("delta", N_("Évolution")),
    ("note", N_("Remarque")),
)  # fmt: skip
_OF_PARTS = (("name", N_("Terme")), ("written", N_("Valeur")), ("rule", N_("Règle de calcul")))
_OF_ENTRIES = (("name", N_("Fiche")), ("group", N_("Département")), ("detail", N_("Détail")))


def figure_rows(session: Session, report: Report) -> list[FigureRows]:
    """Return what is behind every figure of a report, as it is now; a few queries a figure."""
    return [each for block in report.blocks for each in _of_block(session, report, block)]


def key_of(block: Block, line: Line) -> str:
    """Return what names a figure in a report: its item, and its part."""
    return f"{block.item_id}:{line.key}" if block.kind == ItemKind.SPLIT else str(block.item_id)


def scope_of_line(report: Report, line: Line) -> Scope:
    """Return what a figure of a report was asked for."""
    kept = {By(by): tuple(keys) for by, keys in line.kept.items()}
    return Scope(Period(report.start, report.end), kept, Level(report.level))


def _of_block(session: Session, report: Report, block: Block) -> Iterator[FigureRows]:
    if block.kind == ItemKind.LIST and not block.problem:
        yield _of_entries(block)
    figure = find_figure(session, block.code) if block.lines else None
    for line in block.lines:
        alone = _without_rows(block, line)
        if figure is None or line.problem:
            yield alone
        elif isinstance(figure.source, Series):
            is_whole = block.kind == ItemKind.SERIES
            period = Period(report.start, report.end)
            yield _read(session, alone, figure.source, period, is_whole=is_whole)
        else:
            yield from _behind(session, alone, figure, scope_of_line(report, line))


def _without_rows(block: Block, line: Line) -> FigureRows:
    return FigureRows(
        key=key_of(block, line),
        title=block.title,
        label=line.label,
        rule=block.rule,
        entity="",
        count=line.count,
        problem=line.problem,
        written=line.written,
        unit=block.unit,
        is_money=block.is_money,
        tenths=line.tenths,
    )


def _behind(
    session: Session, alone: FigureRows, figure: Figure, scope: Scope
) -> Iterator[FigureRows]:
    source = figure.source
    if isinstance(source, Indicator):
        yield _counted(session, alone, source, scope)
    elif isinstance(source, Ratio):
        yield _counted(session, alone, source.whole, scope)
        part = figure_of_indicator(source.part)
        yield from _behind(session, _part(session, alone, part, scope), part, scope)
    elif isinstance(source, Series):
        yield _read(session, alone, source, scope.period)
    else:
        yield from _of_formula(session, alone, figure, source, scope)


def _counted(session: Session, alone: FigureRows, indicator: Indicator, scope: Scope) -> FigureRows:
    columns = [
        each
        for each in indicator.columns
        if indicator.unit not in _OF_PEOPLE or each.kind in _PLAIN_KINDS
    ]
    found = rows(indicator, scope)
    names = ("id", "record_id", *(each.key for each in columns))
    measured = (each.key for each in columns if each.expression is indicator.amount)
    return replace(
        alone,
        entity=indicator.entity,
        measured=next(measured, ""),
        columns=tuple((each.key, translate(each.label), each.kind) for each in columns),
        rows=tuple(
            tuple(_plain(row._mapping[name]) for name in names)  # noqa: SLF001 - SQLAlchemy's own
            for row in session.execute(found.order_by(found.selected_columns.id))
        ),
    )


def _read(
    session: Session, alone: FigureRows, series: Series, period: Period, *, is_whole: bool = False
) -> FigureRows:
    """Return the readings that a figure comes from; of `is_whole`, all those of the period."""
    points, before = readings_between(session, series.id, period)
    found, last = [], before
    for point in points:
        found.append(_reading(point, delta_words(point.count - last.count) if last else ""))
        last = point
    if series.reading == Reading.LEVEL:
        if not points and before is not None and alone.count is not None:
            found = [_reading(before, "")]
        found = found if is_whole else found[-1:]
    return replace(
        alone,
        entity="series_point",
        measured="reading",
        columns=tuple((key, translate(label), "text") for key, label in _OF_READINGS),
        rows=tuple(found),
    )


def _reading(point: SeriesPoint, delta: str) -> tuple[Any, ...]:
    day = long_date(point.day)
    return (point.id, point.id, day, point_words(point), delta, point.note or "")


def _of_formula(
    session: Session, alone: FigureRows, figure: Figure, formula: Formula, scope: Scope
) -> Iterator[FigureRows]:
    """Yield a formula with what it names as its rows, then what is behind each of these."""
    named = named_figures(session, [figure])
    parts = [
        (each, asked, _part(session, alone, each, asked))
        for each, asked in parts_of(formula, scope, named).values()
    ]
    yield replace(
        alone,
        entity="formula",
        measured="written",
        columns=tuple((key, translate(label), "text") for key, label in _OF_PARTS),
        rows=tuple(
            (each.code, formula.id, part.label, part.written, part.rule)
            for each, _asked, part in parts
        ),
    )
    for each, asked, part in parts:
        yield from _behind(session, part, each, asked)


def _part(session: Session, whole: FigureRows, figure: Figure, scope: Scope) -> FigureRows:
    value = figure_value(session, figure, scope)
    return FigureRows(
        key=f"{whole.key}:{figure.code}",
        title=whole.title,
        label=figure.title,
        rule=figure.rule,
        entity="",
        count=value.count,
        problem=value.problem,
        written="" if value.problem else written(value, figure.unit),
        unit=figure.unit_label,
        is_money=figure.unit is Unit.CENTS,
    )


def _of_entries(block: Block) -> FigureRows:
    count = sum(each.is_counted for each in block.entries)
    return FigureRows(
        key=str(block.item_id),
        title=block.title,
        label=block.title,
        rule=block.rule,
        entity=next((each.entity for each in block.entries if each.entity), ""),
        count=count,
        written=number(count),
        measured="detail",
        columns=tuple((key, translate(label), "text") for key, label in _OF_ENTRIES),
        rows=tuple(_entry(each) for each in block.entries),
    )


def _entry(entry: Entry) -> tuple[Any, ...]:
    identity = entry.record_id or entry.title
    return (identity, entry.record_id, entry.title, entry.group, entry.detail)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
