"""Many figures of the same sessions in one reading: what a page of a year asks at once.

The sessions that count are those of `indicators`; only the counting differs: the rows are read once
and told apart here, instead of being read again for each figure and each split.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.orm import Session

from crm.followups.indicators import counted_rows, linked_keys
from crm.indicators.indicator import Indicator
from crm.indicators.keys import AD_HOC, FORMAL
from crm.indicators.types import By, Period, Unit

Figures = dict[str, tuple[int, ...]]
CountedRow = Row[Any]

# Places in a row of `counted_rows`.
_SESSION, _STRUCTURE, _IS_FORMAL, _FIRST_PERIOD = 0, 1, 5, 6
_KEY_PLACES = {By.FAMILY: 2, By.DEPARTEMENT: 3, By.KIND: 4, By.FORMALITY: _IS_FORMAL}
_FORMALITIES = {True: FORMAL, False: AD_HOC, None: AD_HOC}


class Tally:
    """The sessions of several periods, ready to be counted."""

    def __init__(self, session: Session, periods: Sequence[Period]) -> None:
        # The connection gives plain rows, without what entities would need.
        self._connection = session.connection()
        self._periods = periods
        self._links: dict[By, dict[int, list[Any]]] = {}
        rows = self._connection.execute(counted_rows(periods)).all()
        self._rows_of = [
            [row for row in rows if row[_FIRST_PERIOD + number]] for number in range(len(periods))
        ]

    def total(self, indicator: Indicator) -> tuple[int, ...]:
        """Return the figure of each period."""
        place = _place(indicator)
        return tuple(
            len({row[place] for row in rows if _counts(indicator, row)}) for rows in self._rows_of
        )

    def split(self, indicator: Indicator, by: By) -> Figures:
        """Return key → the figure of each period, in the order of the keys."""
        place = _place(indicator)
        found: dict[Any, list[set[int]]] = defaultdict(lambda: [set() for _ in self._periods])
        for number, rows in enumerate(self._rows_of):
            counted = [row for row in rows if _counts(indicator, row)]
            for key, row in self._keyed(counted, by):
                found[key][number].add(row[place])
        return {str(key): tuple(map(len, found[key])) for key in sorted(found)}

    def _keyed(self, rows: Sequence[CountedRow], by: By) -> Iterator[tuple[Any, CountedRow]]:
        if by is By.FORMALITY:
            return ((_FORMALITIES[row[_IS_FORMAL]], row) for row in rows)
        if by in _KEY_PLACES:
            place = _KEY_PLACES[by]
            return ((row[place], row) for row in rows)
        keys = self._linked(by)
        return ((key, row) for row in rows for key in keys.get(row[_SESSION], ()))

    def _linked(self, by: By) -> dict[int, list[Any]]:
        if by not in self._links:
            keys: dict[int, list[Any]] = defaultdict(list)
            for session_id, key in self._connection.execute(linked_keys(by, self._periods)):
                keys[session_id].append(key)
            self._links[by] = keys
        return self._links[by]


def _counts(indicator: Indicator, row: CountedRow) -> bool:
    kept = indicator.always.get(By.FORMALITY)
    return kept is None or _FORMALITIES[row[_IS_FORMAL]] in kept


def _place(indicator: Indicator) -> int:
    return _SESSION if indicator.unit is Unit.SESSION else _STRUCTURE
