"""Rows below the header that are no data: totals, notes under the table, headers said again."""

import re
from collections.abc import Sequence

from crm.core.errors import N_
from crm.core.text import fold
from crm.reading.types import Cell

EMPTY = N_("Ligne vide")
TOTAL = N_("Ligne de total")
NOTE = N_("Note sous le tableau")
HEADER_AGAIN = N_("En-tête répété")

_TOTAL = re.compile(
    r"(?:sous )?tota(?:l|ux)(?: generaux| general| global| cumule)?(?: [0-9]{4})?"
    r"|somme|moyenne|cumul|grand total"
)
_TOTAL_OF = re.compile(r"(?:(?:sous )?total|nombre total|somme|moyenne) .*")
_NOTE = re.compile(r"\s*(?:\*|source\b|nota\b|note\s*:|\(\d\)\s)", re.IGNORECASE)
_NUMBER = re.compile(r"[-+]?[\d\s.,\u00a0\u202f]+(?:k?€|%)?")
_WIDE = 3
_FIRST_LETTERS = frozenset("TtSsMmNnCcGg")  # of the words for a total


def why_left_out(cells: Sequence[Cell], names: Sequence[str], width: int) -> str | None:
    """Return why a row is no data, or None; `width` is the number of columns that have a name."""
    filled = [cell for cell in cells if cell is not None]
    first = filled[0] if filled else None
    if not filled:
        return EMPTY
    if not isinstance(first, str):
        return None
    if len(filled) == 1:
        return _why_alone(first, width)
    if first[0] in _FIRST_LETTERS and _is_total(first, filled[1:], width):
        return TOTAL
    is_header = first in names and [*cells] == [name or None for name in names[: len(cells)]]
    return HEADER_AGAIN if is_header else None


def _why_alone(text: str, width: int) -> str | None:
    """Return why a row with one text only is no data, or None."""
    if width >= _WIDE and _NOTE.match(text):
        return NOTE
    return TOTAL if width > 1 and _TOTAL.fullmatch(fold(text)) else None


def _is_total(first: str, others: Sequence[Cell], width: int) -> bool:
    """Tell whether the row sums others: « Total » and nothing after but numbers.

    An organisation called « Total » has words in its row; « Total des subventions » must leave
    columns empty.
    """
    if not all(_is_number(cell) for cell in others):
        return False
    label = fold(first)
    if _TOTAL.fullmatch(label):
        return True
    return bool(_TOTAL_OF.fullmatch(label)) and len(others) + 1 < width


def _is_number(cell: Cell) -> bool:
    if isinstance(cell, str):
        return bool(_NUMBER.fullmatch(cell))
    return isinstance(cell, int | float)


def is_sum(cells: Sequence[Cell], sums: dict[int, float]) -> bool:
    """Tell whether a last row without words gives the sums of its columns."""
    filled = [(index, cell) for index, cell in enumerate(cells) if cell is not None]
    numbers = [
        (i, cell) for i, cell in filled if isinstance(cell, int | float) and cell is not True
    ]
    return (
        bool(numbers)
        and all(
            abs(sums.get(index, 0.0) - 2 * cell) <= 1e-6 * max(1.0, abs(cell)) and cell != 0
            for index, cell in numbers
        )
        and len(numbers) == len(filled)
    )
