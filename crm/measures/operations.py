"""Making and changing series, points and formulas."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core import clock
from crm.core.errors import N_, RuleError, StaleRecordError
from crm.core.text import sort_key
from crm.history.recording import actor_of
from crm.measures import rules
from crm.measures.figures import is_formula_code, is_known_code
from crm.measures.models import Formula, Series, SeriesPoint
from crm.measures.queries import formula_for_page, point_for_page, series_for_page
from crm.measures.types import FormulaData, PointData, SeriesData


def create_series(session: Session, *, data: SeriesData) -> Series:
    """Make a series and return it; raise RuleError with the field that does not fit."""
    series = Series(created_at=clock.now())
    _fill_series(session, series, data)
    session.add(series)
    session.flush()
    return series


def update_series(session: Session, *, series_id: int, version: int, data: SeriesData) -> Series:
    """Change a series as it was at that version; raise StaleRecordError if it has moved on."""
    series = series_for_page(session, series_id)
    if series.version != version:
        raise StaleRecordError(series)
    _fill_series(session, series, data)
    session.flush()
    return series


def add_point(session: Session, *, series_id: int, data: PointData) -> SeriesPoint:
    """Note what was read on a day; raise RuleError for a day that has a value already."""
    series_for_page(session, series_id)
    point = SeriesPoint(
        series_id=series_id, created_at=clock.now(), author_id=actor_of(session).user_id
    )
    _fill_point(session, point, data)
    session.add(point)
    session.flush()
    return point


def update_point(session: Session, *, point_id: int, version: int, data: PointData) -> SeriesPoint:
    """Correct a point as it was at that version; raise StaleRecordError if it moved on."""
    point = point_for_page(session, point_id)
    if point.version != version:
        raise StaleRecordError(point)
    _fill_point(session, point, data)
    session.flush()
    return point


def create_formula(session: Session, *, data: FormulaData) -> Formula:
    """Make a formula and return it; raise RuleError where it cannot be read or names nothing."""
    formula = Formula(created_at=clock.now())
    _fill_formula(session, formula, data)
    session.add(formula)
    session.flush()
    return formula


def update_formula(
    session: Session, *, formula_id: int, version: int, data: FormulaData
) -> Formula:
    """Change a formula as it was at that version; raise StaleRecordError if it has moved on."""
    formula = formula_for_page(session, formula_id)
    if formula.version != version:
        raise StaleRecordError(formula)
    _fill_formula(session, formula, data)
    session.flush()
    return formula


def _fill_series(session: Session, series: Series, data: SeriesData) -> None:
    data = rules.clean_series(data)
    key = sort_key(data.name)
    with session.no_autoflush:
        twin = session.scalar(
            select(Series.id).where(
                Series.sort_name == key, Series.deleted_at.is_(None), Series.id != (series.id or 0)
            )
        )
    if twin is not None:
        raise RuleError("name", N_("Une série porte déjà ce nom."), record=("series", twin))
    series.name, series.sort_name, series.unit = data.name, key, data.unit
    series.reading, series.source, series.notes = data.reading, data.source, data.notes


def _fill_point(session: Session, point: SeriesPoint, data: PointData) -> None:
    data = rules.clean_point(data, clock.today())
    with session.no_autoflush:
        twin = session.scalar(
            select(SeriesPoint.id).where(
                SeriesPoint.series_id == point.series_id,
                SeriesPoint.day == data.day,
                SeriesPoint.deleted_at.is_(None),
                SeriesPoint.id != (point.id or 0),
            )
        )
    if twin is not None:
        raise RuleError("day", N_("Ce jour a déjà un relevé : corrigez-le."))
    if data.day is None or data.value is None:
        raise RuleError("day", N_("Dites le jour du relevé."))
    point.day, point.count = data.day, data.value.count
    point.is_approximate, point.wording = data.value.is_approximate, data.value.wording
    point.source, point.note = data.source, data.note


def _fill_formula(session: Session, formula: Formula, data: FormulaData) -> None:
    data = rules.clean_formula(data)
    codes = list(rules.codes_of(rules.parse_formula(data.expression)))
    if not codes:
        raise RuleError("expression", N_("Nommez au moins un chiffre, par son code."))
    for code in codes:
        if is_formula_code(code):
            raise RuleError("expression", N_("Une formule ne peut pas en contenir une autre."))
        if not is_known_code(session, code):
            raise RuleError("expression", N_("Aucun chiffre n’a le code « %(code)s »."), code=code)
    formula.name, formula.sort_name = data.name, sort_key(data.name)
    formula.expression, formula.rule = data.expression, data.rule
