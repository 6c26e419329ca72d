"""Many figures of the same sessions in one reading: what a page of a year asks at once.

The sessions that count are those of `indicators`; only the counting differs: the rows
are read once and told apart here, instead of being read again for each figure and each split.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm.followups.indicators import (
    By,
    Indicator,
    Period,
    Unit,
    counted_rows,
    linked_keys,
)

Figures = dict[str, tuple[int, ...]]


class Tally:
    """The sessions of several periods, ready to be counted."""

    def __init__(self, session: Session, periods: Sequence[Period]) -> None:
        self._session = session
        self._periods = periods
        self._size = len(periods)
        self._rows = [tuple(row) for row in session.execute(counted_rows(periods))]

    def total(self, indicator: Indicator) -> tuple[int, ...]:
        """Return the figure of each period."""
        return self.split(indicator).get("", (0,) * self._size)

    def split(self, indicator: Indicator, by: By | None = None) -> Figures:
        """Return key → the figure of each period; without `by` there is one key, ""."""
        place = 0 if indicator.unit is Unit.SESSION else 1
        found: dict[Any, list[set[int]]] = defaultdict(lambda: [set() for _ in range(self._size)])
        for row, key in self._keyed(by):
            if indicator.formal_only and not row[5]:
                continue
            sets = found[key]
            counted = row[place]
            for number in range(self._size):
                if row[6 + number]:
                    sets[number].add(counted)
        return {str(key): tuple(map(len, found[key])) for key in sorted(found)}

    def _keyed(self, by: By | None) -> Iterable[tuple[tuple[Any, ...], Any]]:
        if by is None:
            return ((row, "") for row in self._rows)
        if by is By.FAMILY:
            return ((row, row[2]) for row in self._rows)
        if by is By.DEPARTEMENT:
            return ((row, row[3]) for row in self._rows)
        if by is By.KIND:
            return ((row, row[4]) for row in self._rows)
        if by is By.FORMALITY:
            return ((row, "formal" if row[5] else "ad_hoc") for row in self._rows)
        keys = self._linked(by)
        return ((row, key) for row in self._rows for key in keys.get(row[0], ()))

    def _linked(self, by: By) -> dict[int, list[Any]]:
        keys: dict[int, list[Any]] = defaultdict(list)
        for session_id, key in self._session.execute(linked_keys(by, self._periods)).tuples():
            keys[session_id].append(key)
        return keys
