"""From a definition and a year to a report: every figure read from its one definition."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import Session

from crm.agreements.rules import agreement_year
from crm.core import clock
from crm.core.errors import N_
from crm.indicators.counting import splits
from crm.indicators.indicator import Indicator, Ratio
from crm.indicators.presentation import written
from crm.indicators.types import BY_LABELS, By, Level, Period, Scope, Unit, Value
from crm.measures.figures import Figure, find_figure
from crm.measures.models import Formula, Series
from crm.measures.presentation import delta_words, point_words
from crm.measures.values import Named, figure_values, missing_key, named_figures, parts_of, tells
from crm.web.formats import long_date
from crm.web.locale import translate
from crm.yearly.lists import ReportList, find_list
from crm.yearly.models import ReportDefinition, ReportItem, ReportText
from crm.yearly.queries import items_of, readings_between, texts_of
from crm.yearly.types import (
    Block,
    ItemKind,
    Line,
    PeriodKind,
    Reading,
    Report,
    Section,
    Support,
)


def period_of(definition: ReportDefinition, year: int) -> Period:
    """Return the days of a year of a report."""
    agreement = definition.agreement
    if definition.period == PeriodKind.AGREEMENT and agreement is not None:
        return agreement_year(agreement.starts_on, agreement.ends_on, year)
    return Period.of_year(year)


def note_of(definition: ReportDefinition, period: Period) -> str:
    """Say where a year is before or after the agreement whose years are counted; else ""."""
    agreement = definition.agreement
    if definition.period != PeriodKind.AGREEMENT or agreement is None:
        return ""
    if period.end < agreement.starts_on:
        said = N_("La convention n’avait pas commencé : elle commence le %(day)s.")
        return translate(said, day=long_date(agreement.starts_on))
    if period.start > agreement.ends_on:
        said = N_("La convention est terminée depuis le %(day)s.")
        return translate(said, day=long_date(agreement.ends_on))
    return ""


def count_report(session: Session, definition: ReportDefinition, year: int, network: str) -> Report:
    """Count a report: a few queries for each item, however many records there are."""
    period = period_of(definition, year)
    counter = Counter(session, definition, (period, period_of(definition, year - 1)))
    texts = texts_of(session, definition.id, year)
    sections: list[Section] = []
    for item in items_of(session, definition.id):
        if item.kind == ItemKind.SECTION:
            sections.append(Section(item.id, item.title or ""))
            continue
        if not sections:
            sections.append(Section(0, ""))
        block = counter.block(item, texts)
        sections[-1] = replace(sections[-1], blocks=(*sections[-1].blocks, block))
    return Report(
        definition_id=definition.id,
        name=definition.name,
        network=network,
        year=year,
        start=period.start,
        end=period.end,
        level=definition.level,
        support=definition.support,
        funder=definition.funder or "",
        sections=tuple(sections),
        period_kind=definition.period,
        agreement_id=definition.agreement_id,
        note=note_of(definition, period),
    )


def scope_of(definition: ReportDefinition, item: ReportItem, period: Period) -> Scope:
    """Return what an item asks of its figure, the settings of its report not yet applied."""
    kept = {By(by): tuple(keys) for by, keys in item.kept.items() if by in set(By) and keys}
    return Scope(period, kept, Level(definition.level))


def with_support(definition: ReportDefinition, scope: Scope, *, is_told: bool) -> Scope:
    """Narrow a scope to the support that a report counts, where a figure tells it."""
    if definition.support == Support.ALL or not is_told:
        return scope
    return scope.narrowed(By.FORMALITY, definition.support)


class Counter:
    """Counts the items of one definition in a period and in the one before."""

    def __init__(
        self, session: Session, definition: ReportDefinition, periods: tuple[Period, Period]
    ) -> None:
        self.session, self.definition, self.periods = session, definition, periods

    def block(self, item: ReportItem, texts: Mapping[int, ReportText]) -> Block:
        """Return an item counted, with its text; it says why where it cannot be."""
        if item.kind == ItemKind.TEXT:
            text = texts.get(item.id)
            empty = Block(item.kind, item.id, item.title or "")
            if text is None or not text.body:
                return empty
            return replace(empty, body=text.body, text_year=text.year)
        if item.kind == ItemKind.LIST:
            return self._list(item)
        figure = find_figure(self.session, item.code or "")
        if figure is None:
            gone = translate(N_("Ce chiffre n’existe plus : choisissez-en un autre."))
            return Block(item.kind, item.id, item.title or item.code or "", problem=gone)
        if item.kind == ItemKind.SERIES:
            return self._series(item, figure)
        return self._split(item, figure) if item.kind == ItemKind.SPLIT else self._one(item, figure)

    def _scope(self, item: ReportItem, figure: Figure, named: Named) -> Scope:
        scope = scope_of(self.definition, item, self.periods[0])
        return with_support(self.definition, scope, is_told=tells(figure, By.FORMALITY, named))

    def _one(self, item: ReportItem, figure: Figure) -> Block:
        named = named_figures(self.session, [figure])
        scope = self._scope(item, figure, named)
        asked = [(figure, scope.at(period)) for period in self.periods]
        values = figure_values(self.session, asked)
        line = _line("", figure.label, values, figure.unit, scope)
        block = self._block(item, figure, (line,))
        rule = f"{block.rule} {_whole_words(figure, scope, named)}".rstrip()
        is_old = isinstance(figure.source, Series) and values[0].as_of is not None
        return replace(block, rule=rule, is_carried=is_old or block.is_carried)

    def _is_of_before(self, figure: Figure) -> bool:
        """Tell whether a figure of a year to come is that of today: nothing happened for it."""
        source = figure.source
        is_stock = isinstance(source, Formula | Ratio | Series) or source.is_stock
        return is_stock and self.periods[0].start > clock.today()

    def _split(self, item: ReportItem, figure: Figure) -> Block:
        scope, source = self._scope(item, figure, {}), figure.source
        by = By(item.by) if item.by in set(By) else None
        if not isinstance(source, Indicator) or by is None or by not in source.splits:
            said = N_("Ce chiffre ne se détaille pas ainsi : choisissez un autre tableau.")
            return replace(self._block(item, figure, ()), problem=translate(said))
        if problem := self._problem(source, scope):
            return replace(self._block(item, figure, ()), problem=problem)
        lines = tuple(
            _line(key, label, values, figure.unit, scope.narrowed(by, key))
            for key, label, values in splits(self.session, source, scope, by, self.periods)
        )
        return self._block(item, figure, lines)

    def _series(self, item: ReportItem, figure: Figure) -> Block:
        if not isinstance(figure.source, Series):
            return self._one(item, figure)
        points, before = readings_between(self.session, figure.source.id, self.periods[0])
        readings, last = [], before
        for point in points:
            delta = delta_words(point.count - last.count) if last else ""
            readings.append(
                Reading(long_date(point.day), point_words(point), delta, point.note or "")
            )
            last = point
        block = self._one(item, figure)
        return replace(block, readings=tuple(readings))

    def _list(self, item: ReportItem) -> Block:
        found = find_list(item.code or "")
        if found is None:
            gone = translate(N_("Cette liste n’existe plus : choisissez-en une autre."))
            return Block(item.kind, item.id, item.title or item.code or "", problem=gone)
        scope = scope_of(self.definition, item, self.periods[0])
        is_told = By.FORMALITY in found.splits
        scope = with_support(self.definition, scope, is_told=is_told)
        problem = self._list_problem(found, scope)
        title = item.title or _capital(translate(found.label))
        return Block(
            item.kind,
            item.id,
            title,
            code=found.code,
            rule=translate(found.rule),
            entries=() if problem else tuple(found.entries(self.session, scope, self.definition)),
            problem=problem,
            kept=item.kept,
        )

    def _list_problem(self, found: ReportList, scope: Scope) -> str:
        """Say why a list cannot be narrowed so; "" when it can."""
        for by in scope.kept:
            if by not in found.splits:
                said = N_("Cette liste ne se limite pas par « %(by)s ».")
                return translate(said, by=translate(BY_LABELS[by]))
        return missing_key(self.session, found.indicator, scope)

    def _problem(self, source: Indicator, scope: Scope) -> str:
        """Say why a figure cannot be narrowed so; "" when it can."""
        for by in scope.kept:
            if by not in source.splits:
                said = N_("Ce chiffre ne se compte pas par « %(by)s ».")
                return translate(said, by=translate(BY_LABELS[by]))
        return missing_key(self.session, source, scope)

    def _block(self, item: ReportItem, figure: Figure, lines: Iterable[Line]) -> Block:
        return Block(
            item.kind,
            item.id,
            item.title or _capital(figure.label),
            code=figure.code,
            rule=figure.rule,
            unit=figure.unit_label,
            by=item.by or "",
            lines=tuple(lines),
            is_money=figure.unit is Unit.CENTS,
            kept=item.kept,
            is_percent=figure.unit is Unit.PERCENT,
            is_carried=self._is_of_before(figure),
        )


def _whole_words(figure: Figure, scope: Scope, named: Named) -> str:
    """Say which figures of a formula do not tell the support that it is narrowed to."""
    if not isinstance(figure.source, Formula):
        return ""
    parts = parts_of(figure.source, scope, named).values()
    labels = [part.label for part, there in parts if there != scope]
    said = N_("Sans distinguer l’appui formalisé de l’appui ponctuel : %(labels)s.")
    return translate(said, labels=", ".join(labels)) if labels else ""


def _line(key: str, label: str, values: Sequence[Value], unit: Unit, scope: Scope) -> Line:
    now, before = values
    if before.as_of is not None:  # read before that year: nothing to compare with
        before = Value(None)
    return Line(
        key=key,
        label=label,
        count=now.count,
        written="" if now.problem else written(now, unit),
        previous=before.count,
        previous_written=written(before, unit) if before.words or before.count is not None else "",
        kept={by.value: list(keys) for by, keys in scope.kept.items()},
        problem=now.problem,
        tenths=now.tenths,
        previous_tenths=before.tenths,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
