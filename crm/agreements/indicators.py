"""The split of figures by axis of an agreement."""

from typing import Any

from sqlalchemy.orm import Session

from crm.agreements.queries import axis_labels
from crm.indicators.indicator import Key, Labels
from crm.indicators.keys import Link
from crm.indicators.types import Scope


def axis_key(column: Any, link: Link) -> Key:
    """Return the split by axis: what counts for several agreements counts in each."""
    return Key(expression=column, labels=_labels, link=link, is_id=True)


def _labels(session: Session, _scope: Scope) -> Labels:
    return axis_labels(session)
