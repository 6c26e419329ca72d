"""The list behind each figure, made from the very rows that were counted."""

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.contacts.models import Structure
from crm.core.errors import NotFoundError
from crm.indicators.counting import rows
from crm.indicators.indicator import Indicator, Ratio
from crm.indicators.registry import find_indicator
from crm.indicators.types import Level, Scope, Unit


def figure_of(code: str) -> Indicator:
    """Return the indicator whose rows are listed, of a percentage its whole; or NotFoundError."""
    found = find_indicator(code)
    if found is None:
        raise NotFoundError
    return found.whole if isinstance(found, Ratio) else found


def merged_since(session: Session, indicator: Indicator, scope: Scope) -> int:
    """Return how many structures of a figure have been merged into another since: a drift to say.

    They are counted as what they were then, so that the figure stays.
    """
    is_of_today = indicator.is_stock or scope.level is Level.PARENT
    if indicator.unit is not Unit.STRUCTURE or is_of_today:
        return 0
    counted = rows(indicator, scope).order_by(None).subquery()
    is_merged = Structure.merged_into_id.is_not(None)
    return (
        session.scalar(
            select(func.count())
            .select_from(counted)
            .join(Structure, Structure.id == counted.c.id)
            .where(is_merged)
        )
        or 0
    )
