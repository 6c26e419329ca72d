"""Any figure by its code: one that a package counts, a series, a formula."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from flask import url_for
from sqlalchemy.orm import Session

from crm.core.errors import N_
from crm.core.numbers import parse_id
from crm.indicators.indicator import Indicator, Ratio
from crm.indicators.presentation import UNIT_LABELS, rows_url, scope_arguments
from crm.indicators.registry import find_indicator, known_indicators
from crm.indicators.types import Scope, Unit
from crm.measures.models import Formula, Series
from crm.measures.queries import all_formulas, all_series, formulas_among, series_among
from crm.measures.rules import is_percentage, parse_formula
from crm.measures.types import READING_RULES, Reading
from crm.web.locale import translate

_SERIES, _FORMULA = "serie_", "formule_"


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure as a page presents it, in the reader's language; `source` is what counts it."""

    code: str
    label: str
    rule: str
    unit: Unit
    unit_label: str
    source: Indicator | Ratio | Series | Formula

    @property
    def title(self) -> str:
        """Return the label with a capital."""
        return self.label[:1].upper() + self.label[1:]

    def url(self, scope: Scope) -> str:
        """Return the page of what is behind it: the rows counted, the points, the formula."""
        if isinstance(self.source, Series):
            return url_for("series.show", series_id=self.source.id)
        if isinstance(self.source, Formula):
            arguments = scope_arguments(scope)
            return url_for("formulas.show", formula_id=self.source.id, **arguments)
        return rows_url(self.code, scope)


def series_code(series_id: int) -> str:
    """Return the code of the figure of a series."""
    return f"{_SERIES}{series_id}"


def formula_code(formula_id: int) -> str:
    """Return the code of the figure of a formula."""
    return f"{_FORMULA}{formula_id}"


def is_formula_code(code: str) -> bool:
    """Tell whether a code is that of a formula."""
    return code.startswith(_FORMULA)


def is_known_code(session: Session, code: str) -> bool:
    """Tell whether a figure has this code today."""
    return find_figure(session, code) is not None


def find_figure(session: Session, code: str) -> Figure | None:
    """Return the figure of a code; None when there is none any more."""
    return find_figures(session, [code]).get(code)


def find_figures(session: Session, codes: Collection[str]) -> Mapping[str, Figure]:
    """Return the figures that there are among these codes; two queries at most."""
    series, formulas = _ids(codes, _SERIES), _ids(codes, _FORMULA)
    found = [figure_of_indicator(each) for code in set(codes) if (each := find_indicator(code))]
    if series:
        found += [figure_of_series(each) for each in series_among(session, series)]
    if formulas:
        found += [figure_of_formula(each) for each in formulas_among(session, formulas)]
    return {figure.code: figure for figure in found}


def _ids(codes: Collection[str], prefix: str) -> set[int]:
    return {parse_id(code.removeprefix(prefix)) or 0 for code in codes if code.startswith(prefix)}


def figure_options(session: Session, *, with_formulas: bool = True) -> list[tuple[str, str]]:
    """Return (code, label) of all figures: those counted, then series, then formulas."""
    figures = [figure_of_indicator(each) for each in known_indicators()]
    figures += [figure_of_series(row[0]) for row in all_series(session)]
    if with_formulas:
        figures += [figure_of_formula(each) for each in all_formulas(session)]
    return [(each.code, each.title) for each in figures]


def figure_of_indicator(source: Indicator | Ratio) -> Figure:
    """Return an indicator as a page presents it."""
    return Figure(
        source.code,
        translate(source.label),
        translate(source.rule),
        source.unit,
        translate(UNIT_LABELS[source.unit]),
        source,
    )


def figure_of_series(series: Series) -> Figure:
    """Return a series as a page presents it."""
    rule = translate(READING_RULES[Reading(series.reading)])
    if series.source:
        rule = f"{rule} {translate(N_('Source : %(source)s.'), source=series.source)}"
    return Figure(series_code(series.id), series.name, rule, Unit.NUMBER, series.unit, series)


def figure_of_formula(formula: Formula) -> Figure:
    """Return a formula as a page presents it."""
    unit = Unit.PERCENT if is_percentage(parse_formula(formula.expression)) else Unit.NUMBER
    told = translate(N_("Formule : %(expression)s."), expression=formula.expression)
    rule = f"{formula.rule} {told}" if formula.rule else told
    return Figure(
        formula_code(formula.id), formula.name, rule, unit, translate(UNIT_LABELS[unit]), formula
    )
