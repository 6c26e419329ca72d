"""How series, their points and formulas come back."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.core.errors import N_, RuleError
from crm.core.text import sort_key
from crm.history.kinds import Kind
from crm.measures.models import Formula, Series, SeriesPoint
from crm.web.access import Permission


def _mend(session: Session, record: Series | Formula) -> None:
    record.sort_name = sort_key(record.name)
    session.flush()


def _mend_point(session: Session, point: SeriesPoint) -> None:
    """Refuse a day that has another point by now."""
    with session.no_autoflush:
        twin = session.scalar(
            select(SeriesPoint.id).where(
                SeriesPoint.series_id == point.series_id,
                SeriesPoint.day == point.day,
                SeriesPoint.deleted_at.is_(None),
                SeriesPoint.id != point.id,
            )
        )
    if twin is not None and point.deleted_at is None:
        raise RuleError("day", N_("Ce jour a déjà un relevé : corrigez-le."))
    session.flush()


def _series_in_trash(session: Session, point: SeriesPoint) -> str | None:
    return session.scalar(
        select(Series.name).where(Series.id == point.series_id, Series.deleted_at.is_not(None))
    )


KINDS = (
    Kind(
        "series",
        Series,
        lambda series: series.name,
        page=("series.show", "series_id"),
        permission=Permission.EDIT_REFERENCE,
        mend=_mend,
        plain=frozenset({"unit", "reading", "source", "notes"}),
        owned=frozenset({"series_point"}),
    ),
    Kind(
        "series_point",
        SeriesPoint,
        lambda point: point.day.isoformat(),
        page=("series.show_point", "point_id"),
        mend=_mend_point,
        missing=_series_in_trash,
        permission=Permission.EDIT_NETWORK,
    ),
    Kind(
        "formula",
        Formula,
        lambda formula: formula.name,
        page=("formulas.show", "formula_id"),
        permission=Permission.EDIT_REFERENCE,
        mend=_mend,
        plain=frozenset({"expression", "rule"}),
    ),
)
POINTERS = ()
