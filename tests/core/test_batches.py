"""Long sequences come in parts."""

import pytest

from crm.core.batches import in_batches, in_even_batches


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, []), (1, [1]), (500, [500]), (501, [500, 1]), (1200, [500, 500, 200])]
)
def test_each_value_comes_once_in_its_order(count: int, sizes: list[int]) -> None:
    parts = list(in_batches(range(count)))
    assert [len(part) for part in parts] == sizes
    assert [value for part in parts for value in part] == list(range(count))


def test_even_batches_hold_the_same_values_in_few_sizes() -> None:
    for count in range(40):
        values = list(range(count))
        batches = list(in_even_batches(values, 16))
        assert {len(batch) for batch in batches} <= {1, 2, 4, 8, 16}
        assert sorted({each for batch in batches for each in batch}) == values
