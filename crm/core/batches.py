"""Long sequences in parts, such as one statement takes."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

Each = TypeVar("Each")


def in_batches(values: Sequence[Each], size: int = 500) -> Iterator[Sequence[Each]]:
    """Yield the values in order, `size` at a time; nothing for none.

    >>> list(in_batches([1, 2, 3], 2))
    [[1, 2], [3]]
    """
    return (values[start : start + size] for start in range(0, len(values), size))
