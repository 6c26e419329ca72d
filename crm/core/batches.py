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


def in_even_batches(values: Sequence[Each], size: int = 8_192) -> Iterator[Sequence[Each]]:
    """Yield the values as `in_batches` does, the last of a part repeated up to a power of two.

    For what a statement looks up: it is then one of few, not one for each number of values, each
    of which the driver would keep prepared.

    >>> list(in_even_batches([1, 2, 3, 4, 5, 6, 7], 4))
    [[1, 2, 3, 4], [5, 6, 7, 7]]
    """
    for batch in in_batches(values, size):
        missing = (1 << (len(batch) - 1).bit_length()) - len(batch)
        yield [*batch, *([batch[-1]] * missing)]
