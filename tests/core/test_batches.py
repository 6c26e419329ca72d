"""Long sequences come in parts."""

import pytest

from crm.core.batches import in_batches


@pytest.mark.parametrize(
    ("count", "sizes"), [(0, []), (1, [1]), (500, [500]), (501, [500, 1]), (1200, [500, 500, 200])]
)
def test_each_value_comes_once_in_its_order(count: int, sizes: list[int]) -> None:
    parts = list(in_batches(range(count)))
    assert [len(part) for part in parts] == sizes
    assert [value for part in parts for value in part] == list(range(count))
