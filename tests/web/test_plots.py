"""Plots: every bar is between its lines, and what is not known is not drawn."""

import pytest

from crm.web.plots import HEIGHT, WIDTH, grouped_bars, tick_step


@pytest.mark.parametrize(
    ("most", "step"), [(0, 1), (3, 1), (5, 2), (20, 5), (37, 10), (41, 20), (1_000_000, 500_000)]
)
def test_lines_are_few_and_round(most: int, step: int) -> None:
    assert tick_step(most) == step


def test_bars_are_as_tall_as_their_numbers_and_stay_inside() -> None:
    plot = grouped_bars(["janv.", "févr."], [[10, 0], [20, None]])
    assert [(bar.rank, bar.value) for bar in plot.bars] == [(0, 10), (0, 0), (1, 20)]
    ten, zero, twenty = plot.bars
    assert twenty.height == pytest.approx(2 * ten.height, abs=0.2)
    assert zero.height == 0
    assert ten.x + ten.width <= twenty.x
    for bar in plot.bars:
        assert bar.x >= 0
        assert bar.x + bar.width <= WIDTH
        assert bar.y >= 0
        assert bar.y + bar.height <= HEIGHT
    assert plot.ticks[-1].value >= 20


def test_without_numbers_there_are_lines_and_no_bar() -> None:
    plot = grouped_bars(["janv."], [[None]])
    assert not plot.bars
    assert [tick.value for tick in plot.ticks] == [0, 1]
